"""Editing a client in place: in a row of the list, in a group on their page, or as a whole (SPEC U26–U28)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from markupsafe import Markup

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.fields import GROUP_BY_NAME, Group
from kinfold.domain.clients.profile import TAG_LENGTH
from kinfold.domain.clients.queries.arranged import GetLayout, get_layout
from kinfold.domain.clients.queries.listing import GetRow, get_row
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, open_client
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.clients.queries.rules import GetClientRules, get_client_rules
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotAllowed, Problem, StaleVersion

from . import changes, pages
from .client import address, client_page
from .client_fields import as_commands_take_it, inputs, label_of, saved_values, typed_values, words_of
from .client_forms import TAGS_AT_FIRST, centuries_of, new_form_key, offered_tags
from .client_lines import client_lines, lines_of

LIST = "pages/clients/list.html"
CLIENT = "pages/clients/detail.html"
WHOLE = "pages/clients/edit.html"
CHOOSE: Final = "Choose which of the two to keep."
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
    """The pencil, or Edit User; then Save or Cancel. `group` says which part of the client a form is about."""
    admit(actor, Permission.CLIENTS_CHANGE, "client-edit")
    if request.method == "GET":
        return _form(request, actor, client_id)
    typed = typed_values(request.POST)
    meant, equals, value = request.POST.get("meant", "").partition("=")
    if equals and meant in typed:
        return _form(request, actor, client_id, {**typed, meant: value})
    theirs = _given_way(request)
    wanted = {
        name: text for name, text in typed.items() if name not in theirs and _was(request, name) != text
    }
    try:
        _refuse_undecided(request)
        change_client(
            actor,
            ChangeClient(client_id=client_id, version=pages.version(request), **as_commands_take_it(wanted)),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict, KeyReused) as refused:
        return _form(request, actor, client_id, typed, refused)
    if request.headers.get("HX-Request") and not request.POST.get("group"):
        return _row(request, actor, client_id)
    return _saved(request, client_id)


@require_POST
@pages.signed_in
def tags(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Tags that begin with what was typed, for a field that suggests some. What is typed stays out of addresses."""
    typed = request.POST.get("q", "")[:TAG_LENGTH]
    found = list_tags(actor, ListTags(beginning=typed, limit=TAGS_AT_FIRST))
    options = Markup("").join(Markup('<option value="{}"></option>').format(tag.name) for tag in found)
    return HttpResponse(options)


def _saved(request: HttpRequest, client_id: UUID) -> HttpResponse:
    pages.toast(request, "The changes are saved.")
    turn = _turn(request)
    target = turn["next_url"] or turn["back"] or address(client_id)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": target})
    return pages.see_other(target)


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
    form = _filled(request, actor, card, typed, refused)
    status = refused.status if refused else 200
    asked = request.POST.get("group", "") or request.GET.get("group", "")
    if group := GROUP_BY_NAME.get(asked):
        return _group(request, actor, card, group, form, status)
    if request.headers.get("HX-Request") and not asked:
        return _edited_row(request, actor, card, form, status)
    context = {
        "client": card,
        "form": form,
        "groups": inputs(actor),
        "turn": _turn(request),
        "clients_url": reverse(pages.clients_route(actor)),
    }
    return pages.page(request, WHOLE, context, status=status)


