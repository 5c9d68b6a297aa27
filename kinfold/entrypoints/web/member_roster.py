"""The roster of a clinician: their clients, archived from it here and added to it by e-mail (SPEC H25-H31)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.transferring import (
    AddToRoster,
    ArchiveFromRoster,
    Outcome,
    add_to_roster,
    archive_from_roster,
)
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.queries.listing import ClientPage, GetRow, ListClients, get_row, list_clients
from kinfold.domain.kernel.errors import Conflict, InvalidInput, TooManyTries
from kinfold.domain.team.queries.members import GetMember, get_member

from . import pages
from .jinja import url
from .member_tabs import tabs

ROSTER = "pages/team/member_roster.html"
SAID = {
    Outcome.ADDED: "The client is on this roster now, with their whole history.",
    Outcome.SENT: "Sent to your practice admin.",
}


@require_GET
@pages.signed_in
def roster(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """The clients whose therapist a member is."""
    return _page(request, actor, member_id)


@require_POST
@pages.signed_in
def archive(request: HttpRequest, actor: Actor, member_id: UUID, client_id: UUID) -> HttpResponse:
    """Take a client off the roster."""
    try:
        archive_from_roster(actor, ArchiveFromRoster(member_id=member_id, client_id=client_id))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(
            request, "The client is off this roster. Open the roster of whoever takes over to add them."
        )
    return pages.see_other(_address(member_id))


@require_POST
@pages.signed_in
def add(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Add Client: by the e-mail address of somebody who is a client already, or on to create one."""
    admit(actor, Permission.CLIENTS_ASSIGN, "member-roster-add")
    typed = request.POST.get("email", "").strip()
    form: dict[str, Any] = {"email": typed, "error": "", "choices": [], "unknown": False}
    data = AddToRoster(
        member_id=member_id, email=typed, client_id=pages.a_uuid(request.POST.get("client", ""))
    )
    try:
        answer = add_to_roster(actor, data)
    except InvalidInput as refused:
        form["error"] = refused.problems[0].message
        return _page(request, actor, member_id, form, status=refused.status)
    except (Conflict, TooManyTries) as refused:
        form["error"] = refused.message
        return _page(request, actor, member_id, form, status=refused.status)
    if answer.outcome in SAID:
        pages.toast(request, SAID[answer.outcome])
        return pages.see_other(_address(member_id))
    if answer.outcome is Outcome.THERE:
        form["error"] = "This client is on this roster already."
    elif answer.outcome is Outcome.SEVERAL:
        found = [get_row(actor, GetRow(client_id=client_id)) for client_id in answer.client_ids]
        form["choices"] = [
            (str(row.id), " ".join(filter(None, (row.first_name, row.last_name, row.external_id))))
            for row in found
        ]
    else:
        form["unknown"] = True
    return _page(request, actor, member_id, form)


def _page(
    request: HttpRequest,
    actor: Actor,
    member_id: UUID,
    form: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    found = _found(
        actor,
        ListClients(
            therapist_id=member_id,
            after=pages.a_uuid(request.GET.get("after", "")),
            before=None if request.GET.get("after") else pages.a_uuid(request.GET.get("before", "")),
        ),
    )
    card = get_member(actor, GetMember(member_id=member_id))
    context = {
        "member": card.member,
        "tabs": tabs(actor, member_id, "member-roster"),
        "clients": found.rows,
        "total": found.total,
        "page": {"next": found.next, "previous": found.previous},
        "base_url": _address(member_id),
        "may": {
            "assign": actor.may(Permission.CLIENTS_ASSIGN),
            "create": actor.may(Permission.CLIENTS_CREATE),
        },
        "form": form,
    }
    return pages.page(request, ROSTER, context, status=status)


def _found(actor: Actor, wanted: ListClients) -> ClientPage:
    """The page that was asked for; when the client it hangs on has gone from the roster, the first page."""
    try:
        return list_clients(actor, wanted)
    except PlaceGone:
        return list_clients(actor, replace(wanted, after=None, before=None))


def _address(member_id: UUID) -> str:
    return url("member-roster", member_id=member_id)


routes = [
    path("manage/team/<uuid:member_id>/roster/", roster, name="member-roster"),
    path("manage/team/<uuid:member_id>/roster/add/", add, name="member-roster-add"),
    path(
        "manage/team/<uuid:member_id>/roster/<uuid:client_id>/archive/", archive, name="member-roster-archive"
    ),
]
