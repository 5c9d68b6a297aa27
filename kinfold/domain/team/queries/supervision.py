"""Who supervises whom, and who lacks a supervisor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.practices.models import Switch
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.models import Member, MemberRole, Supervision, SupervisionKind
from kinfold.domain.team.queries.listing import Page, Window, by_name, cut, matching
from kinfold.domain.team.queries.members import MemberName, SupervisionRow, supervisors_of
from kinfold.domain.team.statuses import ON_THE_TEAM, status_now
from kinfold.domain.team.supervising import without_supervisor


@dataclass(frozen=True, kw_only=True, slots=True)
class ListSupervision:
    """Whose supervision: all, only of those who lack a supervisor, or of one supervisor; found by words."""

    missing: bool = False
    supervisor_id: UUID | None = None
    search: str = ""
    window: Window = field(default_factory=Window)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuperviseeRow:
    """Somebody who is supervised or should be, with their supervision of now and to come, the primary one first.

    `needs_supervisor`: a role of theirs requires one and there is none now. `needs_primary`: there are secondary ones
    only.
    """

    id: UUID
    name: str
    first_name: str
    last_name: str
    email: str
    state: str
    needs_supervisor: bool
    needs_primary: bool
    supervision: tuple[SupervisionRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SupervisionPage:
    """One page. `switched_on`: supervisors see their supervisees' clients. `missing` and `total` count everybody."""

    page: Page[SuperviseeRow]
    total: int
    missing: int
    supervisors: tuple[MemberName, ...]
    switched_on: bool
    manages: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FindSupervision:
    """Which supervision."""

    supervision_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundSupervision:
    """One period of supervision, with both by name."""

    id: UUID
    supervisor: str
    supervisee_id: UUID
    supervisee: str
    kind: str
    since: datetime
    until: datetime | None
    begun: bool


@query(None)
def list_supervision(actor: Actor, data: ListSupervision) -> SupervisionPage:
    """Who supervises whom: of the practice for those who manage it, of one's own supervisees for supervisors.

    Those who need a supervisor and have none come first (SPEC O17, O18, O23).
    """
    manages = actor.may(Permission.SUPERVISION_MANAGE)
    if not (manages or actor.may(Permission.CLIENTS_SEE_SUPERVISED, Permission.MEMBERS_NAMES)):
        raise NotAllowed
    rows = _rows(actor, manages=manages)
    supervising = {period.member_id: period.name for row in rows for period in row.supervision}
    shown = [
        row
        for row in matching(rows, data.search)
        if (row.needs_supervisor or not data.missing)
        and (data.supervisor_id is None or data.supervisor_id in {p.member_id for p in row.supervision})
    ]
    return SupervisionPage(
        page=cut(shown, data.window),
        total=len(rows),
        missing=sum(row.needs_supervisor for row in rows),
        supervisors=tuple(
            MemberName(id=member_id, name=name)
            for member_id, name in sorted(supervising.items(), key=lambda item: (item[1].casefold(), item[0]))
        ),
        switched_on=is_on(Switch.SUPERVISION, clock.now()),
        manages=manages,
    )


@query(Permission.SUPERVISION_MANAGE)
def find_supervision(actor: Actor, data: FindSupervision) -> FoundSupervision:
    """One period of supervision. Raises NotFound for anybody else's."""
    row = (
        Supervision.objects.filter(pk=data.supervision_id).select_related("supervisor", "supervisee").first()
    )
    if row is None:
        raise NotFound
    return FoundSupervision(
        id=row.id,
        supervisor=row.supervisor.name,
        supervisee_id=row.supervisee.id,
        supervisee=row.supervisee.name,
        kind=row.kind,
        since=row.since,
        until=row.until,
        begun=row.since <= clock.now(),
    )


def _rows(actor: Actor, *, manages: bool) -> list[SuperviseeRow]:
    now = clock.now()
    lacking = without_supervisor(now) if manages else frozenset[UUID]()
    periods = Supervision.objects.filter(holds_or_will(now))
    if not manages:
        periods = periods.filter(supervisor_id=actor.member_id)
    concerned = set(periods.values_list("supervisee_id", flat=True)) | lacking
    which = Q(pk__in=concerned, ended_at__isnull=True, status__in=ON_THE_TEAM)
    supervision = supervisors_of(holds_or_will(now), which)
    requiring = _requiring(concerned)
    rows = []
    for member_id, first, last, email, status, hold_until in Member.objects.filter(which).values_list(
        "id", "first_name", "last_name", "email", "status", "hold_until"
    ):
        theirs = tuple(supervision.get(member_id, ()))
        current = [period for period in theirs if period.begun]
        rows.append(
            SuperviseeRow(
                id=member_id,
                name=f"{first} {last}".strip(),
                first_name=first,
                last_name=last,
                email=email if manages else "",
                state=status_now(status, hold_until, now).value,
                needs_supervisor=member_id in requiring and not current,
                needs_primary=member_id in requiring
                and bool(current)
                and all(period.kind != SupervisionKind.PRIMARY for period in current),
                supervision=theirs,
            )
        )
    return sorted(
        rows,
        key=lambda row: (
            not row.needs_supervisor,
            not row.needs_primary,
            by_name(row.first_name, row.last_name),
            row.id,
        ),
    )


def _requiring(member_ids: Collection[UUID]) -> frozenset[UUID]:
    held = MemberRole.objects.filter(
        holds(clock.now()), member_id__in=member_ids, role__requires_supervision=True
    )
    return frozenset(held.values_list("member_id", flat=True))