def _filled(
    request: HttpRequest,
    actor: Actor,
    card: ClientCard,
    typed: dict[str, str] | None,
    refused: Refused | None,
) -> dict[str, Any]:
    """What a form about this client holds, as `fields.html` describes it."""
    saved = saved_values(card)
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    stale = isinstance(refused, StaleVersion)
    values = {**saved, **(typed or {})}
    before = {name: was for name in saved if (was := _was(request, name)) is not None} if typed else saved
    both = request.POST.getlist("conflict")
    if stale and typed:
        # Of two edits nothing is lost: what only they changed stands in the form now, what was typed here stays.
        values |= {name: saved[name] for name, text in typed.items() if before.get(name) == text}
        both = [name for name in typed if values[name] != saved[name] != before.get(name)]
        before = saved
    errors = {problem.field: problem.message for problem in problems}
    return {
        # What is wrong with a field is said before what somebody else saved, so the version read stays until then.
        "version": card.version if stale or typed is None else pages.version(request),
        "form_key": new_form_key(),
        "email_optional": get_client_rules(actor, GetClientRules()).email_optional,
        "values": values,
        "before": before,
        "errors": errors,
        "centuries": centuries_of(values["birth_date"]) if "birth_date" in errors else [],
        "problem": "" if refused is None or problems else _sentence(refused, both=bool(both)),
        "conflicts": [
            {
                "name": name,
                "label": label_of(name),
                "theirs": words_of(name, before.get(name, "")),
                "yours": words_of(name, values[name]),
                "kept": "" if stale else request.POST.get(f"keep_{name}", ""),
                "error": errors.get(f"keep_{name}", ""),
            }
            for name in both
            if name in values
        ],
    }


def _edited_row(
    request: HttpRequest, actor: Actor, card: ClientCard, form: dict[str, Any], status: int
) -> HttpResponse:
    shown = get_layout(actor, GetLayout()).shown
    found = get_row(actor, GetRow(client_id=card.id))
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


def _group(
    request: HttpRequest, actor: Actor, card: ClientCard, group: Group, form: dict[str, Any], status: int
) -> HttpResponse:
    (asked,) = inputs(actor, group=group)
    editing = {"group": asked, "form": form}
    if request.headers.get("HX-Request"):
        return pages.page(
            request, CLIENT, {"client": card, "editing": editing}, block="edit_group", status=status
        )
    return client_page(request, actor, card, editing=editing, status=status)


def _turn(request: HttpRequest) -> dict[str, Any]:
    """Where this form stands when several clients are edited one after another, and where it leads."""
    asked = request.POST if request.method == "POST" else request.GET
    waiting = [client_id for client_id in asked.get("then", "").split(",") if pages.a_uuid(client_id)]
    waiting = waiting[: changes.MOST_IN_TURN]
    count = asked.get("of", "")
    of = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else 0
    back = pages.safe_next(request, "")
    next_url = changes.in_turn(waiting, of=of, back=back) if waiting else ""
    return {
        "then": ",".join(waiting),
        "of": of,
        "number": of - len(waiting),
        "next_url": next_url,
        "back": back,
    }


def _was(request: HttpRequest, name: str) -> str | None:
    """What stood in a field when the form was opened, so that what was typed can be told from what was not."""
    was = request.POST.get(f"was_{name}")
    return None if was is None else was.replace("\r\n", "\n")


def _given_way(request: HttpRequest) -> set[str]:
    """The fields in which what somebody else saved was chosen over what was typed here."""
    return {name for name in request.POST.getlist("conflict") if request.POST.get(f"keep_{name}") == "theirs"}


def _refuse_undecided(request: HttpRequest) -> None:
    """Two people changed the same field, and nothing was chosen yet."""
    undecided = [
        name
        for name in dict.fromkeys(request.POST.getlist("conflict"))
        if name in request.POST and request.POST.get(f"keep_{name}") not in {"theirs", "yours"}
    ]
    if undecided:
        raise InvalidInput([Problem(f"keep_{name}", CHOOSE) for name in undecided])


def _sentence(refused: Refused, *, both: bool) -> str:
    if isinstance(refused, StaleVersion):
        so = "Choose which of the two to keep:" if both else "What they changed stands here now. Save again."
        return f"Someone else saved this client while you were editing. {so}"
    if isinstance(refused, KeyReused):
        return "This form was sent before, with something else in it. Look at it, then save again."
    return refused.message


routes = [
    path("clients/<uuid:client_id>/row/", row, name="client-row"),
    path("clients/<uuid:client_id>/edit/", edit, name="client-edit"),
    path("clients/tags/find/", tags, name="tags-find"),
]
