"""Who is pending as a file: exactly those whom the Pending view shows, to those who see it (U10, U11)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.exports import commands, pending
from kinfold.domain.exports.commands import StartExport, start_export
from kinfold.domain.exports.queries import OpenExport, open_export
from kinfold.domain.intake.commands.asking import ask_to_join
from kinfold.domain.intake.commands.inviting import DeleteClientInvitations, delete_client_invitations
from kinfold.domain.intake.commands.page import change_sign_up_page
from kinfold.domain.intake.doorway import guest_at
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from tests.domain.exports.test_exporting import content, export, table
from tests.domain.intake.test_inviting_clients import invite
from tests.domain.intake.test_sign_up import PAGE, ROSA
from tests.domain.team.test_overrides import override
from tests.personas import Cast


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"


@pytest.fixture(autouse=True)
def _waiting(cast: Cast) -> None:
    """Two asked, one of them with a formula for a note; one was invited, and one invitation was deleted."""
    change_sign_up_page(cast.olu.actor, PAGE)
    guest = guest_at("alder-creek")
    ask_to_join(guest, replace(ROSA, therapist_id=cast.lin.member_id, about="=SUM(A1:A9)"))
    ask_to_join(guest, replace(ROSA, first_name="Rose", email="rose@mail.example"))
    invite(cast.ada, therapist_id=cast.theo.member_id)
    gone = invite(cast.ada, "gone@mail.example")
    delete_client_invitations(cast.ada.actor, DeleteClientInvitations(invitation_ids=gone))


@pytest.mark.requirement("U10")
@pytest.mark.requirement("U11")
def test_all_who_are_pending_are_exported_and_no_client(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST", 1)  # of requests that are read at once
    day = clock.now().date()
    columns = ("state", "name", "email", "birth_date", "note", "asked_for", "therapist", "invited_by")
    heads, *lines = table(cast.ada, export(cast.ada, pending=True, columns=columns))
    assert heads == [
        "State",
        "Name",
        "Email",
        "Date of birth",
        "Note",
        "Asked for",
        "Therapist",
        "Invited by",
    ]
    asked = "Request by the sign-up page"
    assert lines == [
        ["Invited", "", "ivo@mail.example", "", "", "", "Theo Park", "Ada Brandt"],
        [asked, "Rose Winter", "rose@mail.example", "1988-02-29", "Sleeping badly.", "", "", ""],
        [asked, "Rosa Winter", "rosa@mail.example", "1988-02-29", "'=SUM(A1:A9)", "Lin Zhao", "", ""],
    ]
    assert str(day.year) in str(table(cast.ada, export(cast.ada, pending=True)))
    assert content(cast.ada, export(cast.ada, "xlsx", pending=True)).startswith(b"PK")


def test_who_may_not_answer_requests_exports_the_invited_alone(cast: Cast) -> None:
    override(cast.olu, cast.ada, clients_accept=False)
    heads, *lines = table(cast.ada, export(cast.ada, pending=True))
    assert not {"Date of birth", "Note", "Phone", "Asked for"} & set(heads)
    assert [line[heads.index("Email")] for line in lines] == ["ivo@mail.example"]


def test_who_does_not_see_the_view_exports_nobody_of_it(cast: Cast) -> None:
    override(cast.olu, cast.lin, clients_export=True)
    for who in (cast.lin, cast.bea):
        with pytest.raises(NotAllowed):
            export(who, pending=True)


def test_the_file_closes_when_requests_are_not_shown_any_more(cast: Cast) -> None:
    whole = export(cast.ada, pending=True)
    named = export(cast.ada, pending=True, columns=("state", "name", "email"))  # of the invited, too
    override(cast.olu, cast.ada, clients_accept=False)
    for export_id in (whole, named):
        with pytest.raises(NotAllowed, match="Export again"):
            content(cast.ada, export_id)
    invited = export(cast.ada, pending=True, columns=("state", "name", "email"))
    override(cast.olu, cast.ada, clients_accept=True)
    assert content(cast.ada, invited)


def test_many_are_exported_in_the_background_and_the_trail_says_of_whom(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "WAITED_FOR", 2)
    export_id = export(cast.ada, pending=True)
    run_pending()
    found = open_export(cast.ada.actor, OpenExport(export_id=export_id))
    assert (found.state, found.rows, found.pending) == ("ready", 3, True)
    content(cast.ada, export_id)
    with entered(cast.alder.practice_id):
        entries = AuditEntry.objects.filter(subject_id=export_id).order_by("number")
        assert [entry.action for entry in entries] == [
            "export.started",
            "export.finished",
            "export.downloaded",
        ]
        bodies = list(AuditDetail.objects.values_list("body", flat=True))
        assert "inter" not in str(bodies)


@pytest.mark.parametrize("wrong", [{"columns": ("external_id",)}, {"everything": True}])
def test_what_is_no_column_of_the_view_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        start_export(cast.ada.actor, StartExport(file_format="csv", pending=True, **wrong))
