"""Merging duplicates: who is there twice, choosing the other record, side by side, and undoing it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.queries.listing import ListClients, list_clients
from kinfold.domain.clients.queries.opening import OpenClient, open_client
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.records.commands.merging import MergeClients, UndoMerge, merge_clients, undo_merge
from kinfold.domain.records.queries.merging import (
    ListDuplicateGroups,
    ListLookalikes,
    ListMerges,
    MergeOutlook,
    PreviewMerge,
    list_duplicate_groups,
    list_lookalikes,
    list_merges,
    preview_merge,
)

from . import pages
from .client_deletion import a_number
from .identity.gates import confirmed
from .jinja import full_day, phone

FOUND = 20
_LEVELS = {"chart": "the full record", "face_sheet": "name and contact", "billing": "the name"}


@require_GET
@pages.signed_in
def duplicates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Clients who are probably there twice, and what was merged lately."""
    try:
        found = list_duplicate_groups(
            actor, ListDuplicateGroups(after=pages.a_uuid(request.GET.get("after", "")))
        )
    except PlaceGone:  # merged or archived since: the first page
        found = list_duplicate_groups(actor, ListDuplicateGroups())
    context = {
        "clients_url": reverse(pages.clients_route(actor)),
        "groups": found.groups,
        "next": found.next,
        "merges": list_merges(actor, ListMerges()),
    }
    return pages.page(request, "pages/records/duplicates.html", context)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def choose(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """Which record to merge with: those who look alike, and a search. It posts, so that no name is in an address."""
    admit(actor, Permission.CLIENTS_MERGE, "client-merge")
    card = open_client(actor, OpenClient(client_id=client_id))
    typed = request.POST.get("q", "")[:200]
    found = list_clients(actor, ListClients(search=typed, limit=FOUND)).rows if typed.strip() else ()
    context = {
        "client": card,
        "alike": list_lookalikes(actor, ListLookalikes(client_id=client_id)),
        "q": typed,
        "found": [row for row in found if row.id != client_id],
    }
    return pages.page(request, "pages/records/merge_with.html", context)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def side_by_side(request: HttpRequest, actor: Actor, client_id: UUID, other_id: UUID) -> HttpResponse:
    """The two records, field by field, and what merging them does; also what it does with the other therapist."""
    if request.method == "POST" and "look" not in request.POST:
        return _merge(request, actor, client_id, other_id)
    return _sides(request, actor, client_id, other_id)


@confirmed
def _merge(request: HttpRequest, actor: Actor, client_id: UUID, other_id: UUID) -> HttpResponse:
    posted = request.POST
    wanted = MergeClients(
        kept_id=client_id,
        gone_id=other_id,
        kept_version=a_number(posted.get("kept_version", "")) or 0,
        gone_version=a_number(posted.get("gone_version", "")) or 0,
        taken=tuple(posted.getlist("taken")),
        their_therapist=posted.get("therapist") == "gone",
    )
    try:
        merge_clients(actor, wanted, once=pages.form_key(request))
    except (Conflict, InvalidInput) as refused:
        return _sides(request, actor, client_id, other_id, refused)
    pages.toast(request, "The two records are one.", ("Undo…", reverse("duplicates") + "#merged"))
    return pages.see_other(reverse("client", kwargs={"client_id": client_id}))


@require_POST
@pages.signed_in
@confirmed
def undo(request: HttpRequest, actor: Actor, merge_id: UUID) -> HttpResponse:
    """Two records again."""
    try:
        undo_merge(actor, UndoMerge(merge_id=merge_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "They are two records again.")
    return pages.see_other(reverse("duplicates") + "#merged")


def _sides(
    request: HttpRequest,
    actor: Actor,
    client_id: UUID,
    other_id: UUID,
    refused: Conflict | InvalidInput | None = None,
) -> HttpResponse:
    posted, theirs = request.POST, request.POST.get("therapist") == "gone"
    try:
        outlook = preview_merge(
            actor, PreviewMerge(kept_id=client_id, gone_id=other_id, their_therapist=theirs)
        )
    except (Conflict, InvalidInput) as cannot:
        pages.warn(request, pages.sentence(refused or cannot))
        return pages.see_other(reverse("client-merge", kwargs={"client_id": client_id}))
    chosen = posted.getlist("taken") if posted else [pair.name for pair in outlook.fields if pair.taken]
    context = {
        "outlook": outlook,
        "fields": [
            {
                "name": pair.name,
                "label": pair.label,
                "kept": _shown(pair.name, pair.kept),
                "gone": _shown(pair.name, pair.gone),
            }
            for pair in outlook.fields
        ],
        "chosen": chosen,
        "their_therapist": theirs,
        "effects": _effects(outlook),
        "problem": pages.sentence(refused) if refused else "",
    }
    status = refused.status if refused else 200
    return pages.page(request, "pages/records/merge.html", context, status=status, block="outlook")


def _shown(field: str, value: str) -> str:
    """What stands in a field, as people read it."""
    if not value:
        return ""
    if field == "birth_date":
        return full_day(date.fromisoformat(value))
    if field.endswith("phone"):
        return phone(value)
    return value.capitalize() if field == "sex_at_birth" else value


def _effects(outlook: MergeOutlook) -> list[tuple[str, str]]:
    """What will happen, line by line: a drawing and a sentence each."""
    lines = []
    if outlook.moves:
        moves = ", ".join(outlook.moves)
        lines.append(("arrow-right-left", f"All of the other record is on this one then: {moves}."))
    if outlook.therapist:
        text = f"{outlook.therapist} is the therapist from now on."
        if outlook.ends:
            text += " What ends stays in the history."
        lines.append(("star", text))
    if outlook.risk:
        lines.append(("activity", f"The level of risk is {outlook.risk} from now on: the higher of the two."))
    if outlook.sign_in_ends:
        lines.append(
            (
                "log-out",
                "Both sign in to a page of their own. The sign-in of the other record opens nothing then.",
            )
        )
    sees = {"kept": "this record", "gone": "the other record", "both": "part of both"}
    lines += [
        ("eye", f"{row.name} sees {_LEVELS[row.level]} of both then; now of {sees[row.before]}.")
        for row in outlook.gains
    ]
    lines += [("eye-off", f"{row.name} sees neither then; now {sees[row.before]}.") for row in outlook.loses]
    lines.append(
        ("link", "The address of the other record leads to this one. Its registration code stops working.")
    )
    return [
        *lines,
        ("undo-2", "It can be undone for 30 days; what was changed meanwhile stays here and is listed."),
    ]


routes = [
    path("clients/duplicates/", duplicates, name="duplicates"),
    path("clients/merges/<uuid:merge_id>/undo/", undo, name="merge-undo"),
    path("clients/<uuid:client_id>/merge/", choose, name="client-merge"),
    path("clients/<uuid:client_id>/merge/<uuid:other_id>/", side_by_side, name="client-merge-with"),
]
