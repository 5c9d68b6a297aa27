"""Files of team members: checked like Create New Members, in together or not at all, and taken back."""

from __future__ import annotations

from uuid import UUID

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.trail import verify
from kinfold.domain.imports.commands import (
    DiscardImport,
    MatchColumns,
    StartImport,
    UndoImport,
    UploadFile,
    discard_import,
    match_columns,
    start_import,
    undo_import,
    upload_file,
)
from kinfold.domain.imports.errors import HasBadRows
from kinfold.domain.imports.models import Import
from kinfold.domain.imports.previewing import DownloadLeftOut, PreviewRows, download_left_out, preview_rows
from kinfold.domain.imports.queries import (
    ListImports,
    ListKept,
    OpenCheck,
    OpenImport,
    list_imports,
    list_kept,
    open_check,
    open_import,
)
from kinfold.domain.imports.work import TEAM_CHECKED_AGAIN
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.commands.supervision import StartSupervision, start_supervision
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.queries.members import ListMembers, list_members
from tests.domain.team.steps import add
from tests.personas import Cast, Person

HEADER = "First name,Last name,Email,Role\n"
GOOD = (
    "Imani,Brooks,Imani@example.org,licensed THERAPIST; Supervisor\nAmara,Diallo,amara@example.org,intern\n"
)


def upload(cast: Cast, text: str, by: Person | None = None) -> UUID:
    """Ada, or somebody else, uploads a file of members, and it is checked."""
    data = UploadFile(file_name="team.csv", content=text.encode(), whom="members")
    import_id = upload_file((by or cast.ada).actor, data)
    run_pending()
    return import_id


def bring_in(cast: Cast, import_id: UUID, *, leave_out_bad: bool = False) -> None:
    start_import(cast.ada.actor, StartImport(import_id=import_id, leave_out_bad=leave_out_bad))
    run_pending()


def team(cast: Cast) -> dict[str, tuple[str, ...]]:
    """Who is on the team besides the cast, with their roles."""
    known = {person.name for person in cast.team}
    rows = list_members(cast.ada.actor, ListMembers()).page.rows
    return {row.name: row.roles for row in rows if row.name not in known}


@pytest.mark.requirement("U65")
def test_a_file_of_members_comes_in_with_roles_by_their_names(cast: Cast) -> None:
    import_id = upload(cast, HEADER + GOOD)
    shown = preview_rows(cast.ada.actor, PreviewRows(import_id=import_id)).rows
    assert [row.cells["role"] for row in shown] == ["Licensed Therapist; Supervisor", "Intern"]
    assert team(cast) == {}
    bring_in(cast, import_id)
    assert team(cast) == {
        "Imani Brooks": ("Licensed Therapist", "Supervisor"), "Amara Diallo": ("Intern",),
    }  # fmt: skip
    found = open_import(cast.ada.actor, OpenImport(import_id=import_id))
    assert (found.whom, found.state, found.created, found.left_out) == ("members", "done", 2, 0)
    assert OutgoingMail.objects.count() == 0, "nobody is contacted"
    assert verify(cast.alder.practice_id).fault is None


def test_headings_are_matched_by_their_meaning_and_what_does_not_fit_is_asked(cast: Cast) -> None:
    import_id = upload(
        cast, "Surname;Given name;E-Mail Address;Position\nBrooks;Imani;imani@example.org;Intern\n"
    )
    assert open_import(cast.ada.actor, OpenImport(import_id=import_id)).state == "ready"
    import_id = upload(
        cast, "First name,Last name,Email,Rank,DOB\nImani,Brooks,imani@example.org,Intern,1990-01-01\n"
    )
    found = open_check(cast.ada.actor, OpenCheck(import_id=import_id))
    assert [column.field for column in found.columns] == ["first_name", "last_name", "email", None, None]
    assert found.problems == ("No column is matched to Role.",)
    mapping = ("first_name", "last_name", "email", "role", None)
    match_columns(cast.ada.actor, MatchColumns(import_id=import_id, mapping=mapping))
    run_pending()
    bring_in(cast, import_id)
    assert team(cast) == {"Imani Brooks": ("Intern",)}
    wrong = MatchColumns(import_id=upload(cast, HEADER + GOOD), mapping=("birth_date", None, None, None))
    with pytest.raises(InvalidInput):
        match_columns(cast.ada.actor, wrong)


def test_every_bad_row_says_why_with_its_line_and_nothing_comes_in_with_it_unasked(cast: Cast) -> None:
    bad = (
        f"Lin,Zhao,{cast.lin.email},Intern\n"
        "<b>X</b>,,nowhere,Astronaut\n"
        "Eve,Adams,eve@example.org,Owner\n"
        "Two,Times,imani@example.org,Intern\n"
        "No,Role,no@example.org,\n"
        "Too,Many,cells@example.org,Intern,more\n"
    )
    import_id = upload(cast, HEADER + GOOD + bad)
    rows = preview_rows(cast.ada.actor, PreviewRows(import_id=import_id, view="bad")).rows
    assert {row.line: set(row.reasons) for row in rows} == {
        4: {"email"}, 5: {"first_name", "last_name", "email", "role"},
        6: {"role"}, 7: {"email"}, 8: {"role"}, 9: set(),
    }  # fmt: skip
    by_line = {row.line: row.reasons for row in rows}
    assert by_line[5]["role"] == "No role of this practice has this name."
    assert "no more than your own roles do" in by_line[6]["role"]
    assert by_line[7]["email"] == "This is also the email address of the person on line 2."
    with pytest.raises(HasBadRows):
        bring_in(cast, import_id)
    bring_in(cast, import_id, leave_out_bad=True)
    assert set(team(cast)) == {"Imani Brooks", "Amara Diallo"}
    left_out = download_left_out(cast.ada.actor, DownloadLeftOut(import_id=import_id)).content.decode(
        "utf-8-sig"
    )
    assert "Role: No role of this practice has this name." in left_out
    assert len(left_out.splitlines()) == 7


