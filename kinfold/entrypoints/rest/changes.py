"""The API of bulk changes: choosing clients, the preview, carrying it out, and undoing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    AddTags,
    ArchiveClients,
    ReassignClients,
    RemoveTags,
    SelectClients,
    SendClientCodes,
    UnarchiveClients,
    UndoChange,
    add_tags,
    archive_clients,
    reassign_clients,
    remove_tags,
    select_clients,
    send_client_codes,
    unarchive_clients,
    undo_change,
)
from kinfold.domain.clients.queries.bulk import (
    ChangeSummary,
    GetAct,
    ListChanges,
    OpenChange,
    PreviewChange,
    get_act,
    list_changes,
    open_change,
    preview_change,
)
from kinfold.domain.clients.queries.listing import ListClients
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.records.commands.deleting import DeleteClients, delete_clients
from kinfold.domain.records.queries.deletions import PreviewDeletion, preview_deletion

from .change_schemas import ChangeIn, ChangeList, ChangeOut, ChangesAsked, DecidedIn, MatchingIn, PreviewOut
from .core import ApiRequest, confirmed, idempotency_key
from .team_schemas import Made

router = Router(tags=["bulk changes"])


@router.get("/changes", response=ChangeList, summary="Bulk changes")
def changes(request: ApiRequest, asked: Query[ChangesAsked]) -> dict[str, Any]:
    """Those that were carried out or begun: one's own, or everybody's for callers who see all clients."""
    found = list_changes(request.auth, ListChanges(after=asked.after, limit=asked.limit))
    return {"items": [_line(item) for item in found.items], "next": found.next}


@router.post("/changes", response={201: Made}, summary="Choose clients for a bulk change")
def choose(request: ApiRequest, body: ChangeIn) -> Status[dict[str, Any]]:
    """Keeps whom it shall be done to, with the version each has now. Nothing is changed yet."""
    if bool(body.client_ids) == (body.matching is not None):
        raise InvalidInput.one("client_ids", "Name clients, or say which match; not both.")
    wanted = SelectClients(
        act=Act(body.act), client_ids=tuple(body.client_ids), matching=_matching(body.matching)
    )
    return Status(201, {"id": select_clients(request.auth, wanted, once=idempotency_key(request))})


@router.get("/changes/{uuid:change_id}", response=ChangeOut, summary="One bulk change")
def change(request: ApiRequest, change_id: UUID) -> dict[str, Any]:
    """Where it stands, and what became of everyone. Names are given of those whom the caller sees, up to 20 each."""
    return _change(request, change_id)


@router.post("/changes/{uuid:change_id}/preview", response=PreviewOut, summary="Preview a bulk change")
def preview(request: ApiRequest, change_id: UUID, body: DecidedIn) -> Any:
    """To how many it can be done, to whom not and why."""
    asked = PreviewChange(
        change_id=change_id,
        tags=tuple(body.tags),
        tag_ids=tuple(body.tag_ids),
        member_id=body.member_id,
        unassign=body.unassign,
    )
    found = preview_change(request.auth, asked)
    deletion = None
    if found.act == Act.DELETE:
        deletion = preview_deletion(request.auth, PreviewDeletion(change_id=change_id))
    return {**{name: getattr(found, name) for name in found.__slots__}, "deletion": deletion}


@router.post(
    "/changes/{uuid:change_id}/apply",
    response={200: ChangeOut, 202: ChangeOut},
    summary="Carry out a bulk change",
)
def apply(request: ApiRequest, change_id: UUID, body: DecidedIn) -> Status[dict[str, Any]]:
    """In one transaction. More than 2,000 clients are changed in the background: the answer is then 202."""
    act = get_act(request.auth, GetAct(change_id=change_id))
    confirmed(request)
    _carry_out(request, act, change_id, body)
    return _where_it_stands(request, change_id)


@router.post(
    "/changes/{uuid:change_id}/undo",
    response={200: ChangeOut, 202: ChangeOut},
    summary="Undo a bulk change",
)
def undo(request: ApiRequest, change_id: UUID) -> Status[dict[str, Any]]:
    """Within 30 days. Clients who were changed since are kept as they are."""
    confirmed(request)
    undo_change(request.auth, UndoChange(change_id=change_id), once=idempotency_key(request))
    return _where_it_stands(request, change_id)


def _matching(body: MatchingIn | None) -> ListClients | None:
    if body is None:
        return None
    by_id = body.therapist if isinstance(body.therapist, UUID) else None
    return ListClients(
        archived=body.view == "archived",
        search=body.q,
        therapist_id=by_id,
        unassigned=body.therapist == "none",
        tag_ids=tuple(body.tag),
        risk=body.risk or "",
        registration=body.registration or "",
        created_since=body.created_since,
        updated_since=body.updated_since,
    )


def _carry_out(request: ApiRequest, act: Act, change_id: UUID, body: DecidedIn) -> None:
    once, actor = idempotency_key(request), request.auth
    match act:
        case Act.ARCHIVE:
            archive_clients(actor, ArchiveClients(change_id=change_id), once=once)
        case Act.UNARCHIVE:
            unarchive_clients(actor, UnarchiveClients(change_id=change_id), once=once)
        case Act.ADD_TAGS:
            add_tags(actor, AddTags(change_id=change_id, tags=tuple(body.tags)), once=once)
        case Act.REMOVE_TAGS:
            remove_tags(actor, RemoveTags(change_id=change_id, tag_ids=tuple(body.tag_ids)), once=once)
        case Act.SEND_CODES:
            send_client_codes(actor, SendClientCodes(change_id=change_id), once=once)
        case Act.REASSIGN:
            if body.member_id is None and not body.unassign:
                raise InvalidInput.one("member_id", "Name the next therapist, or say unassign.")
            to = None if body.unassign else body.member_id
            data = ReassignClients(change_id=change_id, member_id=to, reason=body.reason)
            reassign_clients(actor, data, once=once)
        case Act.DELETE:
            wanted = DeleteClients(change_id=change_id, reason=body.reason, count=body.count)
            delete_clients(actor, wanted, once=once)


def _where_it_stands(request: ApiRequest, change_id: UUID) -> Status[dict[str, Any]]:
    found = _change(request, change_id)
    return Status(202 if found["state"] in {"running", "undoing"} else 200, found)


def _change(request: ApiRequest, change_id: UUID) -> dict[str, Any]:
    found = open_change(request.auth, OpenChange(change_id=change_id))
    return {**_line(found.summary), "groups": found.groups}


def _line(item: ChangeSummary) -> dict[str, Any]:
    return {
        "id": item.id,
        "act": item.act,
        "state": item.state,
        "decided": item.decided,
        "made_by": {"id": item.made_by_id, "name": item.made_by},
        "made_at": item.made_at,
        "applied_at": item.applied_at,
        "undone_at": item.undone_at,
        "undo_until": item.undo_until,
        "clients": item.rows,
        "done": item.done,
        "kept": item.kept,
        "problem": item.problem,
    }
