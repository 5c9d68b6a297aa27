"""The API of who is on the team and how: statuses, cover, leaving, and one's own profile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from kinfold.domain.clients.commands.covering import (
    ArrangeCover,
    EndCoversEarly,
    arrange_cover,
    end_covers_early,
)
from kinfold.domain.clients.queries.covers import Covers, ListCovers, ListGaps, list_covers, list_gaps
from kinfold.domain.clients.queries.effects import PreviewRoleGiven, preview_role_given
from kinfold.domain.lifecycle.leaving import (
    ArchiveProvider,
    GetLeaving,
    Leaving,
    RemoveAdminAccess,
    RemoveMember,
    archive_provider,
    get_leaving,
    remove_admin_access,
    remove_member,
)
from kinfold.domain.lifecycle.several import (
    ChangeSeveral,
    PreviewSeveral,
    change_several,
    preview_several,
)
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.queries.profile import (
    GetMemberHistory,
    GetOwnProfile,
    MemberHistory,
    OwnProfile,
    get_member_history,
    get_own_profile,
)

from .core import ApiRequest, confirmed, idempotency_key, if_match
from .status_schemas import (
    ArchiveIn,
    CoverIds,
    CoverIn,
    CoversOut,
    FittingList,
    GapsOut,
    LeavingOut,
    MadeMany,
    MemberHistoryOut,
    OwnProfileOut,
    RemoveIn,
    SeveralIn,
    StatusIn,
)
from .team import member_detail
from .team_schemas import MemberDetailOut

router = Router(tags=["team"])


@router.get("/me", response=OwnProfileOut, summary="Your own profile")
def me(request: ApiRequest) -> OwnProfile:
    """For everybody on a team, and for those who were archived."""
    return get_own_profile(request.auth, GetOwnProfile())


@router.post("/members/several/preview", response=FittingList, summary="Try an act on several members")
def preview(request: ApiRequest, body: SeveralIn) -> dict[str, Any]:
    """To whom it can be done, and why not to the others; of a role also what it would do. Nothing is changed."""
    items = preview_several(request.auth, PreviewSeveral(change=_several(body)))
    fit = tuple(one.member_id for one in items if not one.why_not)
    effect = None
    if body.act in ("give_role", "take_role") and body.role_id and fit:
        given = PreviewRoleGiven(member_ids=fit, role_id=body.role_id, give=body.act == "give_role")
        effect = preview_role_given(request.auth, given)
    return {"items": items, "effect": effect}


@router.post("/members/several", response={204: None}, summary="Do an act to several members")
def several(request: ApiRequest, body: SeveralIn) -> Status[None]:
    """To all of them or to none. Needs what the act needs for one."""
    confirmed(request)
    change_several(request.auth, _several(body), once=idempotency_key(request))
    return Status(204, None)


def _several(body: SeveralIn) -> ChangeSeveral:
    return ChangeSeveral(**{**body.dict(), "member_ids": tuple(body.member_ids)})


@router.put("/members/{uuid:member_id}/status", response=MemberDetailOut, summary="Change a status")
def set_status(
    request: ApiRequest, response: HttpResponse, member_id: UUID, body: StatusIn
) -> dict[str, Any]:
    """On hold, inactive, or active again, also from the archive. Needs If-Match. It counts at once."""
    data = ChangeMemberStatus(
        member_id=member_id,
        version=if_match(request),
        status=body.status,
        until=body.until,
        reason=body.reason,
    )
    change_member_status(request.auth, data)
    return member_detail(request, response, member_id)


@router.get("/members/{uuid:member_id}/history", response=MemberHistoryOut, summary="A member over time")
def history(request: ApiRequest, member_id: UUID) -> MemberHistory:
    """Roles, statuses, supervision both ways and exceptions, each in periods with the newest first."""
    return get_member_history(request.auth, GetMemberHistory(member_id=member_id))


@router.get("/cover-gaps", response=GapsOut, summary="Clients without cover")
def gaps(request: ApiRequest) -> dict[str, Any]:
    """Of members who are on hold or inactive, as far as the caller sees their clients. Needs `clients:assign`."""
    return {"items": list_gaps(request.auth, ListGaps())}


@router.get("/members/{uuid:member_id}/covers", response=CoversOut, summary="Cover for a member and by them")
def covers(request: ApiRequest, member_id: UUID) -> Covers:
    """Now and planned, as far as the caller sees the clients. Needs `clients:assign`."""
    return list_covers(request.auth, ListCovers(member_id=member_id))


@router.post("/members/{uuid:member_id}/covers", response={201: MadeMany}, summary="Arrange cover")
def cover(request: ApiRequest, member_id: UUID, body: CoverIn) -> Status[dict[str, Any]]:
    """Somebody sees these clients of the member for a while, without becoming their therapist."""
    given = body.dict()
    ids = None if body.client_ids is None else tuple(body.client_ids)
    data = ArrangeCover(member_id=member_id, **{**given, "client_ids": ids})
    return Status(201, {"ids": arrange_cover(request.auth, data, once=idempotency_key(request))})


@router.post("/covers/end", response={204: None}, summary="End cover early")
def end_covers(request: ApiRequest, body: CoverIds) -> Status[None]:
    """Now, all or none. What was, stays in the history."""
    data = EndCoversEarly(cover_ids=tuple(body.cover_ids))
    end_covers_early(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.get("/members/{uuid:member_id}/leaving", response=LeavingOut, summary="What hangs on a member")
def leaving(request: ApiRequest, member_id: UUID) -> Leaving:
    """To be read before they leave or pause. Needs `members:status` or `members:remove`."""
    return get_leaving(request.auth, GetLeaving(member_id=member_id))


@router.post("/members/{uuid:member_id}/archive", response={204: None}, summary="Archive a member")
def archive(request: ApiRequest, member_id: UUID, body: ArchiveIn) -> Status[None]:
    """Their clients are handed over in the same act, which needs `clients:assign`. Needs If-Match."""
    confirmed(request)
    data = ArchiveProvider(
        member_id=member_id,
        version=if_match(request),
        clients=body.clients,
        therapist_id=body.therapist_id,
        reason=body.reason,
    )
    archive_provider(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post(
    "/members/{uuid:member_id}/remove-admin-access", response={204: None}, summary="Remove admin access"
)
def take_admin_access(request: ApiRequest, member_id: UUID) -> Status[None]:
    """All their admin roles end; without another role they are archived. Needs If-Match and `members:remove`."""
    confirmed(request)
    data = RemoveAdminAccess(member_id=member_id, version=if_match(request))
    remove_admin_access(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/members/{uuid:member_id}/remove", response={204: None}, summary="Remove a member for good")
def remove(request: ApiRequest, member_id: UUID, body: RemoveIn) -> Status[None]:
    """Once clients and supervisees are handed over. Their login is free then. Needs If-Match and `members:remove`."""
    confirmed(request)
    data = RemoveMember(member_id=member_id, version=if_match(request), reason=body.reason)
    remove_member(request.auth, data, once=idempotency_key(request))
    return Status(204, None)
