"""Booking and recording sessions, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from kinfold.domain.care.commands.notes import StartNote, start_note
from kinfold.domain.care.commands.sessions import (
    BookSession,
    ChangeSession,
    ChangeSessionStatus,
    book_session,
    change_session,
    change_session_status,
)
from kinfold.domain.care.errors import (
    DirectClient,
    NoteBegun,
    SessionCancelled,
    SessionFinal,
    SessionThere,
    SessionToCome,
)
from kinfold.domain.care.queries.listing import ListSessions, SessionPage, SessionView, list_sessions
from kinfold.domain.care.queries.pickers import (
    ListClinicians,
    ListOwnClients,
    list_clinicians,
    list_own_clients,
)
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member
from tests.domain.care.steps import becomes, book, hold, hours, seen, sessions, sign, stored
from tests.domain.clients.steps import recorded
from tests.personas import Cast, Person


def standing(cast: Cast, who: Person, status: str) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=who.member_id).update(status=status)


def problems(**wrong: Any) -> Any:
    return pytest.raises(
        InvalidInput, check=lambda refused: {p.field for p in refused.problems} == set(wrong)
    )


@pytest.mark.requirement("O28")
def test_a_clinician_books_their_own_clients_and_finds_the_sessions_in_order(cast: Cast) -> None:
    later, sooner = book(cast.theo, cast.anna, hours(48)), book(cast.theo, cast.anna, hours(24))
    held = hold(cast.theo, cast.anna, hours(-2), service_code=" 90834 ")
    earlier = hold(cast.theo, cast.anna, hours(-30), status="no_show")
    assert [row.id for row in sessions(cast.theo, view=SessionView.UPCOMING)] == [sooner, later]
    assert [row.id for row in sessions(cast.theo, view=SessionView.PAST)] == [held, earlier]
    row = seen(cast.theo, held)
    assert (row.client_first_name, row.clinician, row.service_code, row.status) == (
        "Anna",
        "Theo Park",
        "90834",
        "completed",
    )
    assert [entry[0] for entry in recorded(cast, cast.anna.id)] == [
        "session.booked",
        "session.booked",
        "session.recorded",
        "session.recorded",
    ]


def test_the_front_desk_books_for_everybody_and_others_only_for_themselves(cast: Cast) -> None:
    made = book(cast.ada, cast.anna, who=cast.theo)
    assert stored(cast, made).member_id == cast.theo.member_id
    with pytest.raises(NotAllowed):
        book(cast.sana, cast.anna, who=cast.theo)
    with pytest.raises(NotAllowed):
        becomes(cast.sana, made, "cancelled")
    with pytest.raises(NotAllowed):
        book(cast.bea, cast.anna, who=cast.theo)
    with pytest.raises(NotFound):
        becomes(cast.lin, made, "cancelled")
    becomes(cast.theo, made, "cancelled")


@pytest.mark.requirement("O09")
@pytest.mark.requirement("O11")
@pytest.mark.parametrize("status", ["on_hold", "inactive", "archived"])
def test_only_active_clinicians_are_offered_and_taken_for_new_sessions(cast: Cast, status: str) -> None:
    kept = book(cast.ada, cast.anna, who=cast.theo)
    standing(cast, cast.theo, status)
    offered = list_clinicians(cast.ada.actor, ListClinicians())
    assert [choice.name for choice in offered] == ["Sana Malik", "Lin Zhao"]
    with problems(member_id=1):
        book(cast.ada, cast.anna, hours(25), who=cast.theo)
    assert [row.id for row in sessions(cast.ada, view=SessionView.UPCOMING)] == [kept]


def test_who_books_for_themselves_is_offered_themselves_and_their_own_clients(cast: Cast) -> None:
    assert [c.name for c in list_clinicians(cast.lin.actor, ListClinicians())] == ["Lin Zhao"]
    assert [c.name for c in list_own_clients(cast.lin.actor, ListOwnClients())] == [
        "Dora Lindqvist",
        "Ben Okafor",
    ]
    with problems(member_id=1):  # somebody who sees no clients
        book(cast.ada, cast.anna)


def test_a_direct_client_sees_their_own_therapist_only(cast: Cast) -> None:
    with pytest.raises(DirectClient):
        book(cast.ada, cast.dora, who=cast.theo)
    assert stored(cast, book(cast.ada, cast.dora, who=cast.lin)).walk_in is False


def test_what_cannot_be_booked_is_named_field_by_field(cast: Cast) -> None:
    with problems(starts_at=1, minutes=1, service_code=1):
        book(cast.theo, cast.anna, hours(24 * 365 * 3), minutes=0, service_code="<b>")
    for at, status in ((hours(-30), "scheduled"), (hours(1), "completed"), (hours(1), "no_show")):
        with problems(starts_at=1):
            book(cast.theo, cast.anna, at, status=status)
    with problems(status=1):
        book(cast.theo, cast.anna, hours(-1), status="cancelled")
    with problems(client_id=1):
        book_session(cast.theo.actor, BookSession(starts_at=hours(1), minutes=50))
    with problems(service_code=1):
        book(cast.theo, cast.anna, service_code="9" * 21)


def test_whom_one_does_not_see_one_does_not_book_by_id(cast: Cast) -> None:
    for client in (cast.ben, cast.finn):
        with pytest.raises(NotFound):
            book(cast.theo, client)
    with pytest.raises(NotFound):
        change_session_status(cast.theo.actor, ChangeSessionStatus(session_id=uuid4(), status="completed"))


def test_the_same_session_is_there_once(cast: Cast) -> None:
    first = book(cast.theo, cast.anna, hours(24))
    with pytest.raises(SessionThere):
        book(cast.ada, cast.anna, stored(cast, first).starts_at, who=cast.theo)
    becomes(cast.theo, first, "cancelled")
    book(cast.ada, cast.anna, stored(cast, first).starts_at, who=cast.theo)


def test_a_form_that_is_sent_twice_books_once(cast: Cast) -> None:
    data = BookSession(starts_at=hours(24), minutes=50, client_id=cast.anna.id)
    actor = cast.theo.actor
    assert book_session(actor, data, once="k") == book_session(actor, data, once="k")
    assert len(sessions(cast.theo)) == 1


def test_a_session_becomes_completed_missed_or_cancelled_once_it_can_be_said(cast: Cast) -> None:
    made = book(cast.theo, cast.anna, hours(24))
    for status in ("completed", "no_show"):
        with pytest.raises(SessionToCome):
            becomes(cast.theo, made, status)
    held = hold(cast.theo, cast.anna)
    becomes(cast.theo, held, "no_show")
    becomes(cast.theo, held, "completed")
    becomes(cast.theo, held, "completed")
    assert seen(cast.theo, held).status == "completed"
    becomes(cast.theo, made, "cancelled")
    for act in ("completed", "no_show"):
        with pytest.raises(SessionCancelled):
            becomes(cast.theo, made, act)
    with pytest.raises(InvalidInput):
        becomes(cast.theo, held, "scheduled")


def test_a_signed_session_stays_as_it_is(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    sign(cast.lin, held)
    for status in ("cancelled", "no_show"):
        with pytest.raises(SessionFinal):
            becomes(cast.lin, held, status)
    with pytest.raises(SessionFinal):
        change_session(cast.ada.actor, ChangeSession(session_id=held, version=2, minutes=30))
    assert seen(cast.lin, held).acts == ()


def test_a_begun_note_says_that_the_session_was_held(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    start_note(cast.lin.actor, StartNote(session_id=held))
    with pytest.raises(NoteBegun):
        becomes(cast.lin, held, "cancelled")
    assert seen(cast.lin, held).acts == ("sign_note", "change")


def test_a_session_is_moved_by_who_read_it_last(cast: Cast) -> None:
    made = book(cast.theo, cast.anna, hours(24))
    data = ChangeSession(session_id=made, version=1, starts_at=hours(26), service_code="90837")
    change_session(cast.theo.actor, data)
    with pytest.raises(StaleVersion):
        change_session(cast.ada.actor, ChangeSession(session_id=made, version=1, minutes=30))
    row = seen(cast.theo, made)
    assert (row.minutes, row.service_code, row.version) == (50, "90837", 2)
    with problems(starts_at=1):
        change_session(
            cast.theo.actor, ChangeSession(session_id=made, version=2, starts_at=hours(0) - timedelta(days=2))
        )


def test_nothing_is_added_to_an_archived_client(cast: Cast) -> None:
    held, made = hold(cast.lin, cast.ben), book(cast.lin, cast.ben)
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.ben.id).update(status="archived")
    with pytest.raises(ClientArchived):
        book(cast.lin, cast.ben, hours(30))
    with pytest.raises(ClientArchived):
        becomes(cast.lin, made, "cancelled")
    with pytest.raises(ClientArchived):
        sign(cast.lin, held)
    assert [row.acts for row in sessions(cast.lin)] == [(), ()]


def test_a_long_list_is_read_page_by_page_in_both_directions(cast: Cast) -> None:
    made = [book(cast.theo, cast.anna, hours(n)) for n in range(1, 8)]
    actor = cast.theo.actor
    first = list_sessions(actor, ListSessions(view=SessionView.UPCOMING, limit=3))
    second = list_sessions(actor, ListSessions(view=SessionView.UPCOMING, limit=3, after=first.next))
    last = list_sessions(actor, ListSessions(view=SessionView.UPCOMING, limit=3, after=second.next))
    assert [row.id for page in (first, second, last) for row in page.rows] == made
    assert last.next is None
    back = list_sessions(actor, ListSessions(view=SessionView.UPCOMING, limit=3, before=last.previous))
    assert back == SessionPage(rows=second.rows, next=second.next, previous=back.previous)
