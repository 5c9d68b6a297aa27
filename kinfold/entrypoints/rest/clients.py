"""The API of clients: lists, adding, one client, assignments, and who may see whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from ninja import Query, Router, Status

from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.arranging import ArrangeList, arrange_list
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.settling import SettleDuplicate, settle_duplicate
from kinfold.domain.clients.commands.tidying_tags import DeleteTag, RenameTag, delete_tag, rename_tag
from kinfold.domain.clients.commands.transferring import (
    AddToRoster,
    ArchiveFromRoster,
    add_to_roster,
    archive_from_roster,
)
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.profile import FURTHER_FIELDS, Identifier, Typed
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.duplicates import ListDuplicates, list_duplicates
from kinfold.domain.clients.queries.listing import (
    ClientPage,
    ClientRow,
    ClientSort,
    ListClients,
    list_clients,
)
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, TieRow, open_client
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.clients.queries.reach import (
    AccessOfMember,
    ClientsVisibleAt,
    SeenPage,
    access_of_member,
    clients_visible_at,
)
from kinfold.domain.clients.queries.tags import ListTagUse, list_tag_use
from kinfold.domain.kernel.errors import NotAllowed, NotFound, StaleVersion

from .client_schemas import (
    AssignmentIn,
    AssignmentList,
    ClientChange,
    ClientFilter,
    ClientList,
    ClientOut,
    ClientSearch,
    CreatedOut,
    DuplicatePairList,
    DuplicatesOut,
    LayoutIn,
    LayoutOut,
    NamedList,
    NewerOut,
    PeopleIn,
    RosterAnswerOut,
    RosterIn,
    TagName,
    TagSearch,
    TagUseList,
    likenesses,
)
from .core import ApiRequest, etag, idempotency_key, if_match, problem
from .sight_schemas import AccessAsked, AccessOut, MemberAccessAsked, MemberAccessOut, SeenAt, SeenList
from .team_schemas import Made

router = Router(tags=["clients"])

JSON = "application/json; charset=utf-8"


@router.get("/clients", response=ClientList, summary="Clients")
def clients(request: ApiRequest, filters: Query[ClientFilter]) -> HttpResponse:
    """Those whom the caller may see, active ones by name unless asked otherwise."""
    return _list(request, filters, "")


@router.post("/clients/search", response=ClientList, summary="Find clients")
def search(request: ApiRequest, body: ClientSearch) -> HttpResponse:
    """Accents do not count. The words stand in the body, since names do not belong in addresses."""
    return _list(request, body, body.q)


@router.post("/clients", response={201: CreatedOut, 409: DuplicatesOut}, summary="Add clients")
def create(request: ApiRequest, body: PeopleIn) -> Status[dict[str, Any]] | HttpResponse:
    """One or many, all of them or none. Every wrong field of every person is named; rows count from 0."""
    people = tuple(Typed(**_typed(person.dict())) for person in body.people)
    wanted = CreateClients(
        people=people,
        therapist_id=body.therapist_id,
        accept_duplicates=body.accept_duplicates,
        different=tuple(body.different),
        send_codes=body.send_codes,
    )
    try:
        ids = create_clients(request.auth, wanted, once=idempotency_key(request))
    except LikelyDuplicates as refused:
        return problem(refused, duplicates=likenesses(refused))
    return Status(201, {"ids": ids})


@router.get("/clients/duplicates", response=DuplicatePairList, summary="New clients who may be known already")
def duplicates(request: ApiRequest) -> dict[str, Any]:
    """Added by somebody who may not see the other one. For those who see all clients."""
    return {"items": list_duplicates(request.auth, ListDuplicates())}


@router.post(
    "/clients/duplicates/{uuid:notice_id}/settle", response={204: None}, summary="They are different people"
)
def settle(request: ApiRequest, notice_id: UUID) -> Status[None]:
    """The two are not shown together again."""
    settle_duplicate(request.auth, SettleDuplicate(notice_id=notice_id), once=idempotency_key(request))
    return Status(204, None)


@router.get("/clients/layout", response=LayoutOut, summary="How the list of clients is arranged")
def layout(request: ApiRequest) -> dict[str, Any]:
    """The caller's own: which columns their role lets them see, in which order, and how many rows."""
    return _layout(request)


@router.put("/clients/layout", response=LayoutOut, summary="Arrange the list of clients")
def arrange(request: ApiRequest, body: LayoutIn) -> dict[str, Any]:
    """For the caller alone. The name is always shown, and first."""
    wanted = ArrangeList(
        columns=None if body.order is None else tuple(body.order),
        shown=frozenset(body.shown),
        page_size=body.page_size,
    )
    arrange_list(request.auth, wanted)
    return _layout(request)


