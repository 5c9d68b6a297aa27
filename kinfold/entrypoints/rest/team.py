"""The API of the team: members, roles, supervision, invitations, tokens, and the practice's settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from kinfold.domain.clients.queries.ranks import RankMembers, rank_members
from kinfold.domain.credentials.queries.pickers import ListTakers, list_takers
from kinfold.domain.credentials.queries.team import MembersByLicence, members_by_licence
from kinfold.domain.team.commands.invitations import (
    AcceptInvitation,
    DeclineInvitation,
    DeleteInvitations,
    InviteMember,
    ResendInvitations,
    accept_invitation,
    decline_invitation,
    delete_invitations,
    invite_member,
    resend_invitations,
)
from kinfold.domain.team.commands.members import (
    ChangeMember,
    ChangeMemberRoles,
    change_member,
    change_member_roles,
)
from kinfold.domain.team.commands.practice import ChangePractice, change_practice
from kinfold.domain.team.commands.supervision import (
    EndSupervision,
    MakePrimary,
    StartSupervision,
    end_supervision,
    make_primary,
    start_supervision,
)
from kinfold.domain.team.commands.tokens import CreateToken, NewToken, RevokeToken, create_token, revoke_token
from kinfold.domain.team.links import guest_with_link
from kinfold.domain.team.queries.invitations import ListInvitations, OpenLink, list_invitations, open_link
from kinfold.domain.team.queries.listing import TeamView, Window
from kinfold.domain.team.queries.members import (
    GetMember,
    ListMembers,
    ListNames,
    MemberCard,
    get_member,
    list_members,
    list_names,
)
from kinfold.domain.team.queries.settings import GetPractice, ListTokens, get_practice, list_tokens
from kinfold.domain.team.queries.supervision import ListSupervision, list_supervision

from .core import ApiRequest, confirmed, etag, idempotency_key, if_match
from .team_schemas import (
    AcceptIn,
    InvitationIds,
    InvitationIn,
    InvitationOut,
    InvitationsFilter,
    InvitationsOut,
    LinkIn,
    Made,
    MemberDetailOut,
    MemberOut,
    MembersFilter,
    MembersOut,
    MembersSearch,
    NameIn,
    NamesFilter,
    NamesOut,
    NewTokenOut,
    OfferOut,
    PracticeIn,
    PracticeOut,
    RolesIn,
    SuperviseesOut,
    SupervisionEnd,
    SupervisionFilter,
    SupervisionIn,
    TokenIn,
    TokensOut,
)

router = Router(tags=["team"])


@router.get("/members", response=MembersOut, summary="The team")
def members(request: ApiRequest, filters: Query[MembersFilter]) -> dict[str, Any]:
    """Active by default. Needs `members:read`."""
    return _members(request, filters, "")


@router.post("/members/search", response=MembersOut, summary="Find members")
def search_members(request: ApiRequest, body: MembersSearch) -> dict[str, Any]:
    """By the beginnings of words of names and email addresses; accents do not count."""
    return _members(request, body, body.search)


@router.get("/member-names", response=NamesOut, summary="Names for pickers")
def member_names(request: ApiRequest, filters: Query[NamesFilter]) -> dict[str, Any]:
    """Members who may take new clients now, or those who may supervise. Needs `members:names`."""
    if filters.supervisors:
        return {"items": list_names(request.auth, ListNames(supervisors=True))}
    return {"items": list_takers(request.auth, ListTakers())}


@router.get("/members/{uuid:member_id}", response=MemberDetailOut, summary="One member")
def member(request: ApiRequest, response: HttpResponse, member_id: UUID) -> dict[str, Any]:
    """Their roles and supervision; the ETag is for changes."""
    return member_detail(request, response, member_id)


@router.patch("/members/{uuid:member_id}", response=MemberDetailOut, summary="Correct a name or address")
def rename_member(
    request: ApiRequest, response: HttpResponse, member_id: UUID, body: NameIn
) -> dict[str, Any]:
    """Needs If-Match; a conflict means that somebody else saved first. Whoever has a login changes its address."""
    data = ChangeMember(
        member_id=member_id,
        version=if_match(request),
        first_name=body.first_name,
        last_name=body.last_name,
        email=body.email,
    )
    change_member(request.auth, data)
    return member_detail(request, response, member_id)


@router.put("/members/{uuid:member_id}/roles", response=MemberDetailOut, summary="Give and take roles")
def set_roles(request: ApiRequest, response: HttpResponse, member_id: UUID, body: RolesIn) -> dict[str, Any]:
    """All roles the member shall hold, none above the caller's rights. Needs If-Match. It counts at once."""
    confirmed(request)
    data = ChangeMemberRoles(member_id=member_id, version=if_match(request), role_ids=tuple(body.role_ids))
    change_member_roles(request.auth, data)
    return member_detail(request, response, member_id)


