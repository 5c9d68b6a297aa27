"""Bulk acts on clients: choosing, the preview, watching a long one, what became of everyone, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.bulk.acts import PERMISSIONS, Act
from kinfold.domain.clients.bulk.outcomes import KEPT, LEFT, Outcome
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
from kinfold.domain.clients.commands.registering import ViewClientCodes, view_client_codes
from kinfold.domain.clients.errors import ChangeMovedOn, NobodyChosen
from kinfold.domain.clients.queries.bulk import (
    ChangePreview,
    ChangeResult,
    ListChanges,
    OpenChange,
    PreviewChange,
    list_changes,
    open_change,
    preview_change,
)
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.records.commands.deleting import DeleteClients, delete_clients
from kinfold.domain.records.queries.deletions import PreviewDeletion, preview_deletion

from . import pages
from .client_deletion import a_number, archiving_warnings, deletion_effects, deletion_result
from .client_forms import offered_tags, tags_of, therapists
from .client_lists import narrowed
from .identity.gates import confirmed
from .jinja import query, url

PREVIEW = "pages/changes/preview.html"
LETTERS = "pages/clients/letters.html"
NOBODY: Final = "none"
MOST_IN_TURN: Final = 50
# Beside bulk acts: what is done to ticked clients on pages of its own, with the permission it needs.
EDIT, MERGE = "edit", "merge"
_OTHERS: Final = {EDIT: Permission.CLIENTS_CHANGE, MERGE: Permission.CLIENTS_MERGE}
_AT_WORK: Final = {"running", "undoing"}


@dataclass(frozen=True, slots=True)
class Words:
    """How people read an act: its name, what can be done to clients, what was, and the button that does it."""

    name: str
    can: str
    done: str
    button: str


WORDS: Final = {
    Act.ARCHIVE: Words("Archive clients", "can be archived", "archived", "Archive"),
    Act.UNARCHIVE: Words("Unarchive User Accounts", "can be unarchived", "unarchived", "Unarchive"),
    Act.ADD_TAGS: Words("Add tags", "can be given tags", "given tags", "Add tags"),
    Act.REMOVE_TAGS: Words("Remove tags", "can have tags removed", "had tags removed", "Remove tags"),
    Act.REASSIGN: Words("Reassign clients", "can be reassigned", "reassigned", "Reassign"),
    Act.DELETE: Words("Delete User Accounts", "can be deleted", "deleted or planned for deletion", "Delete"),
    Act.SEND_CODES: Words(
        "View and Send Registration Codes",
        "can be sent a code by email",
        "got a registration code by email",
        "Send by email",
    ),
}


# What undoing does to sessions: said before, and afterwards.
_SESSIONS: Final = {
    Act.ARCHIVE: (
        "Their cancelled sessions are booked again, where they are still to come and the clinician takes sessions.",
        "Their cancelled sessions are booked again, where they were still to come and the clinician takes sessions.",
    ),
    Act.UNARCHIVE: (
        "Sessions booked for them since are cancelled.",
        "Sessions booked for them were cancelled.",
    ),
}


@require_POST
@pages.signed_in
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Select an action: on the ticked clients, or on all of the list as it is narrowed down."""
    back = pages.safe_next(request, reverse(pages.clients_route(actor)))
    asked = request.POST.get("act", "")
    ticked = pages.uuids(request.POST.getlist("client"))
    everyone = "all" in request.POST
    if asked == EDIT:
        if everyone or not ticked or len(ticked) > MOST_IN_TURN:
            pages.warn(request, f"Tick the clients to edit one after another, at most {MOST_IN_TURN}.")
            return pages.see_other(back)
        return pages.see_other(in_turn([str(client_id) for client_id in ticked], back=back))
    if asked == MERGE:
        if everyone or len(ticked) != 2 or ticked[0] == ticked[1]:
            pages.warn(request, "Tick the two clients whose records are one person's, and nobody else.")
            return pages.see_other(back)
        kept, gone = ticked
        return pages.see_other(url("client-merge-with", client_id=kept, other_id=gone))
    if asked not in set(Act):
        pages.warn(request, "Choose what to do with these clients.")
        return pages.see_other(back)
    try:
        wanted = SelectClients(
            act=Act(asked),
            client_ids=() if everyone else ticked,
            matching=narrowed(actor, request.POST, request.POST.get("q", "")[:200], own="own" in request.POST)
            if everyone
            else None,
        )
        change_id = select_clients(actor, wanted, once=pages.form_key(request))
    except (NobodyChosen, InvalidInput) as refused:
        pages.warn(request, refused.problems[0].message)
        return pages.see_other(back)
    return pages.see_other(f"{_address(change_id)}?next={quote(back)}")


