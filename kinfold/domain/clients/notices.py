"""Likely duplicates whom their creator may not know of: kept for those who see both, who get a mail (SPEC 8.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.team.holders import members_who_may

from .models import DuplicateNotice


def notice(practice_id: UUID, pairs: Iterable[tuple[UUID, UUID, str]], now: datetime) -> None:
    """Keep pairs of a new client and the one they look like, with what they share, and queue the mail about them."""
    rows = [
        DuplicateNotice(
            practice_id=current_practice_id(),
            client_id=client_id,
            other_id=other_id,
            shares=shares,
            noticed_at=now,
        )
        for client_id, other_id, shares in pairs
    ]
    if not rows:
        return
    DuplicateNotice.objects.bulk_create(rows)
    for member_id in sorted(members_who_settle()):
        enqueue("clients.duplicates", practice_id, member_id)


def members_who_settle() -> frozenset[UUID]:
    """Those who see every client and may add some, and have the Pending list."""
    return members_who_may(Permission.CLIENTS_ACCEPT) & members_who_may(Permission.CLIENTS_SEE_ALL)
