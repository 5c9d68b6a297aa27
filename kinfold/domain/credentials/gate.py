"""Who may take new clients now, and if not, why: the one rule that every way of giving clients asks (SPEC 2, N8).

A status and a role decide first. Whoever gives somebody clients calls `hold_team` before asking: then the answer stays
true until that is done. Then an expired licence does, where no other of theirs holds: only new work is held
back, nothing that somebody has is taken. Who has no licence on record is not held back; that is shown, not judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.statuses import LADDER, status_now

from .days import day_of
from .models import Category, Credential, LicenceException

NOT_ACTIVE = "Choose an active team member who sees clients."


def why_no_new_clients(now: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, str]:
    """For everybody on the team, or some of them: "" when they may take new clients now, else why not."""
    some, named = _named(member_ids)
    held_back = held_back_by_licence(now, member_ids)
    found: dict[UUID, str] = {}
    for member_id, first, last, status, hold_until, sees_clients in _on_the_team(some, now=now, **named):
        if not (sees_clients and LADDER[status_now(status, hold_until, now)].takes_clients):
            found[member_id] = NOT_ACTIVE
        elif member_id in held_back:
            found[member_id] = _expired(f"{first} {last}".strip(), held_back[member_id])
        else:
            found[member_id] = ""
    return found


def _named(member_ids: Collection[UUID] | None) -> tuple[int | None, dict[str, UUID]]:
    if member_ids is None:
        return None, {}
    return len(member_ids), {f"m{place}": member_id for place, member_id in enumerate(member_ids)}


@prepared
def _on_the_team(some: int | None, *, now: datetime, **named: UUID) -> QuerySet[Member, Any]:
    members = Member.objects.filter(ended_at__isnull=True)
    if some is not None:
        members = members.filter(pk__in=list(named.values()))
    clinical = MemberRole.objects.filter(holds(now), role__clinical=True, member_id=OuterRef("pk"))
    return members.values_list("id", "first_name", "last_name", "status", "hold_until", Exists(clinical))


def refuse_unless_takes_clients(member_id: UUID, now: datetime, field: str) -> None:
    """Raise InvalidInput for `field` unless a member may take new clients now."""
    why = why_no_new_clients(now, (member_id,)).get(member_id, NOT_ACTIVE)
    if why:
        raise InvalidInput.one(field, why)


def expired_since(now: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, date]:
    """The members all of whose licences have expired, each with the last day of the latest one."""
    some, named = _named(member_ids)
    return dict(_all_expired(some, today=day_of(now), **named))


@prepared
def _all_expired(some: int | None, *, today: date, **named: UUID) -> QuerySet[Credential, Any]:
    licences = Credential.objects.filter(category=Category.LICENCE, until__isnull=True)
    if some is not None:
        licences = licences.filter(member_id__in=list(named.values()))
    expired = Q(latest__lt=today, lasting=0)
    by_member = licences.values("member_id").annotate(
        latest=Max("expires_on"), lasting=Count("id", filter=Q(expires_on__isnull=True))
    )
    return by_member.filter(expired).order_by().values_list("member_id", "latest")


def held_back_by_licence(now: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, date]:
    """Those of `expired_since` for whom no owner has made an exception."""
    expired = expired_since(now, member_ids)
    if not expired:
        return expired
    excepted = set(
        LicenceException.objects.filter(holds(now), member_id__in=list(expired)).values_list(
            "member_id", flat=True
        )
    )
    return {member_id: last for member_id, last in expired.items() if member_id not in excepted}


def _expired(name: str, last: date) -> str:
    return (
        f"{name}'s license expired on {last:%B} {last.day}, {last.year}. "
        "Choose someone else, or ask an owner to allow it."
    )