@require_http_methods(["GET", "POST"])
@pages.signed_in
def change(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """One act, wherever it stands: its preview, also with what would be decided; its progress; its result."""
    found = open_change(actor, OpenChange(change_id=change_id))
    state = found.summary.state
    if state == "prepared":
        return _preview(request, actor, found)
    if state in _AT_WORK:
        return _progress(request, found)
    if request.headers.get("HX-Request"):  # asked by the page that shows the progress
        return HttpResponse(headers={"HX-Redirect": _address(change_id)})
    return _result(request, found)


@require_POST
@pages.signed_in
@confirmed
def apply(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """Carry it out."""
    found = open_change(actor, OpenChange(change_id=change_id))
    act = Act(found.summary.act)
    try:
        _carry_out(request, actor, act, change_id)
    except ChangeMovedOn as refused:
        pages.warn(request, refused.message)
        return pages.see_other(_address(change_id))
    except (InvalidInput, Conflict, KeyReused) as refused:
        return _preview(request, actor, found, refused)
    done = open_change(actor, OpenChange(change_id=change_id))
    back = pages.safe_next(request, reverse(pages.clients_route(actor)))
    if act is Act.DELETE or done.summary.state != "done" or done.summary.done < done.summary.rows:
        return pages.see_other(_address(change_id))
    pages.toast(request, f"{_clients(done.summary.done)} {WORDS[act].done}.", ("Undo…", _address(change_id)))
    return pages.see_other(back)


@require_POST
@pages.signed_in
@confirmed
def codes(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """The letters with the codes of those who were chosen, to print or hand over. Each look makes fresh codes."""
    back = pages.safe_next(request, reverse(pages.clients_route(actor)))
    try:
        shown = view_client_codes(actor, ViewClientCodes(change_id=change_id))
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, pages.sentence(refused))
        return pages.see_other(f"{_address(change_id)}?next={quote(back)}")
    context = {
        "codes": shown,
        "guardian": False,
        "back": back,
        "practice_name": actor.practice_name,
        "page": request.build_absolute_uri(reverse("register")),
    }
    return pages.page(request, LETTERS, context)


@require_POST
@pages.signed_in
@confirmed
def undo(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """Take it back."""
    try:
        undo_change(actor, UndoChange(change_id=change_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    return pages.see_other(_address(change_id))


@require_GET
@pages.signed_in
def changes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All bulk acts, newest first."""
    found = list_changes(actor, ListChanges(after=pages.a_uuid(request.GET.get("after", ""))))
    rows = [
        {
            "id": item.id,
            "what": _what(item.act, item.done or item.rows, item.decided),
            "by": item.made_by,
            "at": item.applied_at or item.made_at,
            "state": _STATES.get(item.state, item.state),
            "kept": item.kept,
            "undo_until": item.undo_until,
        }
        for item in found.items
    ]
    context = {"clients_url": reverse(pages.clients_route(actor)), "rows": rows, "next": found.next}
    return pages.page(request, "pages/changes/list.html", context)


_STATES: Final = {"running": "at-work", "undoing": "at-work", "failed": "not-done"}


def _carry_out(request: HttpRequest, actor: Actor, act: Act, change_id: UUID) -> None:
    once = pages.form_key(request)
    if act is Act.ARCHIVE:
        archive_clients(actor, ArchiveClients(change_id=change_id), once=once)
    elif act is Act.UNARCHIVE:
        unarchive_clients(actor, UnarchiveClients(change_id=change_id), once=once)
    elif act is Act.ADD_TAGS:
        tags = tags_of(request.POST.get("tags", ""))
        add_tags(actor, AddTags(change_id=change_id, tags=tags), once=once)
    elif act is Act.REMOVE_TAGS:
        tag_ids = pages.uuids(request.POST.getlist("tag"))
        remove_tags(actor, RemoveTags(change_id=change_id, tag_ids=tag_ids), once=once)
    elif act is Act.DELETE:
        reason, count = request.POST.get("reason", ""), a_number(request.POST.get("count", ""))
        delete_clients(actor, DeleteClients(change_id=change_id, reason=reason, count=count), once=once)
    elif act is Act.SEND_CODES:
        send_client_codes(actor, SendClientCodes(change_id=change_id), once=once)
    else:
        chosen = request.POST.get("therapist", "")
        member_id = pages.a_uuid(chosen)
        if member_id is None and chosen != NOBODY:
            raise InvalidInput.one("member_id", "Choose a therapist.")
        data = ReassignClients(
            change_id=change_id, member_id=member_id, reason=request.POST.get("reason", "")
        )
        reassign_clients(actor, data, once=once)


def _preview(
    request: HttpRequest,
    actor: Actor,
    found: ChangeResult,
    refused: InvalidInput | Conflict | KeyReused | None = None,
) -> HttpResponse:
    summary = found.summary
    act = Act(summary.act)
    typed = {name: request.POST.get(name, "") for name in ("tags", "therapist", "reason", "count")}
    ticked = [tag_id for tag_id in request.POST.getlist("tag") if pages.a_uuid(tag_id)]
    preview = preview_change(
        actor,
        PreviewChange(
            change_id=summary.id,
            tags=tags_of(typed["tags"]),
            tag_ids=pages.uuids(ticked),
            member_id=pages.a_uuid(typed["therapist"]),
            unassign=typed["therapist"] == NOBODY,
        ),
    )
    errors = {p.field: p.message for p in refused.problems} if isinstance(refused, InvalidInput) else {}
    people = therapists(actor) if act is Act.REASSIGN else []
    deleting = preview_deletion(actor, PreviewDeletion(change_id=summary.id)) if act is Act.DELETE else None
    context: dict[str, Any] = {
        "id": summary.id,
        "act": act.value,
        "words": WORDS[act],
        "back": pages.safe_next(request, reverse(pages.clients_route(actor))),
        "preview": preview,
        "says": _says(act, preview),
        "effects": deletion_effects(deleting)
        if deleting
        else [*archiving_warnings(actor, act, summary.id), *_effects(act, preview)],
        "deleting": deleting,
        "to": next((name for member_id, name in people if str(member_id) == typed["therapist"]), ""),
        "typed": {**typed, "tag": ticked},
        "errors": {"therapist" if field == "member_id" else field: text for field, text in errors.items()},
        "problem": refused.message if refused and not errors else "",
        "therapists": [*((str(member_id), name) for member_id, name in people), (NOBODY, "Nobody for now")],
        "all_tags": offered_tags(actor) if act is Act.ADD_TAGS else [],
        "printable": _printable(preview) if act is Act.SEND_CODES else 0,
    }
    return pages.page(request, PREVIEW, context, status=refused.status if refused else 200, block="outlook")


def _printable(preview: ChangePreview) -> int:
    """How many can be given a code on paper: everybody who can be mailed one, and who has no address."""
    return preview.fit.count + sum(group.count for group in preview.left if group.outcome == Outcome.NO_EMAIL)


def _says(act: Act, preview: ChangePreview) -> str:
    """ "2 of 3 can be archived." """
    if preview.fit.count == preview.chosen:
        return f"{_clients(preview.chosen)} {WORDS[act].can}."
    return f"{preview.fit.count:,} of {preview.chosen:,} {WORDS[act].can}."


def _effects(act: Act, preview: ChangePreview) -> list[tuple[str, str]]:
    """What will happen, line by line: a drawing and a sentence each."""
    with_somebody = sum(share.count for share in preview.shares if share.id)
    if act is Act.ARCHIVE:
        lines = [("list-x", "They leave the Active list, search among active clients, and the client total.")]
        if with_somebody:
            lines.append(("circle-minus", f"All their assignments end, with: {_shares(preview)}."))
        lines.append(
            ("lock", "Their records can be read by those who see all clients, and changed by nobody.")
        )
        undoing = "Undoing it gives everyone back to the therapist they had. Unarchiving alone does not."
    elif act is Act.UNARCHIVE:
        lines = [
            ("list-plus", "They are active clients again, and count toward the client total."),
            ("user-round-search", "They have no therapist, and wait as Unassigned."),
        ]
        undoing = "Undoing it archives them again."
    elif act is Act.REASSIGN:
        lines = [
            ("arrow-left-right", f"They are with: {_shares(preview)}."),
            ("eye-off", "Whoever has them now sees them no longer, unless another rule lets them."),
            (
                "history",
                "Earlier assignments stay in each client's history. Direct clients stay direct clients.",
            ),
        ]
        undoing = "Undoing it gives everyone back to the therapist they had."
    elif act is Act.SEND_CODES:
        lines = [
            ("mail", "Each gets an email with a code and a link, good for 14 days and for one use."),
            ("calendar-days", "It works only together with their date of birth."),
            ("key-round", "Codes they had before no longer work."),
        ]
        undoing = "Undoing it ends the codes that were not used yet."
    else:
        lines = []
        undoing = "Undoing it leaves every client with the tags they had."
    return [
        *lines,
        ("undo-2", f"{undoing} It is possible for 30 days; whoever was changed meanwhile is kept."),
    ]


def _shares(preview: ChangePreview) -> str:
    """ "Lin Zhao (2), Priya Raman (1)"; of one client only the name."""
    alone = preview.fit.count == 1
    return ", ".join(share.name if alone else f"{share.name} ({share.count:,})" for share in preview.shares)


def _progress(request: HttpRequest, found: ChangeResult) -> HttpResponse:
    summary = found.summary
    undoing = summary.state == "undoing"
    context = {
        "id": summary.id,
        "title": WORDS[Act(summary.act)].name,
        "heading": "Undoing it" if undoing else "At work",
        "text": _clients(summary.done if undoing else summary.rows),
        "clients_url": reverse(pages.clients_route(request.actor)),  # type: ignore[attr-defined]
    }
    response = pages.page(request, "pages/changes/progress.html", context, block="state")
    if not request.headers.get("HX-Request"):
        response.headers["Refresh"] = "3"
    return response


def _result(request: HttpRequest, found: ChangeResult) -> HttpResponse:
    summary = found.summary
    words = WORDS[Act(summary.act)]
    kept_or_left = {*KEPT, *LEFT}
    context = {
        "id": summary.id,
        "title": words.name,
        "state": summary.state,
        "said": deletion_result(found)
        if summary.act == Act.DELETE
        else f"{_clients(summary.done)} {words.done}.",
        "deleting": summary.act == Act.DELETE,
        "decided": summary.decided,
        "problem": summary.problem,
        "by": summary.made_by,
        "at": summary.applied_at or summary.made_at,
        "undone_by": summary.undone_by,
        "undone_at": summary.undone_at,
        "done": summary.done,
        "kept": summary.kept,
        "sessions": _SESSIONS.get(Act(summary.act), ("", "")),
        "undo_until": summary.undo_until,
        "changed": [group for group in found.groups if group.outcome in {Outcome.DONE, Outcome.UNDONE}],
        "otherwise": [group for group in found.groups if group.outcome == Outcome.UNDONE_ALONE],
        "groups": [group for group in found.groups if group.outcome in kept_or_left],
        "clients_url": reverse(pages.clients_route(request.actor)),  # type: ignore[attr-defined]
    }
    return pages.page(request, "pages/changes/result.html", context)


def _what(act: str, clients: int, decided: str) -> str:
    """ "Reassign clients: 12 clients, Lin Zhao"."""
    return f"{WORDS[Act(act)].name}: {_clients(clients)}" + (f", {decided}" if decided else "")


def _clients(count: int) -> str:
    return f"{count:,} client" + ("" if count == 1 else "s")


def in_turn(client_ids: list[str], *, back: str, of: int = 0) -> str:
    """Where the first of these clients is edited, with the others to follow; `of` is how many there were at first."""
    first, *others = client_ids
    of = max(of, len(client_ids))
    more = {"then": ",".join(others), "of": str(of) if of > 1 else "", "next": back}
    return url("client-edit", client_id=UUID(first)) + query(more)


def _address(change_id: UUID) -> str:
    return url("change", change_id=change_id)


def offered(actor: Actor, view: str) -> list[dict[str, Any]]:
    """What this person may do to the clients of a view, as the menu lists it."""
    return [
        {
            "value": value,
            "label": label,
            "glyph": glyph,
            "apart": apart,
            "ticked": value in _OTHERS,
            "two": value == MERGE,
        }
        for value, label, glyph, apart in _MENUS.get(view, ())
        if actor.may(_OTHERS[value] if value in _OTHERS else PERMISSIONS[Act(value)])
    ]


# Value, label, drawing, and whether a rule stands above it.
_MENUS: Final = {
    "active": (
        ("add-tags", "Add tags", "tag", False),
        ("remove-tags", "Remove tags", "tags", False),
        (EDIT, "Edit user", "pencil", False),
        ("send-codes", "View and Send Registration Codes", "key-round", False),
        ("reassign", "Reassign", "arrow-left-right", True),
        (MERGE, "Merge two records", "merge", False),
        ("archive", "Archive", "archive", False),
    ),
    "archived": (
        ("unarchive", "Unarchive User Accounts", "archive-restore", False),
        ("delete", "Delete User Accounts", "trash-2", True),
    ),
}


routes = [
    path("clients/act/", choose, name="clients-act"),
    path("clients/changes/", changes, name="changes"),
    path("clients/changes/<uuid:change_id>/", change, name="change"),
    path("clients/changes/<uuid:change_id>/apply/", apply, name="change-apply"),
    path("clients/changes/<uuid:change_id>/codes/", codes, name="change-codes"),
    path("clients/changes/<uuid:change_id>/undo/", undo, name="change-undo"),
]
