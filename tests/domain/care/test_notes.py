"""Notes are signed by who held the session, and co-signed by who supervises them."""

from __future__ import annotations

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.care.commands.notes import StartNote, start_note
from kinfold.domain.care.errors import (
    NoSupervisor,
    NotHeld,
    NotTheirSupervisor,
    NotWaiting,
    NotYourSession,
)
from kinfold.domain.care.queries.listing import CountNotes, SessionView, count_notes
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import SwitchPeriod
from kinfold.domain.team.models import Supervision
from tests.domain.care.steps import book, cosign, hold, hours, seen, sessions, sign
from tests.domain.clients.steps import everything_recorded, recorded
from tests.personas import Cast, Person


def counts(who: Person) -> tuple[int, int]:
    found = count_notes(who.actor, CountNotes())
    return found.to_finish, found.to_cosign


def unsupervised(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.update(until=clock.now())


def test_a_note_is_begun_and_signed_by_who_held_the_session(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    assert counts(cast.lin) == counts(cast.ada) == (1, 0)
    start_note(cast.lin.actor, StartNote(session_id=held))
    assert counts(cast.lin) == (1, 0)
    sign(cast.lin, held)
    sign(cast.lin, held)
    row = seen(cast.lin, held)
    assert (row.note, row.signed_by, row.waits_for_cosignature) == ("signed", "Lin Zhao", False)
    assert counts(cast.lin) == (0, 0)
    assert [entry[0] for entry in recorded(cast, cast.ben.id)][1:] == ["note.started", "note.signed"]


def test_only_sessions_that_were_held_have_notes(cast: Cast) -> None:
    made, missed = book(cast.lin, cast.ben), hold(cast.lin, cast.ben, status="no_show")
    for session in (made, missed):
        with pytest.raises(NotHeld):
            sign(cast.lin, session)
    assert counts(cast.lin) == (0, 0)


def test_nobody_signs_for_somebody_else(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    for other in (cast.ada, cast.sana):
        with pytest.raises(NotYourSession):
            sign(other, held)
    with pytest.raises(NotFound):
        sign(cast.lin, held)


@pytest.mark.requirement("O23")
def test_who_needs_a_supervisor_and_has_none_cannot_sign(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    unsupervised(cast)
    with pytest.raises(NoSupervisor) as refused:
        sign(cast.theo, held)
    assert "needs a supervisor" in refused.value.message
    start_note(cast.theo.actor, StartNote(session_id=held))
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.create(
            supervisor_id=cast.sana.member_id, supervisee_id=cast.theo.member_id, since=clock.now()
        )
    sign(cast.theo, held)
    assert seen(cast.theo, held).waits_for_cosignature


@pytest.mark.requirement("O23")
def test_who_stops_needing_a_supervisor_signs_alone(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    unsupervised(cast)
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="intern").update(requires_supervision=False)
    sign(cast.theo, held)
    assert not seen(cast.theo, held).waits_for_cosignature


def test_a_supervisees_note_waits_for_their_supervisor_and_nobody_else(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    with pytest.raises(NotWaiting):
        cosign(cast.sana, held)
    sign(cast.theo, held)
    assert counts(cast.theo) == (0, 0)
    assert counts(cast.sana) == (0, 1)
    assert [row.id for row in sessions(cast.sana, view=SessionView.TO_COSIGN)] == [held]
    assert "cosign_note" in seen(cast.sana, held).acts
    assert "cosign_note" not in seen(cast.ada, held).acts
    with pytest.raises(NotTheirSupervisor):
        cosign(cast.ada, held)
    with pytest.raises(NotAllowed):
        cosign(cast.theo, held)
    cosign(cast.sana, held)
    row = seen(cast.theo, held)
    assert (row.note, row.signed_by, row.cosigned_by) == ("cosigned", "Theo Park", "Sana Malik")
    assert counts(cast.sana) == (0, 0)
    with pytest.raises(NotWaiting):
        cosign(cast.ada, held)
    cosign(cast.sana, held)


def test_a_former_supervisor_co_signs_no_more(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    sign(cast.theo, held)
    unsupervised(cast)
    assert counts(cast.sana) == (0, 0)
    with pytest.raises(NotFound):
        cosign(cast.sana, held)


def test_with_supervision_switched_off_notes_are_still_co_signed_without_seeing_the_client(
    cast: Cast,
) -> None:
    held = hold(cast.theo, cast.anna)
    sign(cast.theo, held)
    with entered(cast.alder.practice_id, writing=True):
        SwitchPeriod.objects.update(until=clock.now())
    (row,) = sessions(cast.sana, view=SessionView.TO_COSIGN)
    assert (row.client_id, row.client_first_name, row.clinician) == (None, "", "Theo Park")
    cosign(cast.sana, held)
    assert sessions(cast.sana) == ()


@pytest.mark.requirement("O29")
def test_a_client_who_went_on_with_somebody_else_leaves_the_note_to_who_held_the_session(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    assign_client(cast.ada.actor, AssignClient(client_id=cast.anna.id, member_id=cast.lin.member_id))
    (row,) = sessions(cast.theo, view=SessionView.TO_FINISH)
    assert (row.id, row.client_id, row.client_last_name) == (held, None, "")
    assert counts(cast.theo) == (1, 0)
    assert sessions(cast.theo, client_id=cast.anna.id) == ()
    sign(cast.theo, held)
    assert seen(cast.lin, held).client_first_name == "Anna"


@pytest.mark.requirement("O29")
def test_a_note_is_overdue_after_three_days(cast: Cast) -> None:
    old, new = hold(cast.lin, cast.ben, hours(-73)), hold(cast.lin, cast.ben, hours(-71))
    assert [(row.id, row.overdue) for row in sessions(cast.lin, view=SessionView.TO_FINISH)] == [
        (old, True),
        (new, False),
    ]
    sign(cast.lin, old)
    assert not seen(cast.lin, old).overdue


def test_what_was_done_is_in_the_trail_without_names_and_codes(cast: Cast) -> None:
    sign(cast.lin, hold(cast.lin, cast.ben, service_code="90834"))
    assert "90834" not in everything_recorded(cast)
    assert "Okafor" not in everything_recorded(cast)


def test_a_right_that_was_taken_away_bites_on_the_next_signature(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="licensed-therapist").update(overrides={"notes:sign": False})
    with pytest.raises(NotAllowed):
        sign(cast.lin, held)
    assert "sign_note" not in seen(cast.lin, held).acts