@router.get("/clients/visible-at", response=SeenList, summary="Clients visible at a past moment")
def visible_at(request: ApiRequest, asked: Query[SeenAt]) -> dict[str, Any]:
    """Of the clients whom the caller sees now, those whom they could see then."""
    found = clients_visible_at(
        request.auth, ClientsVisibleAt(at=asked.at, after=asked.after, limit=asked.limit)
    )
    return _seen(found)


@router.get("/clients/{uuid:client_id}", response=ClientOut, summary="One client")
def client(request: ApiRequest, response: HttpResponse, client_id: UUID) -> dict[str, Any]:
    """As much as the caller may see; the look is recorded. The ETag is for changes."""
    return _client(request, response, client_id)


@router.patch("/clients/{uuid:client_id}", response={200: ClientOut, 409: NewerOut}, summary="Edit a client")
def change(
    request: ApiRequest, response: HttpResponse, client_id: UUID, body: ClientChange
) -> dict[str, Any] | HttpResponse:
    """Needs If-Match. When somebody else saved first, nothing is changed, and their version comes with the refusal."""
    given = _typed(body.dict(exclude_unset=True))
    try:
        change_client(request.auth, ChangeClient(client_id=client_id, version=if_match(request), **given))
    except StaleVersion as refused:
        current = ClientOut(**_card(open_client(request.auth, OpenClient(client_id=client_id))))
        newer = problem(refused, current=current.model_dump(mode="json"))
        newer["ETag"] = etag(current.version)
        return newer
    return _client(request, response, client_id)


@router.get(
    "/clients/{uuid:client_id}/assignments", response=AssignmentList, summary="A client's assignments"
)
def assignments(request: ApiRequest, client_id: UUID) -> dict[str, Any]:
    """Now and before. Needs more than names; the look is recorded as one at the client."""
    return {"items": _ties(request, client_id)}


@router.post("/clients/{uuid:client_id}/assignments", response={201: Made}, summary="Assign a client")
def assign(request: ApiRequest, client_id: UUID, body: AssignmentIn) -> Status[dict[str, Any]]:
    """From now on. The earlier assignment ends and stays in the history."""
    data = AssignClient(client_id=client_id, member_id=body.member_id, kind=body.kind, reason=body.reason)
    return Status(201, {"id": assign_client(request.auth, data, once=idempotency_key(request))})


@router.post(
    "/clients/{uuid:client_id}/assignments/{uuid:assignment_id}/end",
    response={204: None},
    summary="End an assignment",
)
def end(request: ApiRequest, client_id: UUID, assignment_id: UUID) -> Status[None]:
    """The client stays active and waits for a therapist."""
    if all(tie.id != assignment_id for tie in _ties(request, client_id)):
        raise NotFound
    end_assignment(request.auth, EndAssignment(assignment_id=assignment_id), once=idempotency_key(request))
    return Status(204, None)


@router.get("/clients/{uuid:client_id}/access", response=AccessOut, summary="Who can see a client, and why")
def access(request: ApiRequest, client_id: UUID, asked: Query[AccessAsked]) -> Any:
    """Everybody with each of their reasons, now or at a past moment. Needs `access:explain`."""
    data = ExplainAccess(client_id=client_id, at=asked.at, member_id=asked.member_id)
    return explain_access(request.auth, data)


@router.post("/members/{uuid:member_id}/roster", response=RosterAnswerOut, summary="Add a client by email")
def add_client(request: ApiRequest, member_id: UUID, body: RosterIn) -> Any:
    """To a therapist's roster: somebody who is a client already keeps their record. `several` of them may share the
    address: send it again with one `client_id`. `sent` is the answer for clients whom the caller does not see."""
    return add_to_roster(request.auth, AddToRoster(member_id=member_id, **body.dict()))


@router.post(
    "/members/{uuid:member_id}/roster/{uuid:client_id}/archive",
    response={204: None},
    summary="Archive a client from a roster",
)
def archive_client(request: ApiRequest, member_id: UUID, client_id: UUID) -> Status[None]:
    """Ends their assignment to this therapist. The client stays active, and waits for whoever takes over."""
    archive_from_roster(request.auth, ArchiveFromRoster(member_id=member_id, client_id=client_id))
    return Status(204, None)


@router.get("/members/{uuid:member_id}/access", response=MemberAccessOut, summary="Whom a member can see")
def member_access(request: ApiRequest, member_id: UUID, asked: Query[MemberAccessAsked]) -> dict[str, Any]:
    """By which rules and which clients, of those whom the caller sees too. Needs `access:explain`."""
    found = access_of_member(
        request.auth,
        AccessOfMember(member_id=member_id, at=asked.at, after=asked.after, limit=asked.limit),
    )
    return {
        "member_id": found.member_id,
        "name": found.name,
        "at": found.at,
        "level": found.level,
        "ways": found.ways,
        **_seen(found.page),
    }


@router.post("/tags/search", response=TagUseList, summary="Tags with how many clients have each")
def tag_use(request: ApiRequest, body: TagSearch) -> Any:
    """Those that begin with something, by name, at most 100. For those who edit clients and see all of them."""
    return list_tag_use(request.auth, ListTagUse(beginning=body.q))


