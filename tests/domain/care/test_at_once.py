"""What holds when people act on a session at the same moment, on real connections."""

from __future__ import annotations

import pytest

from kinfold.domain.audit.trail import verify
from kinfold.domain.care.commands.sessions import BookSession, book_session
from kinfold.domain.care.errors import SessionThere
from kinfold.domain.kernel.errors import DomainError
from tests.at_once import at_once, kinds
from tests.domain.care.steps import becomes, hold, hours, sessions, sign, stored
from tests.personas import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_who_book_the_same_session_one_does(cast: Cast) -> None:
    data = BookSession(starts_at=hours(24), minutes=50, client_id=cast.ben.id, member_id=cast.lin.member_id)
    actors = [person.actor for person in (cast.ada, cast.lin, cast.olu, cast.ada)]
    outcomes = at_once([lambda actor=actor: book_session(actor, data) for actor in actors])  # type: ignore[misc]
    assert kinds(outcomes) == {SessionThere: 3}
    assert len(sessions(cast.lin)) == 1


def test_a_note_that_is_signed_while_the_session_is_called_off_is_one_or_the_other(cast: Cast) -> None:
    held = hold(cast.lin, cast.ben)
    outcomes = at_once([lambda: sign(cast.lin, held), lambda: becomes(cast.ada, held, "cancelled")])
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
    session = stored(cast, held)
    assert (session.status, session.note) in {("completed", "signed"), ("cancelled", "none")}
    assert verify(cast.alder.practice_id).fault is None