def test_an_owner_may_bring_in_an_owner(cast: Cast) -> None:
    import_id = upload(cast, HEADER + "Eve,Adams,eve@example.org,Owner\n", by=cast.olu)
    assert open_import(cast.olu.actor, OpenImport(import_id=import_id)).ready == 1


@pytest.mark.parametrize("what", ["the address", "the role", "the rights"])
def test_what_changed_since_the_check_is_checked_again_before_anybody_comes_in(cast: Cast, what: str) -> None:
    import_id = upload(cast, HEADER + GOOD)
    start_import(cast.ada.actor, StartImport(import_id=import_id))
    if what == "the address":
        add(cast, email="amara@example.org", last_name="Diallo")
    else:
        with entered(cast.alder.practice_id, writing=True):
            if what == "the role":
                Role.objects.filter(key="intern").update(deleted_at=cast.began)
            else:
                MemberRole.objects.filter(member_id=cast.ada.member_id).update(
                    role_id=cast.alder.roles["client-administrator"]
                )
    before = team(cast) if what != "the rights" else {}
    run_pending()
    found = open_import(cast.olu.actor, OpenImport(import_id=import_id))
    if what == "the rights":
        assert found.state == "failed"
    else:
        assert (found.state, found.problem, found.bad) == ("ready", TEAM_CHECKED_AGAIN, 1)
        assert team(cast) == before


def test_undoing_takes_back_whom_nobody_touched_and_keeps_the_others(cast: Cast) -> None:
    import_id = upload(cast, HEADER + GOOD + "Noor,Haddad,noor@example.org,Associate\n")
    bring_in(cast, import_id)
    with entered(cast.alder.practice_id):
        amara, noor = (Member.objects.get(first_name=name).id for name in ("Amara", "Noor"))
    start_supervision(
        cast.ada.actor, StartSupervision(supervisor_id=cast.sana.member_id, supervisee_id=amara)
    )
    kept = undo_import(cast.ada.actor, UndoImport(import_id=import_id))
    assert kept == (amara,)
    assert set(team(cast)) == {"Amara Diallo"}
    listed = list_kept(cast.ada.actor, ListKept(import_id=import_id))
    assert [(person.id, person.first_name) for person in listed] == [(amara, "Amara")]
    with entered(cast.alder.practice_id):
        gone = Member.objects.get(pk=noor)
        assert gone.ended_at is not None, "the name stays in the history"
        assert not MemberRole.objects.filter(member_id=noor, until__isnull=True).exists()
    assert open_import(cast.ada.actor, OpenImport(import_id=import_id)).state == "undone"
    bring_in(cast, upload(cast, HEADER + "Noor,Haddad,noor@example.org,Associate\n"))
    assert set(team(cast)) == {"Amara Diallo", "Noor Haddad"}


def test_only_who_may_add_members_sees_anything_of_such_a_file(cast: Cast) -> None:
    import_id = upload(cast, HEADER + GOOD)
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.filter(member_id=cast.bea.member_id).update(
            role_id=cast.alder.roles["client-administrator"]
        )
    bea = actor_for_login(cast.bea.login_id)
    assert bea is not None
    assert bea.may(Permission.CLIENTS_IMPORT, Permission.CLIENTS_SEE_ALL)
    with pytest.raises(NotAllowed):
        upload_file(bea, UploadFile(file_name="team.csv", content=(HEADER + GOOD).encode(), whom="members"))
    assert list_imports(bea, ListImports()).items == ()
    for act in (
        lambda: open_import(bea, OpenImport(import_id=import_id)),
        lambda: start_import(bea, StartImport(import_id=import_id)),
        lambda: discard_import(bea, DiscardImport(import_id=import_id)),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_file_larger_than_a_team_is_refused_in_a_sentence(cast: Cast) -> None:
    rows = "".join(f"N,Last{n},n{n}@example.org,Intern\n" for n in range(1001))
    found = open_import(cast.ada.actor, OpenImport(import_id=upload(cast, HEADER + rows)))
    assert (found.state, found.problem) == (
        "failed", "A file of team members has at most 1,000 rows. Split it and import the parts.",
    )  # fmt: skip


def test_a_file_brings_clients_or_members_and_nothing_else(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        upload_file(cast.ada.actor, UploadFile(file_name="x.csv", content=b"a,b\n1,2\n", whom="owners"))
    with entered(cast.alder.practice_id):
        assert not Import.objects.exists()