@router.patch("/tags/{uuid:tag_id}", response={204: None}, summary="Rename a tag, or make two one")
def rename(request: ApiRequest, tag_id: UUID, body: TagName) -> Status[None]:
    """When another tag has the name, both become that one if `merge` says so."""
    rename_tag(request.auth, RenameTag(tag_id=tag_id, name=body.name, merge=body.merge))
    return Status(204, None)


@router.delete("/tags/{uuid:tag_id}", response={204: None}, summary="Delete a tag")
def remove_tag(request: ApiRequest, tag_id: UUID) -> Status[None]:
    """It is taken off every client."""
    delete_tag(request.auth, DeleteTag(tag_id=tag_id))
    return Status(204, None)


@router.get("/tags", response=NamedList, summary="Tags")
def tags(request: ApiRequest) -> dict[str, Any]:
    """All of the practice, or for those who do not see all clients the tags of the clients they see."""
    return {"items": list_tags(request.auth, ListTags())}


def wanted_of(filters: ClientFilter, words: str) -> ListClients:
    """The list that is asked for."""
    by_name = isinstance(filters.therapist, str)
    return ListClients(
        archived=filters.view == "archived",
        search=words,
        therapist_id=None if by_name else filters.therapist,  # type: ignore[arg-type]
        unassigned=by_name,
        tag_ids=tuple(filters.tag),
        risk=filters.risk or "",
        registration=filters.registration or "",
        created_since=filters.created_since,
        updated_since=filters.updated_since,
        sort=ClientSort(filters.sort),
        after=filters.after,
        before=filters.before,
        limit=filters.limit,
    )


def _list(request: ApiRequest, filters: ClientFilter, words: str) -> HttpResponse:
    """Written from plain values: checking 50 rows against their schema would take longer than reading them."""
    found = list_clients(request.auth, wanted_of(filters, words))
    return HttpResponse(orjson.dumps(_page(found)), content_type=JSON)


def _page(found: ClientPage) -> dict[str, Any]:
    return {
        "items": [_line(row) for row in found.rows],
        "total": found.total,
        "next": found.next,
        "previous": found.previous,
        "counts": {"active": found.counts.active, "archived": found.counts.archived},
    }


def _line(row: ClientRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "kind": row.kind,
        "status": row.status,
        "therapist": {"id": row.therapist_id, "name": row.therapist} if row.therapist_id else None,
        "tags": row.tags,
        "external_id": row.external_id,
        "risk": row.risk,
        "updated_at": row.updated_at,
        "version": row.version,
    }


def _layout(request: ApiRequest) -> dict[str, Any]:
    found = get_layout(request.auth, GetLayout())
    columns = [
        {"name": column.value, "label": column.label, "shown": shown} for column, shown in found.columns
    ]
    return {"columns": columns, "page_size": found.page_size}


def _client(request: ApiRequest, response: HttpResponse, client_id: UUID) -> dict[str, Any]:
    card = open_client(request.auth, OpenClient(client_id=client_id))
    response["ETag"] = etag(card.version)
    return _card(card)


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the commands take them: null is "", and what holds several things is a tuple."""
    typed: dict[str, Any] = {name: "" if value is None else value for name, value in given.items()}
    if "tags" in typed:
        typed["tags"] = tuple(typed["tags"])
    if "identifiers" in typed:
        typed["identifiers"] = tuple(Identifier(**other) for other in typed["identifiers"])
    return typed


def _card(card: ClientCard) -> dict[str, Any]:
    profile = card.profile
    return {
        "id": card.id,
        "level": card.level,
        "kind": card.kind,
        "status": card.status,
        "first_name": card.first_name,
        "last_name": card.last_name,
        "therapist": {"id": card.therapist_id, "name": card.therapist} if card.therapist_id else None,
        "email": profile.email if profile else "",
        "phone": profile.phone if profile else "",
        "birth_date": profile.birth_date if profile else None,
        "sex_at_birth": profile.sex_at_birth if profile else None,
        "external_id": profile.external_id if profile else "",
        "tags": profile.tags if profile else (),
        **(profile.further if profile else dict.fromkeys(FURTHER_FIELDS, "")),
        "identifiers": [other._asdict() for other in profile.identifiers] if profile else [],
        "sharing_email": [{"id": other, "name": name} for other, name in profile.sharing_email]
        if profile
        else [],
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "version": card.version,
    }


def _ties(request: ApiRequest, client_id: UUID) -> tuple[TieRow, ...]:
    admit(request.auth, Permission.CLIENTS_PROFILE, "client-assignments")
    profile = open_client(request.auth, OpenClient(client_id=client_id)).profile
    if profile is None:
        raise NotAllowed
    return profile.history


def _seen(page: SeenPage) -> dict[str, Any]:
    return {"items": page.clients, "total": page.total, "next": page.next}
