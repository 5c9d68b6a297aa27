"""What requests and invitations are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.subjects import names

from .models import ClientInvitation, SignUpRequest


@names("sign_up_request")
def request_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """People who asked, by name, for those who may answer them."""
    if Permission.CLIENTS_ACCEPT not in actor.permissions:
        return {}
    rows = SignUpRequest.objects.filter(pk__in=set(ids)).values_list("id", "first_name", "last_name")
    return {request_id: f"{first} {last}" for request_id, first, last in rows}


@names("client_invitation")
def invitation_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Invited people by name, or address where no name was said, for those who may invite them."""
    if Permission.CLIENTS_CREATE not in actor.permissions:
        return {}
    return {found.id: found.called for found in ClientInvitation.objects.filter(pk__in=set(ids))}
