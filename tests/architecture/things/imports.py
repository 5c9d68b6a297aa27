"""Files of people at each step."""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.kernel.tasks import run_pending
from tests.architecture.routes import PEOPLE
from tests.domain.imports.workbooks import workbook
from tests.personas import Person


def import_things(owner: Person) -> dict[str, object]:
    """A file with a row to fix that was imported, and a workbook that is checked, matched as that file was."""
    done = upload(owner, PEOPLE + "Ida,Falk,nowhere,1980-01-31,female\n", "Sex at birth=")
    run_pending()
    start_import(owner.actor, StartImport(import_id=done, leave_out_bad=True))
    run_pending()
    rows = PEOPLE.replace("Ida", "Ulla").replace("ida", "ulla").splitlines()
    sheet = [line.split(",") for line in rows]
    checked = upload(owner, workbook(*sheet, more={"More people": sheet}))
    run_pending()
    return {"done_import": done, "checked_import": checked}


def upload(owner: Person, content: str | bytes, *matches: str) -> UUID:
    plain = content if isinstance(content, bytes) else content.encode()
    return upload_file(owner.actor, UploadFile(file_name="people.csv", content=plain, matches=matches))
