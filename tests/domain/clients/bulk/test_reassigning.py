"""One act gives one client or thousands to another therapist, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.bulk import ReassignClients, reassign_clients
from kinfold.domain.clients.errors import CannotUndo, ChangeMovedOn, NobodyChosen
from kinfold.domain.clients.queries.listing import ListClients, matching
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.clients.bulk.steps import choose, outcomes, preview, reassign, therapist_of, undo
from tests.domain.clients.steps import add, card, listed, names, numbered, recorded
from tests.personas import Cast


@pytest.mark.requirement("O25")
@pytest.mark.requirement("U25")
def test_all_clients_of_a_therapist_are_given_to_another_in_one_act(cast: Cast) -> None:
    ids = add(cast, *(numbered(n) for n in range(5)), therapist=cast.theo)
    change_id = choose(cast.ada, Act.REASSIGN, therapist_id=cast.theo.member_id)
    found = preview(cast.ada, change_id, member_id=cast.lin.member_id)
    assert (found.fit.count, found.caseload) == (6, 2)
    assert [(share.name, share.count) for share in found.shares] == [("Theo Park", 6)]
    reassign_clients(
        cast.ada.actor,
        ReassignClients(change_id=change_id, member_id=cast.lin.member_id, reason="Theo is on leave."),
    )
    assert listed(cast.theo).total == 0
    assert listed(cast.lin).total == 8
    profile = card(cast.ada, ids[0]).profile
    assert profile
    new, old = profile.history
    assert (new.therapist, new.reason, new.made_by, old.until) == (
        "Lin Zhao", "Theo is on leave.", "Ada Brandt", new.since
    )  # fmt: skip
    action, who, detail = recorded(cast, ids[0])[2]
    assert (action, who) == ("client.assigned", cast.ada.member_id)
    assert detail == {
        "change": str(change_id),
        "assignment": str(new.id),
        "member": str(cast.lin.member_id),
        "kind": "primary",
        "instead_of": str(cast.theo.member_id),
    }
    assert verify(cast.alder.practice_id).fault is None


def test_a_direct_client_stays_one_and_who_had_nobody_gets_a_primary_therapist(cast: Cast) -> None:
    reassign(cast.ada, cast.theo, cast.dora.id, cast.uma.id)
    assert therapist_of(cast, cast.dora.id) == ("Theo Park", "direct")
    assert therapist_of(cast, cast.uma.id) == ("Theo Park", "practice")


def test_clients_can_be_left_waiting_and_come_back_by_undoing_it(cast: Cast) -> None:
    change_id = reassign(cast.ada, None, cast.dora.id, cast.ben.id, cast.uma.id)
    assert therapist_of(cast, cast.dora.id) == ("", "practice")
    assert outcomes(cast.ada, change_id) == {"done": {"Dora", "Ben"}, "unassigned": {"Uma"}}
    undo(cast.ada, change_id)
    assert therapist_of(cast, cast.dora.id) == ("Lin Zhao", "direct")
    assert therapist_of(cast, cast.ben.id) == ("Lin Zhao", "practice")


def test_only_those_who_are_elsewhere_are_moved(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.lin, cast.anna.id, cast.ben.id)
    assert outcomes(cast.ada, change_id) == {"done": {"Anna"}, "theirs": {"Ben"}}
    assert card(cast.ada, cast.ben.id).version == 1


def test_who_was_changed_since_they_were_chosen_is_left_alone(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.REASSIGN, cast.anna.id, cast.uma.id)
    assign_client(cast.olu.actor, AssignClient(client_id=cast.uma.id, member_id=cast.theo.member_id))
    reassign_clients(cast.ada.actor, ReassignClients(change_id=change_id, member_id=cast.lin.member_id))
    assert outcomes(cast.ada, change_id) == {"done": {"Anna"}, "changed": {"Uma"}}
    assert therapist_of(cast, cast.uma.id) == ("Theo Park", "practice")


@pytest.mark.requirement("O26")
def test_undoing_moves_back_only_those_nobody_touched_since(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.sana, cast.anna.id, cast.ben.id, cast.uma.id)
    assign_client(cast.ada.actor, AssignClient(client_id=cast.anna.id, member_id=cast.lin.member_id))
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone": {"Ben", "Uma"}, "since-changed": {"Anna"}}
    assert therapist_of(cast, cast.anna.id) == ("Lin Zhao", "practice")
    assert therapist_of(cast, cast.ben.id) == ("Lin Zhao", "practice")
    assert therapist_of(cast, cast.uma.id) == ("", "practice")
    with pytest.raises(CannotUndo):
        undo(cast.ada, change_id)


def test_whose_earlier_therapist_takes_no_clients_stays_where_they_are(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.sana, cast.anna.id, cast.ben.id)
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone": {"Anna"}, "no-therapist": {"Ben"}}
    assert therapist_of(cast, cast.ben.id) == ("Sana Malik", "practice")


def test_undoing_is_possible_for_thirty_days(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.lin, cast.anna.id)
    with clock.frozen_at(clock.now() + timedelta(days=30, seconds=1)), pytest.raises(CannotUndo):
        undo(cast.ada, change_id)


def test_an_act_is_carried_out_once(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.REASSIGN, cast.anna.id)
    data = ReassignClients(change_id=change_id, member_id=cast.lin.member_id)
    reassign_clients(cast.ada.actor, data, once="key")
    assert reassign_clients(cast.ada.actor, data, once="key") == change_id
    with pytest.raises(ChangeMovedOn):
        reassign_clients(cast.ada.actor, data)
    assert card(cast.ada, cast.anna.id).version == 2


@pytest.mark.parametrize("who", ["bea", "fran", "ada"])
def test_only_active_clinicians_of_the_practice_are_given_clients(cast: Cast, who: str) -> None:
    with pytest.raises(InvalidInput):
        reassign(cast.ada, getattr(cast, who), cast.anna.id)
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")


def test_a_wrong_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        reassign(cast.ada, cast.lin, cast.anna.id, reason="\u202ex")


# --- who is chosen --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("U25")
@pytest.mark.parametrize(
    "narrowed",
    [
        {},
        {"search": "o"},
        {"unassigned": True},
        {"search": "lind"},
        {"search": "dora lindqvist"},
        {"archived": True},
    ],
)
@pytest.mark.parametrize("who", ["ada", "lin", "sana"])
def test_all_that_match_are_exactly_those_on_the_list(
    cast: Cast, who: str, narrowed: dict[str, object]
) -> None:
    someone = getattr(cast, who)
    shown = [row.id for row in listed(someone, **narrowed).rows]
    with entered(cast.alder.practice_id):
        found = matching(someone.actor, ListClients(**narrowed), 100)  # type: ignore[arg-type]
        assert found == shown


def test_choosing_nobody_or_somebody_hidden_is_refused(cast: Cast) -> None:
    with pytest.raises(NobodyChosen):
        choose(cast.ada, Act.REASSIGN, search="nobody")
    for hidden in (cast.finn.id, UUID(int=7)):
        with pytest.raises(NotFound):
            choose(cast.ada, Act.REASSIGN, cast.anna.id, hidden)
    for who in (cast.theo, cast.bea):
        with pytest.raises(NotAllowed):
            choose(who, Act.REASSIGN, cast.anna.id)


def test_somebody_elses_act_is_not_found(cast: Cast) -> None:
    change_id = reassign(cast.ada, cast.lin, cast.anna.id)
    with pytest.raises(NotFound):
        undo(cast.fran, change_id)
    with pytest.raises(NotFound):
        undo(cast.bea, change_id)
    assert names(listed(cast.theo)) == []
