"""Files of clients, and the way they take, for the tests of imports."""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.clients.models import Client
from kinfold.domain.imports.commands import StartImport, UploadFile, start_import, upload_file
from kinfold.domain.imports.previewing import Preview, PreviewRows, preview_rows
from kinfold.domain.imports.queries import ImportSummary, OpenImport, open_import
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from tests.personas import Cast, Person

HEADER = "first_name,last_name,email_address,birthdate,gender,external_id,tag,tag"
GOOD = [
    "Zoë,Núñez,zoe@mail.example,1990-02-03,F,A-1,Group A,VIP",
    "Carl,Orff,carl@mail.example,1985-07-10,m,A-2,group a,",
    "Ines,Ash,ines@mail.example,2001-12-31,f,A-3,,",
]


def file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def upload(who: Person, content: bytes, name: str = "people.csv") -> UUID:
    import_id = upload_file(who.actor, UploadFile(file_name=name, content=content))
    run_pending()
    return import_id


def bring_in(who: Person, content: bytes, **choices: bool) -> UUID:
    import_id = upload(who, content)
    start_import(who.actor, StartImport(import_id=import_id, **choices))
    run_pending()
    return import_id


def status(who: Person, import_id: UUID) -> ImportSummary:
    return open_import(who.actor, OpenImport(import_id=import_id))


def preview(who: Person, import_id: UUID, **asked: object) -> Preview:
    return preview_rows(who.actor, PreviewRows(import_id=import_id, **asked))  # type: ignore[arg-type]


def clients_of(cast: Cast) -> set[tuple[str, str]]:
    with entered(cast.alder.practice_id):
        return set(Client.objects.values_list("first_name", "last_name"))


def tally(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        return PracticeTally.objects.values_list("active_clients", flat=True).get()


BAD = [
    "Ada,,ada@mail.example,1990-01-01,f,,,",
    "Ben,King,ben@,31/31/1990,x,,,",
    "Cem,Oz",
]
