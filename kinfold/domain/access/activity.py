"""Reading the audit trail: everybody's acts for those who answer for the practice, one's own for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.audit import subjects
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.sentences import sentence

from .actors import CLIENT, Actor
from .doors import query
from .permissions import Permission

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class ListActivity:
    """Which part of the trail: newest first, before a number, of one person, or about one subject."""

    before: int | None = None
    member_id: UUID | None = None
    subject_id: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One entry as people read it. Names of what the reader may not see are empty."""

    number: int
    at: datetime
    who: str
    member_id: UUID | None
    by_token: bool
    action: str
    sentence: str
    refused: bool
    subject_kind: str
    subject_id: UUID | None
    subject_name: str


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some lines, and where the next page begins."""

    lines: tuple[ActivityLine, ...]
    next: int | None
    everyone: bool


@query(Permission.AUDIT_OWN)
def list_activity(actor: Actor, data: ListActivity) -> ActivityPage:
    """What was done and opened, newest first (SPEC 3, audit row)."""
    everyone = Permission.AUDIT_ALL in actor.permissions
    entries = AuditEntry.objects.order_by("-number")
    if not everyone:
        entries = entries.filter(actor_id=actor.member_id)
    if data.member_id:
        entries = entries.filter(actor_id=data.member_id)
    if data.subject_id:
        entries = entries.filter(subject_id=data.subject_id)
    if data.before is not None:
        entries = entries.filter(number__lt=data.before)
    limit = max(1, min(data.limit, 200))
    rows = list(
        entries.values_list(
            "number",
            "at",
            "actor_kind",
            "actor_id",
            "token_id",
            "action",
            "outcome",
            "subject_kind",
            "subject_id",
        )[: limit + 1]
    )
    more, rows = len(rows) > limit, rows[:limit]
    wanted = {(row[7], row[8]) for row in rows if row[8]}
    wanted |= {("client_login" if row[2] == CLIENT else "member", row[3]) for row in rows if row[3]}
    names = subjects.named(actor, wanted)
    lines = tuple(
        ActivityLine(
            number=number,
            at=at,
            who=_name(names, actor_id) or ("Kinfold" if kind == "system" else _guest(names, subject_id)),
            member_id=None if kind == CLIENT else actor_id,
            by_token=token_id is not None,
            action=action,
            sentence=sentence(action),
            refused=outcome == "refused",
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_name=_name(names, subject_id),
        )
        for number, at, kind, actor_id, token_id, action, outcome, subject_kind, subject_id in rows
    )
    return ActivityPage(lines, rows[-1][0] if more else None, everyone)


def _name(names: dict[UUID, str], subject_id: UUID | None) -> str:
    return names.get(subject_id, "") if subject_id else ""


def _guest(names: dict[UUID, str], subject_id: UUID | None) -> str:
    """Who answered an invitation: what guests do is about themselves."""
    return _name(names, subject_id) or "Someone invited"
