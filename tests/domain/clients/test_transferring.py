"""From one roster to another: archived here, added there by e-mail (SPEC H25-H31, 8.3, 8.4)."""

from __future__ import annotations

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.transferring import (
    MOST_REQUESTS,
    AddToRoster,
    ArchiveFromRoster,
    Outcome,
    RosterAnswer,
    add_to_roster,
    archive_from_roster,
)
from kinfold.domain.clients.emails import roster_mail
from kinfold.domain.clients.errors import OnAnotherRoster
from kinfold.domain.clients.models import Assignment, Client
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, TooManyTries
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from tests.domain.team.steps import acts
from tests.personas import Cast, CastClient, Person


def archive(by: Person, whose: Person, client: CastClient) -> None:
    archive_from_roster(by.actor, ArchiveFromRoster(member_id=whose.member_id, client_id=client.id))


def add(by: Person, whose: Person, email: str, client: CastClient | None = None) -> RosterAnswer:
    data = AddToRoster(member_id=whose.member_id, email=email, client_id=client.id if client else None)
    return add_to_roster(by.actor, data)


def ties(cast: Cast, client: CastClient) -> list[tuple[object, bool]]:
    """Whose the client was and is, in order, and whether that is over."""
    with entered(cast.alder.practice_id):
        rows = (
            Assignment.objects.filter(client_id=client.id).order_by("since").values_list("member_id", "until")
        )
        return [(member_id, until is not None) for member_id, until in rows]


@pytest.mark.requirement("H25")
@pytest.mark.requirement("H26")
@pytest.mark.requirement("H30")
@pytest.mark.requirement("H31")
def test_a_client_goes_from_one_roster_to_another_and_stays_who_they_are(cast: Cast) -> None:
    with entered(cast.alder.practice_id):
        before = Client.objects.count()
    archive(cast.ada, cast.lin, cast.ben)
    with entered(cast.alder.practice_id):
        ben = Client.objects.get(pk=cast.ben.id)
    assert (ben.status, ben.primary_id) == ("active", None)
    answer = add(cast.ada, cast.theo, f"  {cast.ben.email.upper()} ")
    assert answer == RosterAnswer(outcome=Outcome.ADDED, client_ids=(cast.ben.id,))
    assert ties(cast, cast.ben) == [(cast.lin.member_id, True), (cast.theo.member_id, False)]
    with entered(cast.alder.practice_id):
        assert Client.objects.count() == before
    assert add(cast.ada, cast.theo, cast.ben.email).outcome is Outcome.THERE
    assert acts(cast.alder.practice_id, subject=cast.ben.id) == ["client.unassigned", "client.assigned"]


@pytest.mark.requirement("H29")
def test_an_unknown_address_makes_nobody_and_a_wrong_one_is_named(cast: Cast) -> None:
    assert add(cast.ada, cast.theo, "nobody@mail.example") == RosterAnswer(outcome=Outcome.UNKNOWN)
    assert add(cast.ada, cast.theo, cast.finn.email).outcome is Outcome.UNKNOWN  # another practice's
    for typed in ("", "  ", "no address", "a@b\u202e.example", "x" * 300):
        with pytest.raises(InvalidInput) as refused:
            add(cast.ada, cast.theo, typed)
        assert refused.value.problems[0].field == "email"


def test_who_is_on_another_roster_is_archived_there_first(cast: Cast) -> None:
    for client in (cast.ben, cast.dora):
        with pytest.raises(OnAnotherRoster):
            add(cast.ada, cast.theo, client.email)
    with pytest.raises(NotFound):
        archive(cast.ada, cast.theo, cast.ben)  # Lin's, not Theo's
    with pytest.raises(NotFound):
        add(cast.ada, cast.fran, cast.uma.email)
    assert ties(cast, cast.ben) == [(cast.lin.member_id, False)]


def test_of_several_with_one_address_one_is_chosen(cast: Cast) -> None:
    archive(cast.ada, cast.lin, cast.ben)
    change_client(cast.ada.actor, ChangeClient(client_id=cast.uma.id, version=1, email=cast.ben.email))
    answer = add(cast.ada, cast.theo, cast.ben.email)
    assert (answer.outcome, set(answer.client_ids)) == (Outcome.SEVERAL, {cast.ben.id, cast.uma.id})
    assert add(cast.ada, cast.theo, cast.ben.email, cast.uma).outcome is Outcome.ADDED
    assert add(cast.ada, cast.theo, cast.ben.email, cast.anna).outcome is Outcome.UNKNOWN
    assert ties(cast, cast.uma) == [(cast.theo.member_id, False)]


@pytest.mark.requirement("H29")
def test_who_does_not_see_the_client_gets_the_same_answer_as_for_nobody(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="licensed-therapist").update(overrides={"clients:assign": True})
    found = [add(cast.lin, cast.lin, email) for email in (cast.anna.email, cast.uma.email, "no@mail.example")]
    assert found == [RosterAnswer(outcome=Outcome.SENT)] * 3
    assert ties(cast, cast.uma) == []
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["roster.requested"] * 3
    with entered(cast.alder.practice_id):
        sent = OutgoingMail.objects.filter(kind="clients.roster", state="queued")
        assert set(sent.values_list("subject_id", flat=True)) == {cast.olu.member_id, cast.ada.member_id}
        mail = roster_mail(cast.alder.practice_id, cast.ada.member_id)
        assert roster_mail(cast.alder.practice_id, cast.lin.member_id) is None
    assert mail is not None
    assert (mail.to, cast.anna.last_name in mail.text, cast.anna.email in mail.text) == (
        cast.ada.email,
        False,
        False,
    )
    for _ in range(MOST_REQUESTS - 3):
        add(cast.lin, cast.lin, "no@mail.example")
    with pytest.raises(TooManyTries):
        add(cast.lin, cast.lin, cast.anna.email)


def test_only_who_assigns_clients_moves_them(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        add(cast.lin, cast.lin, cast.uma.email)
    with pytest.raises(NotAllowed):
        archive(cast.lin, cast.lin, cast.ben)
