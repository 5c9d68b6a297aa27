"""The API of roles: what they allow, changing them, exceptions for one member, and previews of all that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from kinfold.domain.access.permissions import NEEDS, Permission
from kinfold.domain.clients.queries.effects import (
    Effect,
    PreviewMemberOverrides,
    PreviewRole,
    PreviewRoleDeletion,
    preview_member_overrides,
    preview_role,
    preview_role_deletion,
)
from kinfold.domain.team.commands.overrides import SetMemberOverrides, set_member_overrides
from kinfold.domain.team.commands.roles import (
    ChangeRole,
    CopyRole,
    CreateRole,
    DeleteRole,
    change_role,
    copy_role,
    create_role,
    delete_role,
)
from kinfold.domain.team.queries.overrides import GetOverrides, get_overrides
from kinfold.domain.team.queries.roles import GetRole, ListRoles, get_role, list_roles

from .core import ApiRequest, confirmed, etag, idempotency_key, if_match
from .role_schemas import (
    CopyIn,
    DeletionIn,
    EffectOut,
    OverridesChangeIn,
    OverridesIn,
    OverridesOut,
    PermissionsOut,
    RoleChangeIn,
    RoleDeletionIn,
    RoleDetailOut,
    RoleIn,
    RolesOut,
)
from .team_schemas import Made

router = Router(tags=["roles"])


@router.get("/permissions", response=PermissionsOut, summary="Permissions")
def permissions(request: ApiRequest) -> dict[str, Any]:
    """Everything a role or a token can allow, with the sentence that explains it."""
    return {
        "items": [
            {
                "name": permission.value,
                "area": permission.area.value,
                "label": permission.label,
                "sentence": permission.sentence,
                "needs": sorted(NEEDS.get(permission, ())),
            }
            for permission in Permission
        ]
    }


@router.get("/roles", response=RolesOut, summary="Roles")
def roles(request: ApiRequest) -> dict[str, Any]:
    """Each with what it allows. Needs `members:names`."""
    return {"items": list_roles(request.auth, ListRoles())}


@router.post("/roles", response={201: Made}, summary="Create a role")
def add_role(request: ApiRequest, body: RoleIn) -> Status[dict[str, Any]]:
    """Nothing above the caller's rights. Needs `roles:define`."""
    confirmed(request)
    data = CreateRole(**body.dict())
    return Status(201, {"id": create_role(request.auth, data, once=idempotency_key(request))})


@router.get("/roles/{uuid:role_id}", response=RoleDetailOut, summary="One role")
def role(request: ApiRequest, response: HttpResponse, role_id: UUID) -> dict[str, Any]:
    """All that it says, and who holds it; the ETag is for changes. Needs `roles:define`."""
    found = get_role(request.auth, GetRole(role_id=role_id))
    response["ETag"] = etag(found.role.version)
    names = [name for name in RoleDetailOut.model_fields if name != "holders"]
    return {**{name: getattr(found.role, name) for name in names}, "holders": found.holders}


@router.put("/roles/{uuid:role_id}", response=RoleDetailOut, summary="Change a role")
def set_role(
    request: ApiRequest, response: HttpResponse, role_id: UUID, body: RoleChangeIn
) -> dict[str, Any]:
    """Needs If-Match. It counts for everybody who holds the role from their next request."""
    confirmed(request)
    change_role(request.auth, ChangeRole(role_id=role_id, version=if_match(request), **body.dict()))
    return role(request, response, role_id)


@router.post("/roles/{uuid:role_id}/preview", response=EffectOut, summary="What changing a role would do")
def try_role(request: ApiRequest, role_id: UUID, body: RoleIn) -> Effect:
    """Who would gain and lose what, and of how many clients. Changes nothing."""
    return preview_role(request.auth, PreviewRole(role_id=role_id, **body.dict()))


@router.post("/roles/{uuid:role_id}/copy", response={201: Made}, summary="Copy a role")
def duplicate_role(request: ApiRequest, role_id: UUID, body: CopyIn) -> Status[dict[str, Any]]:
    """A role that says the same, under its own name."""
    confirmed(request)
    data = CopyRole(role_id=role_id, name=body.name)
    return Status(201, {"id": copy_role(request.auth, data, once=idempotency_key(request))})


@router.post("/roles/{uuid:role_id}/delete", response={204: None}, summary="Delete a role")
def drop_role(request: ApiRequest, role_id: UUID, body: RoleDeletionIn) -> Status[None]:
    """Needs If-Match. Whoever holds the role, or is invited to it, gets the replacement in the same moment."""
    confirmed(request)
    data = DeleteRole(role_id=role_id, version=if_match(request), **body.dict())
    delete_role(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post(
    "/roles/{uuid:role_id}/delete/preview", response=EffectOut, summary="What deleting a role would do"
)
def try_drop(request: ApiRequest, role_id: UUID, body: DeletionIn) -> Effect:
    """Who would gain and lose what, and of how many clients. Changes nothing."""
    data = PreviewRoleDeletion(role_id=role_id, replacement_id=body.replacement_id)
    return preview_role_deletion(request.auth, data)


@router.get("/members/{uuid:member_id}/overrides", response=OverridesOut, summary="A member's exceptions")
def overrides(request: ApiRequest, response: HttpResponse, member_id: UUID) -> Any:
    """What is on or off for them whatever their roles say; the ETag is for changes. Needs `roles:assign`."""
    found = get_overrides(request.auth, GetOverrides(member_id=member_id))
    response["ETag"] = etag(found.version)
    return found


@router.put("/members/{uuid:member_id}/overrides", response=OverridesOut, summary="Make exceptions")
def set_overrides(
    request: ApiRequest, response: HttpResponse, member_id: UUID, body: OverridesChangeIn
) -> Any:
    """All the exceptions that shall hold. Needs If-Match. It counts from the member's next request."""
    confirmed(request)
    data = SetMemberOverrides(member_id=member_id, version=if_match(request), **body.dict())
    set_member_overrides(request.auth, data)
    return overrides(request, response, member_id)


@router.post(
    "/members/{uuid:member_id}/overrides/preview", response=EffectOut, summary="What exceptions would do"
)
def try_overrides(request: ApiRequest, member_id: UUID, body: OverridesIn) -> Effect:
    """What they would gain and lose, and of how many clients. Changes nothing."""
    data = PreviewMemberOverrides(member_id=member_id, overrides=body.overrides)
    return preview_member_overrides(request.auth, data)
