"""Who of the demo's team is away, has left, or lacks something, so that a visitor meets what the badges mean."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.commands.covering import ArrangeCover, arrange_cover
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.leaving import HAND_OVER, WAIT, ArchiveProvider, archive_provider
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.commands.supervision import EndSupervision, end_supervision
from kinfold.domain.team.models import Member, MemberRole, Supervision

AWAY = timedelta(days=21)


def tell(owner: Actor, stands_in: UUID) -> None:
    """One on hold with cover by `stands_in`, one inactive whose clients wait, one archived, one without a supervisor.

    Each where the team is large enough to have somebody of that role besides those whose logins are shown.
    """
    with entered(owner.practice_id):
        paused, inactive, left = _aside()
        alone = _latecomers("intern")
    if paused:
        _hold(owner, paused[0], stands_in)
    if inactive:
        data = ChangeMemberStatus(
            member_id=inactive[0].id,
            version=inactive[0].version,
            status="inactive",
            reason="Waiting for the license board",
        )
        change_member_status(owner, data)
    if left:
        _archive(owner, left[0], stands_in)
    if len(alone) > 1:
        with entered(owner.practice_id):
            periods = Supervision.objects.filter(supervisee=alone[-1], until__isnull=True)
            ids = list(periods.values_list("id", flat=True))
        for supervision_id in ids:
            end_supervision(owner, EndSupervision(supervision_id=supervision_id))


def whose_clients_move() -> set[UUID]:
    """Whose clients others look after in the end."""
    return {member.id for members in _aside() for member in members}


def _aside() -> tuple[list[Member], list[Member], list[Member]]:
    """Who is on hold in the end, who is inactive and who left: one of each, where there is somebody."""
    return (
        _latecomers("licensed-therapist")[1:2],  # the first one's login is shown on the sign-in page
        _latecomers("associate")[:1],
        _latecomers("practitioner")[:1],
    )


def _latecomers(role: str) -> list[Member]:
    """The members who hold a role, in the order in which they joined."""
    held = MemberRole.objects.filter(role__key=role, until__isnull=True)
    return list(Member.objects.filter(pk__in=held.values("member")).order_by("joined_at", "email"))


def _hold(owner: Actor, member: Member, stands_in: UUID) -> None:
    until = clock.now() + AWAY
    change_member_status(
        owner,
        ChangeMemberStatus(
            member_id=member.id,
            version=member.version,
            status="on_hold",
            until=until,
            reason="Parental leave",
        ),
    )
    if _has_clients(owner, member):
        arrange_cover(
            owner,
            ArrangeCover(
                member_id=member.id, covered_by=stands_in, until=until, level="chart", reason="Parental leave"
            ),
        )


def _archive(owner: Actor, member: Member, therapist_id: UUID) -> None:
    has_clients = _has_clients(owner, member)
    archive_provider(
        owner,
        ArchiveProvider(
            member_id=member.id,
            version=member.version,
            clients=HAND_OVER if has_clients else WAIT,
            therapist_id=therapist_id if has_clients else None,
            reason="Moved away",
        ),
    )


def _has_clients(owner: Actor, member: Member) -> bool:
    with entered(owner.practice_id):
        return Client.objects.filter(primary=member).exists()
