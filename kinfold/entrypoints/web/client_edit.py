"""Editing a client's profile in its place: in a row of the list, or on the client's page (SPEC U26, U27)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.listing import GetRow, get_row
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, open_client
from kinfold.domain.clients.queries.rules import GetClientRules, get_client_rules
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotAllowed, StaleVersion

from . import changes, pages
from .client import address, client_page
from .client_forms import LABELS, new_form_key, offered_tags, tags_of
from .client_lines import client_lines, lines_of
from .jinja import phone

LIST = "pages/clients/list.html"
Refused = InvalidInput | Conflict | KeyReused


@require_GET
@pages.signed_in
def row(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """A client's row as it is, after Cancel."""
    if not request.headers.get("HX-Request"):
        return pages.see_other(address(client_id))
    return _row(request, actor, client_id)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def edit(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """The pencil, then Save or Cancel."""
    admit(actor, Permission.CLIENTS_CHANGE, "client-edit")
    if request.method == "GET":
        return _form(request, actor, client_id)
    typed = {field: request.POST.get(field, "") for field in LABELS}
    changed = {field: text for field, text in typed.items() if request.POST.get(f"was_{field}") != text}
    wanted: dict[str, Any] = {**changed, "tags": tags_of(changed["tags"]) if "tags" in changed else None}
    try:
        change_client(
            actor,
            ChangeClient(client_id=client_id, version=pages.version(request), **wanted),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict, KeyReused) as refused:
        return _form(request, actor, client_id, typed, refused)
    if request.headers.get("HX-Request"):
        return _row(request, actor, client_id)
    pages.toast(request, "The changes are saved.")
    return pages.see_other(address(client_id))


def _row(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    found = get_row(actor, GetRow(client_id=client_id))
    lines = client_lines(
        actor,
        [found],
        get_layout(actor, GetLayout()).shown,
        may_edit=actor.may(Permission.CLIENTS_CHANGE) and found.status == "active",
        focus=True,
        ticks=bool(changes.offered(actor, found.status)),
    )
    return pages.page(request, LIST, {"lines": lines}, block="row")


def _form(
    request: HttpRequest,
    actor: Actor,
    client_id: UUID,
    typed: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """The form with what was typed, or with what is saved when nothing was typed yet."""
    card = open_client(actor, OpenClient(client_id=client_id))
    if card.profile is None:
        raise NotAllowed
    if card.status != "active" and refused is None:
        raise ClientArchived
    saved = _saved(card)
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    stale = isinstance(refused, StaleVersion)
    values, before = typed or saved, _before(request) if typed else saved
    theirs: list[dict[str, str]] = []
    if stale:
        # Of two edits nothing is lost: what only they changed stands in the form now, what was typed here stays.
        values = {
            field: saved[field] if before.get(field) == text else text for field, text in values.items()
        }
        both = [f for f in LABELS if values[f] != saved[f] != before.get(f)]
        theirs = [{"text": f"{LABELS[field]}: {saved[field] or 'nothing'}", "href": ""} for field in both]
        before = saved
    form: dict[str, Any] = {
        # What is wrong with a field is said before what somebody else saved, so the version read stays until then.
        "version": card.version if stale or refused is None else pages.version(request),
        "form_key": new_form_key(),
        "email_optional": get_client_rules(actor, GetClientRules()).email_optional,
        "values": values,
        "before": before,
        "errors": {problem.field: problem.message for problem in problems},
        "problem": "" if refused is None or problems else _sentence(refused, replaces=bool(theirs)),
        "theirs": theirs,
    }
    status = refused.status if refused else 200
    if request.headers.get("HX-Request"):
        shown = get_layout(actor, GetLayout()).shown
        found = get_row(actor, GetRow(client_id=client_id))
        (cells,) = lines_of(actor, [found], shown)
        context = {
            "client": found,
            "cells": cells,
            "columns": [column.value for column in shown],
            "form": form,
            "all_tags": offered_tags(actor),
            "ticks": bool(changes.offered(actor, card.status)),
        }
        return pages.page(request, LIST, context, block="edit_row", status=status)
    return client_page(request, actor, card, editing=form, status=status)


def _before(request: HttpRequest) -> dict[str, str]:
    """What stood in the fields when the form was opened, so that what was typed can be told from what was not."""
    return {field: text for field in LABELS if (text := request.POST.get(f"was_{field}")) is not None}


def _saved(card: ClientCard) -> dict[str, str]:
    """What stands in each field now, as a form shows it."""
    profile = card.profile
    if profile is None:
        return {}
    return {
        "first_name": card.first_name,
        "last_name": card.last_name,
        "email": profile.email,
        "phone": phone(profile.phone),
        "birth_date": profile.birth_date.isoformat() if profile.birth_date else "",
        "sex_at_birth": profile.sex_at_birth,
        "tags": ", ".join(profile.tags),
        "external_id": profile.external_id,
    }


def _sentence(refused: Refused, *, replaces: bool) -> str:
    if isinstance(refused, StaleVersion):
        so = (
            "Saving again replaces what they saved:"
            if replaces
            else "What they changed stands here now. Save again."
        )
        return f"Someone else saved this client while you were editing. {so}"
    if isinstance(refused, KeyReused):
        return "This form was sent before, with something else in it. Look at it, then save again."
    return refused.message


routes = [
    path("clients/<uuid:client_id>/row/", row, name="client-row"),
    path("clients/<uuid:client_id>/edit/", edit, name="client-edit"),
]