@router.get("/supervision", response=SuperviseesOut, summary="Who supervises whom")
def supervision(request: ApiRequest, filters: Query[SupervisionFilter]) -> dict[str, Any]:
    """Of the practice with `supervision:manage`; otherwise of one's own supervisees."""
    asked = ListSupervision(
        missing=filters.missing,
        supervisor_id=filters.supervisor_id,
        window=Window(after=filters.after, limit=filters.limit),
    )
    found = list_supervision(request.auth, asked)
    return {
        "items": found.page.rows,
        "total": found.page.total,
        "missing": found.missing,
        "next": found.page.next,
        "switched_on": found.switched_on,
    }


@router.post("/members/{uuid:member_id}/supervision", response={201: Made}, summary="Name a supervisor")
def supervise(request: ApiRequest, member_id: UUID, body: SupervisionIn) -> Status[dict[str, Any]]:
    """While it lasts, the supervisor sees this member's clients if the practice has that on."""
    confirmed(request)
    data = StartSupervision(supervisee_id=member_id, **body.dict())
    return Status(201, {"id": start_supervision(request.auth, data, once=idempotency_key(request))})


@router.post("/supervision/{uuid:supervision_id}/end", response={204: None}, summary="End a supervision")
def stop_supervision(request: ApiRequest, supervision_id: UUID, body: SupervisionEnd) -> Status[None]:
    """What was, stays in the history."""
    data = EndSupervision(supervision_id=supervision_id, at=body.at)
    end_supervision(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/supervision/{uuid:supervision_id}/primary", response={204: None}, summary="Make primary")
def make_supervisor_primary(request: ApiRequest, supervision_id: UUID) -> Status[None]:
    """The supervisor becomes the primary one, and whoever was it becomes secondary; their last days stay."""
    make_primary(request.auth, MakePrimary(supervision_id=supervision_id), once=idempotency_key(request))
    return Status(204, None)


@router.get("/invitations", response=InvitationsOut, summary="Invitations")
def invitations(request: ApiRequest, filters: Query[InvitationsFilter]) -> dict[str, Any]:
    """Those that wait for an answer, expired ones included. Needs `members:read`."""
    window = Window(after=filters.after, limit=filters.limit)
    asked = ListInvitations(role_id=filters.role_id, sort=filters.sort, window=window)
    found = list_invitations(request.auth, asked)
    return {
        "items": [_invitation(row) for row in found.page.rows],
        "total": found.page.total,
        "next": found.page.next,
        "declined": [_invitation(row) for row in found.declined],
        "counts": found.counts,
    }


@router.post("/invitations", response={201: Made}, summary="Invite someone to the team")
def invite(request: ApiRequest, body: InvitationIn) -> Status[dict[str, Any]]:
    """They get an email with a link for seven days, and become a member when they accept."""
    data = InviteMember(full_name=body.full_name, email=body.email, role_ids=tuple(body.role_ids))
    return Status(201, {"id": invite_member(request.auth, data, once=idempotency_key(request))})


@router.post("/invitations/resend", response={204: None}, summary="Send invitations again")
def resend(request: ApiRequest, body: InvitationIds) -> Status[None]:
    """The old links end, and the seven days begin anew."""
    data = ResendInvitations(invitation_ids=tuple(body.invitation_ids))
    resend_invitations(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/invitations/delete", response={204: None}, summary="Take invitations back")
def delete(request: ApiRequest, body: InvitationIds) -> Status[None]:
    """Their links end."""
    data = DeleteInvitations(invitation_ids=tuple(body.invitation_ids))
    delete_invitations(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/invitation-links/open", auth=None, response=OfferOut, summary="What a link offers")
def open_invitation(request: ApiRequest, body: LinkIn) -> Any:
    """For the invited person. Changes nothing."""
    guest, secret = guest_with_link(body.token)
    return open_link(guest, OpenLink(secret=secret))


@router.post("/invitation-links/accept", auth=None, response={201: Made}, summary="Accept by a link")
def accept(request: ApiRequest, body: AcceptIn) -> Status[dict[str, Any]]:
    """For the invited person: makes their login and their place on the team. The id is the member's."""
    guest, secret = guest_with_link(body.token)
    data = AcceptInvitation(
        secret=secret, first_name=body.first_name, last_name=body.last_name, password=body.password
    )
    return Status(201, {"id": accept_invitation(guest, data)})


@router.post("/invitation-links/decline", auth=None, response={204: None}, summary="Decline by a link")
def decline(request: ApiRequest, body: LinkIn) -> Status[None]:
    """For the invited person."""
    guest, secret = guest_with_link(body.token)
    decline_invitation(guest, DeclineInvitation(secret=secret))
    return Status(204, None)


@router.get("/tokens", response=TokensOut, summary="Your API tokens")
def tokens(request: ApiRequest) -> dict[str, Any]:
    """Without their secrets."""
    return {"items": list_tokens(request.auth, ListTokens())}


@router.post("/tokens", response={201: NewTokenOut}, summary="Make an API token")
def make_token(request: ApiRequest, body: TokenIn) -> Status[NewToken]:
    """By session only: a token cannot make others. It is shown now and never again."""
    confirmed(request)
    data = CreateToken(
        name=body.name,
        scopes=tuple(body.scopes),
        days=body.days,
        key=idempotency_key(request) or "",
    )
    return Status(201, create_token(request.auth, data))


@router.delete("/tokens/{uuid:token_id}", response={204: None}, summary="Revoke an API token")
def delete_token(request: ApiRequest, token_id: UUID) -> Status[None]:
    """The next request with it is refused."""
    revoke_token(request.auth, RevokeToken(token_id=token_id))
    return Status(204, None)


@router.get("/practice", response=PracticeOut, summary="The practice's settings")
def practice(request: ApiRequest, response: HttpResponse) -> Any:
    """The ETag is for changes. Needs `practice:change`."""
    found = get_practice(request.auth, GetPractice())
    response["ETag"] = etag(found.version)
    return found


@router.put("/practice", response=PracticeOut, summary="Change the practice's settings")
def set_practice(request: ApiRequest, response: HttpResponse, body: PracticeIn) -> Any:
    """Needs If-Match. Who sees whom changes at once.

    Only an owner decides about `direct_charts` and `initial_passwords`.
    """
    change_practice(request.auth, ChangePractice(version=if_match(request), **body.dict()))
    return practice(request, response)


def _members(request: ApiRequest, filters: MembersFilter, words: str) -> dict[str, Any]:
    asked = ListMembers(
        view=TeamView(filters.view),
        search=words,
        role_id=filters.role_id,
        status=filters.status,
        supervisor_id=filters.supervisor_id,
        supervised=filters.supervised,
        only=members_by_licence(request.auth, MembersByLicence(state=filters.licence))
        if filters.licence
        else None,
        ranks=rank_members(request.auth, RankMembers(by=filters.sort)),
        sort=filters.sort,
        window=Window(after=filters.after, limit=filters.limit),
    )
    found = list_members(request.auth, asked)
    return {
        "items": found.page.rows,
        "total": found.page.total,
        "next": found.page.next,
        "counts": found.counts,
    }


def member_detail(request: ApiRequest, response: HttpResponse, member_id: UUID) -> dict[str, Any]:
    """One member with their ETag."""
    card: MemberCard = get_member(request.auth, GetMember(member_id=member_id))
    response["ETag"] = etag(card.member.version)
    known = {name: getattr(card.member, name) for name in (*MemberOut.model_fields, "acts")}
    periods = {name: getattr(card, name) for name in ("statuses", "supervisors", "supervisees")}
    return {**known, **periods}


def _invitation(row: Any) -> dict[str, Any]:
    known = {name: getattr(row, name) for name in InvitationOut.model_fields if name != "full_name"}
    return {**known, "full_name": row.name}
