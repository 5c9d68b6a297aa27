"""Archiving clients ends their care and leaves their record as it was; each effect that the dialogue names is here."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinfold.domain.access.doors import USE_CASES
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.commands.bulk import ArchiveClients, archive_clients
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived, NothingFits
from kinfold.domain.clients.models import Assignment, Tag
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.clients.bulk.steps import (
    archive,
    choose,
    outcomes,
    preview,
    reassign,
    tag,
    therapist_of,
    unarchive,
    undo,
    untag,
)
from tests.domain.clients.steps import add, card, listed, names, numbered, recorded
from tests.domain.clients.test_walk_ins import walks_in
from tests.personas import Cast


def history(cast: Cast, client_id: UUID) -> list[tuple[str, str, bool]]:
    """Newest first: whom, as what, and whether it holds."""
    profile = card(cast.ada, client_id).profile
    assert profile
    return [(tie.therapist, tie.kind, tie.until is None) for tie in profile.history]


@pytest.mark.requirement("U24")
@pytest.mark.requirement("U16")
def test_an_archived_client_leaves_the_list_the_total_and_their_therapist(cast: Cast) -> None:
    walks_in(cast, cast.anna.id, cast.lin)
    archive(cast.ada, cast.anna.id, cast.dora.id)
    assert names(listed(cast.ada)) == ["Ben Okafor", "Uma Petrova"]
    page = listed(cast.ada, archived=True)
    assert names(page) == ["Dora Lindqvist", "Anna Novak"]
    assert (page.counts.active, page.counts.archived) == (2, 2)
    assert names(listed(cast.ada, archived=True, search="anna")) == ["Anna Novak"]
    assert history(cast, cast.anna.id) == [("Lin Zhao", "walk_in", False), ("Theo Park", "primary", False)]
    assert therapist_of(cast, cast.dora.id) == ("", "practice")
    for who in (cast.theo, cast.sana, cast.lin):
        assert not {row.id for row in listed(who, archived=True).rows} & {cast.anna.id, cast.dora.id}
        with pytest.raises(NotFound):
            card(who, cast.anna.id)
    assert "client.archived" in [action for action, _, _ in recorded(cast, cast.anna.id)]


COMMANDS_ON_A_CLIENT: dict[str, Callable[[Cast, UUID], object]] = {
    "clients.commands.changing.change_client": lambda cast, client_id: change_client(
        cast.ada.actor, ChangeClient(client_id=client_id, version=2, first_name="Else")
    ),
    "clients.commands.assigning.assign_client": lambda cast, client_id: assign_client(
        cast.ada.actor, AssignClient(client_id=client_id, member_id=cast.lin.member_id)
    ),
}


@pytest.mark.requirement("U16")
@pytest.mark.parametrize("name", COMMANDS_ON_A_CLIENT)
def test_nobody_changes_an_archived_clients_record(cast: Cast, name: str) -> None:
    archive(cast.ada, cast.anna.id)
    before = card(cast.ada, cast.anna.id)
    with pytest.raises(ClientArchived):
        COMMANDS_ON_A_CLIENT[name](cast, cast.anna.id)
    assert card(cast.ada, cast.anna.id) == before


def test_every_command_about_one_client_is_tried_on_an_archived_one() -> None:
    about_one = {
        case.name
        for case in USE_CASES.values()
        if case.kind == "command"
        and case.function.__module__.startswith("kinfold.domain.clients")
        and "client_id" in getattr(case.function.__annotations__.get("data"), "__dataclass_fields__", {})
    }
    assert about_one <= set(COMMANDS_ON_A_CLIENT)


def test_an_assignment_of_an_archived_client_cannot_be_ended_twice(cast: Cast) -> None:
    assignment_id = card(cast.ada, cast.anna.id).assignment_id
    assert assignment_id
    archive(cast.ada, cast.anna.id)
    with pytest.raises(ClientArchived):
        end_assignment(cast.ada.actor, EndAssignment(assignment_id=assignment_id))


def test_of_archived_clients_nothing_but_unarchiving_can_be_done_to_many(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    with entered(cast.alder.practice_id):
        tag_id = tag_of(cast)
    acts: tuple[Callable[[], UUID], ...] = (
        lambda: archive(cast.ada, cast.anna.id),
        lambda: tag(cast.ada, ("EMDR",), cast.anna.id),
        lambda: untag(cast.ada, (tag_id,), cast.anna.id),
        lambda: reassign(cast.ada, cast.lin, cast.anna.id),
        lambda: unarchive(cast.ada, cast.ben.id),
    )
    for act in acts:
        with pytest.raises(NothingFits):
            act()


def tag_of(cast: Cast) -> UUID:
    """A tag of the practice."""
    return Tag.objects.create(practice_id=cast.alder.practice_id, name="Any", key="any").id


def test_the_preview_says_whom_an_act_fits_and_why_not_the_others(cast: Cast) -> None:
    archive(cast.ada, cast.uma.id)
    change_id = choose(cast.ada, Act.ARCHIVE, cast.anna.id, cast.ben.id, cast.uma.id)
    found = preview(cast.ada, change_id)
    assert (found.fit.count, found.chosen) == (2, 3)
    assert [(group.outcome, [one.first_name for one in group.clients]) for group in found.left] == [
        ("archived", ["Uma"])
    ]
    assert {(share.name, share.count) for share in found.shares} == {("Theo Park", 1), ("Lin Zhao", 1)}
    archive_by_id(cast, change_id)
    assert outcomes(cast.ada, change_id) == {"done": {"Anna", "Ben"}, "archived": {"Uma"}}


def archive_by_id(cast: Cast, change_id: UUID) -> None:
    """Carry out what was previewed."""
    archive_clients(cast.ada.actor, ArchiveClients(change_id=change_id))


@pytest.mark.requirement("U17")
def test_an_unarchived_client_is_active_and_waits_for_a_therapist(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    unarchive(cast.ada, cast.anna.id)
    assert "Anna Novak" in names(listed(cast.ada, unassigned=True))
    assert (card(cast.ada, cast.anna.id).status, therapist_of(cast, cast.anna.id)) == (
        "active",
        ("", "practice"),
    )
    assert listed(cast.ada).counts.active == 4


def test_undoing_gives_everyone_back_to_whom_they_had(cast: Cast) -> None:
    walks_in(cast, cast.anna.id, cast.lin)
    change_id = archive(cast.ada, cast.anna.id, cast.dora.id, cast.uma.id)
    undo(cast.ada, change_id)
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")
    assert therapist_of(cast, cast.dora.id) == ("Lin Zhao", "direct")
    assert therapist_of(cast, cast.uma.id) == ("", "practice")
    assert [(kind, holds) for _, kind, holds in history(cast, cast.dora.id)] == [
        ("direct", True),
        ("direct", False),
    ]
    assert card(cast.lin, cast.anna.id).level == "face_sheet"
    assert listed(cast.ada).counts.active == 4
    with entered(cast.alder.practice_id):
        assert PracticeTally.objects.get().archived_clients == 0
        assert Assignment.objects.filter(client_id=cast.anna.id, until__isnull=True).count() == 2


def test_undoing_leaves_who_was_touched_since_and_says_who(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    unarchive(cast.ada, cast.anna.id)
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"since-changed": {"Anna"}, "undone": {"Ben"}}
    assert therapist_of(cast, cast.anna.id) == ("", "practice")
    assert therapist_of(cast, cast.ben.id) == ("Lin Zhao", "practice")


def test_whose_therapist_is_gone_comes_back_waiting(cast: Cast) -> None:
    change_id = archive(cast.ada, cast.anna.id, cast.ben.id)
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone-alone": {"Ben"}, "undone": {"Anna"}}
    assert therapist_of(cast, cast.ben.id) == ("", "practice")


def test_undoing_an_unarchiving_archives_again(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id)
    undo(cast.ada, unarchive(cast.ada, cast.anna.id))
    assert names(listed(cast.ada, archived=True)) == ["Anna Novak"]
    assert listed(cast.ada).counts.active == 3


def test_undoing_an_unarchiving_leaves_active_who_was_edited_since(cast: Cast) -> None:
    archive(cast.ada, cast.anna.id, cast.ben.id)
    change_id = unarchive(cast.ada, cast.anna.id, cast.ben.id)
    change_client(cast.ada.actor, ChangeClient(client_id=cast.ben.id, version=3, last_name="Okafor-Berg"))
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone": {"Anna"}, "since-changed": {"Ben"}}
    assert names(listed(cast.ada, archived=True)) == ["Anna Novak"]


@pytest.mark.parametrize("who", ["sana", "theo", "lin", "bea", "fran"])
def test_who_may_not_archive_cannot(cast: Cast, who: str) -> None:
    someone = getattr(cast, who)
    with pytest.raises((NotAllowed, NotFound)):
        archive(someone, cast.anna.id)
    assert card(cast.ada, cast.anna.id).status == "active"
    assert Permission.CLIENTS_ARCHIVE not in someone.actor.permissions or who == "fran"


def test_many_clients_are_archived_in_few_statements(cast: Cast) -> None:
    few = add(cast, *(numbered(n) for n in range(3)), therapist=cast.theo)
    many = add(cast, *(numbered(n) for n in range(3, 63)), therapist=cast.theo)
    counts = []
    for ids in (few, many):
        change_id = choose(cast.ada, Act.ARCHIVE, *ids)
        with CaptureQueriesContext(connection) as queries:
            archive_by_id(cast, change_id)
        counts.append(len(queries))
    assert counts[0] == counts[1]
