"""What members, roles and invitations are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.subjects import names

from .models import AdminRequest, Invitation, Member


@names("member")
def member_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Members by name; people who left keep theirs. Oneself is always named."""
    if Permission.MEMBERS_NAMES not in actor.permissions:
        oneself = {actor.member_id: actor.name} if actor.member_id is not None else {}
        return {member_id: oneself[member_id] for member_id in ids if member_id in oneself}
    rows = Member.objects.filter(pk__in=set(ids)).values_list("id", "first_name", "last_name")
    return {member_id: f"{first} {last}".strip() for member_id, first, last in rows}


@names("role")
def role_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Roles by name, deleted ones too."""
    if Permission.MEMBERS_NAMES not in actor.permissions:
        return {}
    return dict(Role.objects.filter(pk__in=set(ids)).values_list("id", "name"))


@names("invitation")
def invitation_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Invited people by name, or address where no name was said, for those who may open the team list."""
    if Permission.MEMBERS_READ not in actor.permissions:
        return {}
    return {found.id: found.called for found in Invitation.objects.filter(pk__in=set(ids))}


@names("admin_request")
def admin_request_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """People who were to be administrators, for those who may open the team list."""
    if Permission.MEMBERS_READ not in actor.permissions:
        return {}
    return {found.id: found.name for found in AdminRequest.objects.filter(pk__in=set(ids))}
