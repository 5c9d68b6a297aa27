"""What a member was over time, and one's own profile: all that is left to see for those who were archived."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.team.granting import acting_member
from kinfold.domain.team.models import Member, MemberOverride, MemberRole, MemberStatusPeriod, Supervision
from kinfold.domain.team.statuses import status_now


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusRow:
    """One period during which somebody had a status. `made_by` is "" where it was the clock."""

    status: str
    since: datetime
    until: datetime | None
    reason: str
    made_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldRow:
    """One period during which somebody held a role, or had a supervisor, by name; `kind` is the supervision's."""

    name: str
    since: datetime
    until: datetime | None
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetOwnProfile:
    """Oneself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnProfile:
    """What a practice keeps of somebody as a member of its team; periods with the newest first."""

    member_id: UUID
    name: str
    email: str
    state: str
    hold_until: datetime | None
    joined_at: datetime
    roles: tuple[HeldRow, ...]
    supervisors: tuple[HeldRow, ...]
    statuses: tuple[StatusRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GetMemberHistory:
    """Which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberHistory:
    """What a member was, in periods with the newest first."""

    roles: tuple[HeldRow, ...]
    statuses: tuple[StatusRow, ...]
    supervisors: tuple[HeldRow, ...]
    supervisees: tuple[HeldRow, ...]
    exceptions: tuple[HeldRow, ...]


@query(None)
def get_own_profile(actor: Actor, data: GetOwnProfile) -> OwnProfile:
    """One's own profile and history, open to everyone on a team and to those who have left it (SPEC section 2)."""
    member_id, now = acting_member(actor), clock.now()
    member = Member.objects.select_related("login").get(pk=member_id)
    return OwnProfile(
        member_id=member.id,
        name=member.name,
        email=member.login.email if member.login else member.email,
        state=status_now(member.status, member.hold_until, now).value,
        hold_until=member.hold_until if member.hold_until and member.hold_until > now else None,
        joined_at=member.joined_at,
        roles=_roles_of(member_id),
        supervisors=_supervision("supervisor", supervisee_id=member_id),
        # Why somebody was put on hold or left is between those who decided it.
        statuses=tuple(replace(row, reason="", made_by="") for row in statuses_of(member_id)),
    )


@query(Permission.MEMBERS_READ)
def get_member_history(actor: Actor, data: GetMemberHistory) -> MemberHistory:
    """What a member was over time: roles, statuses with their reasons, supervision both ways, exceptions.

    Raises NotFound for anybody who is not, and never was, on this team.
    """
    if not Member.objects.filter(pk=data.member_id).exists():
        raise NotFound
    exceptions = MemberOverride.objects.filter(member_id=data.member_id).order_by("-since", "id")
    return MemberHistory(
        roles=_roles_of(data.member_id),
        statuses=statuses_of(data.member_id),
        supervisors=_supervision("supervisor", supervisee_id=data.member_id),
        supervisees=_supervision("supervisee", supervisor_id=data.member_id),
        exceptions=tuple(
            HeldRow(name=f"{_label(permission)}: {'on' if allowed else 'off'}", since=since, until=until)
            for permission, allowed, since, until in exceptions.values_list(
                "permission", "allowed", "since", "until"
            )
        ),
    )


def _label(permission: str) -> str:
    """A permission as people know it; its bare name when it is none any more."""
    known = BY_NAME.get(permission)
    return known.label if known else permission


def _roles_of(member_id: UUID) -> tuple[HeldRow, ...]:
    rows = MemberRole.objects.filter(member_id=member_id).order_by("-since", "role__position")
    return tuple(
        HeldRow(name=n, since=s, until=u) for n, s, u in rows.values_list("role__name", "since", "until")
    )


def _supervision(other: str, **whose: UUID) -> tuple[HeldRow, ...]:
    rows = Supervision.objects.filter(**whose).exclude(until=F("since"))  # called off before it began
    names = (f"{other}__first_name", f"{other}__last_name")
    return tuple(
        HeldRow(name=f"{first} {last}".strip(), since=since, until=until, kind=kind)
        for first, last, since, until, kind in rows.order_by("-since", "id").values_list(
            *names, "since", "until", "kind"
        )
    )


def statuses_of(member_id: UUID) -> tuple[StatusRow, ...]:
    """The periods in which a member had another status than the one everybody begins with, the newest first."""
    rows = (
        MemberStatusPeriod.objects.filter(member_id=member_id)
        .order_by("-since", "-id")
        .values_list("status", "since", "until", "reason", "made_by__first_name", "made_by__last_name")
    )
    return tuple(
        StatusRow(
            status=status,
            since=since,
            until=until,
            reason=reason,
            made_by=f"{first or ''} {last or ''}".strip(),
        )
        for status, since, until, reason, first, last in rows
    )
