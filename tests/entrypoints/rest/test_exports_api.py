"""The API exports by the same command as the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.domain.intake.test_inviting_clients import invite
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast


@pytest.mark.requirement("U10")
def test_a_program_exports_who_is_pending(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"
    program = program_of(cast.ada)
    wanted = {"format": "csv", "pending": True, "columns": ["email", "invited_by"]}
    assert problem(program("POST", "/exports", wanted)) == (422, "invalid", ["matching"])
    invite(cast.ada, "ivo@mail.example")
    made = program("POST", "/exports", wanted)
    assert (made.status_code, made.json()["rows"], made.json()["pending"]) == (201, 1, True)
    file = program("GET", f"/exports/{made.json()['id']}/file").content.decode("utf-8-sig")
    assert file.splitlines() == ['"Email","Invited by"', '"ivo@mail.example","Ada Brandt"']
    both = program("POST", "/exports", {"format": "csv", "pending": True, "everything": True})
    assert problem(both) == (422, "invalid", ["everything"])
    assert both.json()["detail"] == "Export everything or who is pending, not both."
    unread = program("POST", "/exports", {"format": "pdf"})
    assert problem(unread) == (422, "invalid", ["format"])
    assert "saved" not in unread.json()["detail"]
