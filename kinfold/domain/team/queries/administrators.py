"""What can be asked about people who wait to become administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.team.models import AdminRequest, AdminRequestRole, AdminRequestState


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAdminRequests:
    """The requests that an owner has yet to decide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdminRequestRow:
    """Somebody who waits for an owner's approval."""

    id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    requested_by: str
    requested_at: datetime


@query(Permission.MEMBERS_READ)
def list_admin_requests(actor: Actor, data: ListAdminRequests) -> tuple[AdminRequestRow, ...]:
    """Who waits to become an administrator, the longest wait first (H09)."""
    waiting = list(
        AdminRequest.objects.filter(state=AdminRequestState.PENDING)
        .select_related("requested_by")
        .order_by("requested_at", "id")
    )
    wanted = AdminRequestRole.objects.filter(request__in=waiting).order_by("role__position", "role__name_key")
    roles = list(wanted.values_list("request_id", "role__name"))
    return tuple(
        AdminRequestRow(
            id=request.id,
            name=request.name,
            email=request.email,
            roles=tuple(name for request_id, name in roles if request_id == request.id),
            requested_by=request.requested_by.name,
            requested_at=request.requested_at,
        )
        for request in waiting
    )
