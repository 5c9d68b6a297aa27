"""Who cares for a client: exactly one therapist at a time, and the history of all before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.errors import AssignmentEnded, ClientArchived
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.clients.steps import add, card, listed, recorded
from tests.personas import Cast, Person


def assign(cast: Cast, client_id: UUID, to: Person, *, by: Person | None = None, **more: Any) -> UUID:
    data = AssignClient(client_id=client_id, member_id=to.member_id, **more)
    return assign_client((by or cast.ada).actor, data)


def end(cast: Cast, assignment_id: UUID, *, by: Person | None = None) -> None:
    end_assignment((by or cast.ada).actor, EndAssignment(assignment_id=assignment_id))


def open_tie(cast: Cast, client_id: UUID) -> UUID:
    found = card(cast.ada, client_id).assignment_id
    assert found
    return found


def history(cast: Cast, client_id: UUID) -> list[tuple[str, str, bool]]:
    """Newest first: whom, as what, and whether it holds."""
    profile = card(cast.ada, client_id).profile
    assert profile
    return [(tie.therapist, tie.kind, tie.until is None) for tie in profile.history]


def sees(who: Person, client_id: UUID) -> bool:
    return client_id in {row.id for row in listed(who).rows}


@pytest.mark.requirement("O26")
def test_a_client_has_one_therapist_at_a_time_and_the_history_of_all_before(cast: Cast) -> None:
    (client_id,) = add(cast, therapist=cast.theo)
    assign(cast, client_id, cast.lin)
    assign(cast, client_id, cast.theo, by=cast.olu)
    assert history(cast, client_id) == [
        ("Theo Park", "primary", True),
        ("Lin Zhao", "primary", False),
        ("Theo Park", "primary", False),
    ]
    profile = card(cast.ada, client_id).profile
    assert profile
    newest, middle, oldest = profile.history
    assert (oldest.until, middle.until) == (middle.since, newest.since)
    assert (oldest.made_by, oldest.ended_by, newest.made_by) == ("Ada Brandt", "Ada Brandt", "Olu Adeyemi")


@pytest.mark.requirement("O26")
def test_the_database_itself_refuses_a_second_open_tie(cast: Cast) -> None:
    second = {"client_id": cast.anna.id, "member_id": cast.lin.member_id, "level": 3, "since": clock.now()}
    with entered(cast.alder.practice_id, writing=True):
        for kind in ("primary", "direct"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Assignment.objects.create(kind=kind, **second)


def test_the_list_follows_at_once(cast: Cast) -> None:
    assign(cast, cast.anna.id, cast.lin)
    assert not sees(cast.theo, cast.anna.id)
    assert not sees(cast.sana, cast.anna.id)
    assert sees(cast.lin, cast.anna.id)
    assert {row.therapist for row in listed(cast.ada, search="anna").rows} == {"Lin Zhao"}


def test_assigning_leaves_evidence_and_keeps_the_reason_in_the_history_only(cast: Cast) -> None:
    assignment_id = assign(
        cast, cast.anna.id, cast.lin, reason="Theo is full until May.\nAgreed on the phone."
    )
    assert recorded(cast, cast.anna.id) == [
        (
            "client.assigned",
            cast.ada.member_id,
            {
                "assignment": str(assignment_id),
                "member": str(cast.lin.member_id),
                "kind": "primary",
                "instead_of": str(cast.theo.member_id),
            },
        )
    ]
    profile = card(cast.ada, cast.anna.id).profile
    assert profile
    assert profile.history[0].reason == "Theo is full until May.\nAgreed on the phone."


def test_practice_clients_and_direct_clients_become_each_other(cast: Cast) -> None:
    assign(cast, cast.anna.id, cast.theo, kind="direct")
    assert card(cast.ada, cast.anna.id).kind == "direct"
    assign(cast, cast.dora.id, cast.lin, kind="primary")
    assert card(cast.ada, cast.dora.id).kind == "practice"
    assert history(cast, cast.anna.id) == [("Theo Park", "direct", True), ("Theo Park", "primary", False)]


def test_assigning_as_it_is_changes_nothing(cast: Cast) -> None:
    before = card(cast.ada, cast.anna.id)
    assert assign(cast, cast.anna.id, cast.theo) == before.assignment_id
    after = card(cast.ada, cast.anna.id)
    assert (after.version, len(history(cast, cast.anna.id))) == (before.version, 1)


@pytest.mark.parametrize("who", ["ada", "bea", "fran"])
def test_only_clinicians_of_the_practice_are_given_clients(cast: Cast, who: str) -> None:
    someone: Person = getattr(cast, who)
    with pytest.raises(InvalidInput) as refused:
        assign(cast, cast.uma.id, someone)
    assert [problem.field for problem in refused.value.problems] == ["member_id"]
    assert history(cast, cast.uma.id) == []


@pytest.mark.parametrize("status", [MemberStatus.ON_HOLD, MemberStatus.INACTIVE, MemberStatus.ARCHIVED])
def test_only_active_clinicians_are_given_clients(cast: Cast, status: MemberStatus) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=status)
    with pytest.raises(InvalidInput):
        assign(cast, cast.uma.id, cast.lin)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kind": "friend"}, "kind"), ({"reason": "x" * 301}, "reason"), ({"reason": "\u202ex"}, "reason")],
)
def test_a_wrong_kind_or_reason_is_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        assign(cast, cast.uma.id, cast.lin, **wrong)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_ending_an_assignment_leaves_the_client_active_and_waiting(cast: Cast) -> None:
    end(cast, open_tie(cast, cast.dora.id))
    found = card(cast.ada, cast.dora.id)
    assert (found.status, found.kind, found.therapist, found.assignment_id) == (
        "active",
        "practice",
        "",
        None,
    )
    assert history(cast, cast.dora.id) == [("Lin Zhao", "direct", False)]
    assert not sees(cast.lin, cast.dora.id)
    assert cast.dora.id in {row.id for row in listed(cast.ada, unassigned=True).rows}
    assert [action for action, _, _ in recorded(cast, cast.dora.id)][-1] == "client.unassigned"


def test_what_is_over_stays_as_it_was(cast: Cast) -> None:
    assignment_id = open_tie(cast, cast.anna.id)
    end(cast, assignment_id)
    before = card(cast.ada, cast.anna.id).profile
    with clock.frozen_at(clock.now() + timedelta(hours=1)), pytest.raises(AssignmentEnded):
        end(cast, assignment_id)
    after = card(cast.ada, cast.anna.id).profile
    assert before
    assert after
    assert before.history == after.history


@pytest.mark.parametrize("who", ["sana", "theo", "lin", "bea"])
def test_who_may_not_assign_is_refused(cast: Cast, who: str) -> None:
    someone: Person = getattr(cast, who)
    with pytest.raises(NotAllowed):
        assign(cast, cast.anna.id, cast.lin, by=someone)
    with pytest.raises(NotAllowed):
        end(cast, open_tie(cast, cast.anna.id), by=someone)


def test_what_belongs_to_another_practice_is_not_there(cast: Cast) -> None:
    tie = open_tie(cast, cast.anna.id)
    for client_id in (cast.anna.id, uuid4()):
        with pytest.raises(NotFound):
            assign(cast, client_id, cast.lin, by=cast.fran)
    for assignment_id in (tie, uuid4()):
        with pytest.raises(NotFound):
            end(cast, assignment_id, by=cast.fran)


def test_an_archived_client_is_read_only(cast: Cast) -> None:
    tie = open_tie(cast, cast.anna.id)
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.anna.id).update(status="archived")
    with pytest.raises(ClientArchived):
        assign(cast, cast.anna.id, cast.lin)
    with pytest.raises(ClientArchived):
        end(cast, tie)
