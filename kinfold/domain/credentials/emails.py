"""What people receive by mail before something expires."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce

from kinfold.domain.kernel import clock
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import Member
from kinfold.domain.team.statuses import ON_THE_TEAM

from .days import day_of
from .models import Category, Credential, ExpiryReminder
from .regions import short_region


@mail_kind("credentials.expiring", "Reminder that a license expires")
def expiring_mail(practice_id: UUID | None, reminder_id: UUID) -> Mail | None:
    """To the person or to somebody who keeps licences, unless it was renewed or removed meanwhile, or is over."""
    reminder = ExpiryReminder.objects.filter(pk=reminder_id).first()
    if reminder is None or reminder.expires_on < day_of(clock.now()):
        return None
    credential = (
        Credential.objects.filter(
            origin=reminder.origin,
            expires_on=reminder.expires_on,
            until__isnull=True,
            member__ended_at__isnull=True,
            member__status__in=ON_THE_TEAM,
        )
        .select_related("member")
        .first()
    )
    address = _address(reminder.recipient_id)
    if credential is None or address is None or practice_id is None:
        return None
    own = reminder.recipient_id == credential.member_id
    day = f"{reminder.expires_on:%B} {reminder.expires_on.day}, {reminder.expires_on.year}"
    licence = credential.category == Category.LICENCE
    what = "license" if licence else "malpractice coverage"
    whose = "Your" if own else f"{credential.member.name}'s"
    named = (
        f"{credential.title} license ({short_region(credential.region)})"
        if licence
        else f"malpractice coverage with {credential.title}"
    )
    after = (
        "\nIf you hold no other license after that day, no new clients can be given to you. Your clients stay.\n"
        if own
        else "\nIf they hold no other license after that day, no new clients can be given to them. "
        "Their clients stay.\n"
    )
    practice = Practice.objects.get(pk=practice_id)
    questions = f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email and own else ""
    path = settings.OWN_CREDENTIALS_PATH if own else settings.CREDENTIALS_PATH.format(credential.member_id)
    next_step = (
        "When it is renewed, tell the practice the new date. What is on record"
        if own
        else "When it is renewed, enter the new date"
    )
    return Mail(
        to=address,
        subject=f"{'Your' if own else 'A'} {what} expires on {day}",
        text=(
            f"{whose} {named} expires on {day}.\n"
            f"{after if licence else ''}\n"
            f"{next_step}:\n{settings.PUBLIC_URL}{path}\n"
            f"{questions}\n{practice.name}\n"
        ),
    )


def _address(member_id: UUID) -> str | None:
    """Where a member on the team reads mail; their login's address, which they change themselves, comes first."""
    members = Member.objects.filter(pk=member_id, ended_at__isnull=True, status__in=ON_THE_TEAM)
    return (
        members.annotate(address=Coalesce(F("login__email"), F("email")))
        .values_list("address", flat=True)
        .first()
    )
