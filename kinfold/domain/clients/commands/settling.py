"""Saying that two clients who look alike are different people."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.models import DuplicateNotice
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed, NotFound

says(client__compared="said that two clients who look alike are different people")


@dataclass(frozen=True, kw_only=True, slots=True)
class SettleDuplicate:
    """Which pair."""

    notice_id: UUID


@command(Permission.CLIENTS_ACCEPT)
def settle_duplicate(actor: Actor, data: SettleDuplicate) -> None:
    """Two clients who look alike are different people; they are not shown together again.

    Raises NotAllowed for those who do not see all clients, and NotFound. Settling again changes nothing.
    """
    if not actor.may(Permission.CLIENTS_SEE_ALL):
        raise NotAllowed
    pair = DuplicateNotice.objects.filter(pk=data.notice_id).first()
    if pair is None:
        raise NotFound
    still_open = DuplicateNotice.objects.filter(pk=pair.pk, settled_at__isnull=True)
    if not still_open.update(settled_at=clock.now(), settled_by_id=actor.member_id):
        trail.nothing_changed()
        return
    trail.record(
        actor, "client.compared", subject=("client", pair.client_id), detail={"other": str(pair.other_id)}
    )
