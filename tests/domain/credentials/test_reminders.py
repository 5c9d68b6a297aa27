"""Reminders 90, 60, 30 and 7 days ahead: once each, to the person and to those who keep licences (SPEC 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kinfold.domain.access.actors import system_actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.commands.keeping import (
    RemoveCredential,
    ReplaceCredential,
    remove_credential,
    replace_credential,
)
from kinfold.domain.credentials.commands.reminding import RemindOfExpiry, remind_of_expiry
from kinfold.domain.credentials.emails import expiring_mail
from kinfold.domain.credentials.models import ExpiryReminder
from kinfold.domain.credentials.periodic import remind_of_what_expires
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.kinds import Mail
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import Member, MemberStatus
from tests.at_once import at_once
from tests.domain.credentials.steps import cover, in_words, licence
from tests.domain.team.steps import acts
from tests.personas import Cast

EXPIRES = clock.today() + timedelta(days=150)
IN_WORDS = in_words(EXPIRES)


@contextmanager
def days_ahead(days: int, hour: int = 15) -> Iterator[None]:
    """The day so many days before the licence expires."""
    day = EXPIRES - timedelta(days=days)
    with clock.frozen_at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC)):
        yield


def sent(cast: Cast) -> Counter[int]:
    """How many reminders were sent, by how many days ahead; each is one mail in the queue."""
    with entered(cast.alder.practice_id):
        rows = list(ExpiryReminder.objects.values_list("id", "days"))
    queued = OutgoingMail.objects.filter(kind="credentials.expiring").values_list("subject_id", flat=True)
    assert set(queued) == {reminder_id for reminder_id, _ in rows}
    return Counter(days for _, days in rows)


def mail_to(cast: Cast, member_id: UUID) -> Mail | None:
    """The newest reminder of somebody, as it would go out now."""
    with entered(cast.alder.practice_id):
        reminder_id = (
            ExpiryReminder.objects.filter(recipient_id=member_id)
            .order_by("-sent_at")
            .values_list("id", flat=True)[0]
        )
        return expiring_mail(cast.alder.practice_id, reminder_id)


def test_each_step_is_told_once_to_the_person_the_owner_and_the_administrator(cast: Cast) -> None:
    with days_ahead(120):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
    expected: Counter[int] = Counter()
    for day in range(100, -3, -1):
        with days_ahead(day):
            remind_of_what_expires()
            remind_of_what_expires()
        if day in {90, 60, 30, 7}:
            expected[day] = 3  # Lin, Olu and Ada
        assert sent(cast) == expected, day
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == [
        "credential.added",
        *["credential.reminded"] * 4,
    ]


def test_a_worker_that_was_away_sends_the_most_urgent_step_only(cast: Cast) -> None:
    with days_ahead(120):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
    with days_ahead(5):
        remind_of_what_expires()
    assert sent(cast) == {7: 3}


def test_an_expired_licence_is_told_no_more(cast: Cast) -> None:
    with days_ahead(120):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
    with days_ahead(-1):
        remind_of_what_expires()
    assert sent(cast) == {}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once(cast: Cast) -> None:
    with days_ahead(20):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
        moment = clock.now()

    def work() -> None:
        with clock.frozen_at(moment):
            remind_of_expiry(
                system_actor(cast.alder.practice_id, "Reminders", Permission.LICENCES_MANAGE),
                RemindOfExpiry(),
            )

    at_once([work] * 6)
    assert sent(cast) == {30: 3}


def test_a_corrected_licence_is_not_told_again_and_a_renewed_one_anew(cast: Cast) -> None:
    def replaced(credential_id: UUID, number: str, expires_on: date) -> UUID:
        return replace_credential(
            cast.ada.actor,
            ReplaceCredential(
                credential_id=credential_id,
                title="LCSW",
                region="CA",
                number=number,
                expires_on=expires_on.isoformat(),
            ),
        )

    with days_ahead(25):
        first = licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
        remind_of_what_expires()
        corrected = replaced(first, "108843", EXPIRES)
        remind_of_what_expires()
        assert sent(cast) == {30: 3}
        replaced(corrected, "108843", EXPIRES + timedelta(days=20))
        remind_of_what_expires()
        assert sent(cast) == {30: 3, 60: 3}


def test_the_person_and_the_administrators_are_told_what_they_need(cast: Cast) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(support_email="help@alder.example")
    with days_ahead(25):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
        remind_of_what_expires()
        own, other = mail_to(cast, cast.lin.member_id), mail_to(cast, cast.ada.member_id)
    assert own is not None
    assert other is not None
    assert (own.to, own.subject) == ("lin@example.org", f"Your license expires on {IN_WORDS}")
    assert f"Your LCSW license (CA) expires on {IN_WORDS}." in own.text
    assert "/account/credentials/" in own.text
    assert "help@alder.example" in own.text
    assert (other.to, other.subject) == ("ada@example.org", f"A license expires on {IN_WORDS}")
    assert f"Lin Zhao's LCSW license (CA) expires on {IN_WORDS}." in other.text
    assert f"/manage/team/{cast.lin.member_id}/credentials/" in other.text
    assert "108842" not in own.text + other.text


def test_cover_is_told_as_what_it_is(cast: Cast) -> None:
    with days_ahead(25):
        cover(cast, cast.lin, expires_on=EXPIRES.isoformat())
        remind_of_what_expires()
        mail = mail_to(cast, cast.lin.member_id)
    assert mail is not None
    assert mail.subject == f"Your malpractice coverage expires on {IN_WORDS}"
    assert "no new clients" not in mail.text


def test_mail_about_what_was_removed_or_about_somebody_who_left_is_dropped(cast: Cast) -> None:
    with days_ahead(25):
        first = licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
        licence(cast, cast.theo, expires_on=EXPIRES.isoformat())
        remind_of_what_expires()
        remove_credential(cast.ada.actor, RemoveCredential(credential_id=first))
        assert mail_to(cast, cast.lin.member_id) is None
        with entered(cast.alder.practice_id, writing=True):
            Member.objects.filter(pk=cast.theo.member_id).update(status=MemberStatus.ARCHIVED)
        assert mail_to(cast, cast.theo.member_id) is None


def test_people_who_left_are_not_told(cast: Cast) -> None:
    with days_ahead(25):
        licence(cast, cast.lin, expires_on=EXPIRES.isoformat())
        with entered(cast.alder.practice_id, writing=True):
            Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
        remind_of_what_expires()
    assert sent(cast) == {}
