"""Telling people 90, 60, 30 and 7 days ahead that something of theirs expires, once each (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.credentials.days import AHEAD, day_of, step_of
from kinfold.domain.credentials.models import Credential, ExpiryReminder
from kinfold.domain.kernel import clock
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.holders import members_who_may
from kinfold.domain.team.statuses import ON_THE_TEAM

says(credential__reminded="sent reminders that a credential expires")


@dataclass(frozen=True, kw_only=True, slots=True)
class RemindOfExpiry:
    """Everything that has come so near that somebody must be told."""


@command(Permission.LICENCES_MANAGE)
def remind_of_expiry(actor: Actor, data: RemindOfExpiry) -> None:
    """Send the reminders that are due: to the person, and to those who keep licences.

    Of several steps that were missed, only the most urgent is sent. Two workers at once send once.
    """
    hold_team()
    due = due_reminders(day_of(clock.now()))
    if not due:
        trail.nothing_changed()
        return
    keepers = members_who_may(Permission.LICENCES_MANAGE)
    events = []
    for reminder in due:
        member_id = reminder.credential.member_id
        recipients = {member_id, *keepers}
        _send(actor, reminder, recipients)
        detail = {
            "credential": str(reminder.credential.id),
            "days": reminder.days,
            "mails": len(recipients),
        }
        events.append(trail.Event("credential.reminded", ("member", member_id), detail=detail))
    trail.record_all(actor, events)


class Due(NamedTuple):
    """Something that expires, and how many days ahead it is told now."""

    credential: Credential
    expires_on: date
    days: int


def due_reminders(today: date) -> list[Due]:
    """What expires soon of people on the team and has not been told at the step that was reached."""
    soon = Credential.objects.filter(
        until__isnull=True,
        expires_on__range=(today, today + timedelta(days=max(AHEAD))),
        member__ended_at__isnull=True,
        member__status__in=ON_THE_TEAM,
    )
    told = set(
        ExpiryReminder.objects.filter(expires_on__gte=today).values_list("origin", "expires_on", "days")
    )
    found = []
    for credential in soon.order_by("expires_on", "id"):
        expires_on = credential.expires_on
        days = step_of(expires_on, today) if expires_on else None
        if expires_on and days and (credential.origin, expires_on, days) not in told:
            found.append(Due(credential, expires_on, days))
    return found


def _send(actor: Actor, reminder: Due, recipients: Iterable[UUID]) -> None:
    now = clock.now()
    rows = ExpiryReminder.objects.bulk_create(
        ExpiryReminder(
            practice_id=actor.practice_id,
            credential=reminder.credential,
            origin=reminder.credential.origin,
            expires_on=reminder.expires_on,
            days=reminder.days,
            recipient_id=member_id,
            sent_at=now,
        )
        for member_id in sorted(recipients)
    )
    for row in rows:
        enqueue("credentials.expiring", actor.practice_id, row.id)
