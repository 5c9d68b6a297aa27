"""Editing a member in their place: in a row of the team list, or on their page (SPEC U60, U69)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import Conflict, InvalidInput, StaleVersion
from kinfold.domain.team.commands.members import ChangeMember, change_member
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.queries.members import GetMember, MemberCard, MemberRow, get_member
from kinfold.domain.team.statuses import ON_THE_TEAM

from . import pages, team_lines
from .members import address, member_page

LIST = "pages/team/list.html"
LABELS = {"first_name": "First name", "last_name": "Last name", "email": "Email"}
Refused = InvalidInput | Conflict | KeyReused | AboveOwnRights


@require_http_methods(["GET", "POST"])
@pages.signed_in
def name(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """The pencil beside a name on the member's page, then Save or Cancel."""
    return _on_the_page(request, actor, member_id)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def edit(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """The pencil at the right of a row of the list, then Save. Without a script the member's page has the form."""
    if not request.headers.get("HX-Request"):
        return _on_the_page(request, actor, member_id)
    admit(actor, Permission.MEMBERS_CHANGE, "member-edit")
    refused = _saved(request, actor, member_id) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return _row(request, actor, member_id)
    card = get_member(actor, GetMember(member_id=member_id))
    context = {
        "line": team_lines.lines(actor, [card.member])[0],
        "form": _form(request, card, refused),
        **team_lines.options(actor, on_the_team=card.member.state in ON_THE_TEAM),
    }
    return pages.page(request, LIST, context, block="edit_row", status=refused.status if refused else 200)


@require_GET
@pages.signed_in
def row(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """A member's row as it is, after Cancel."""
    if not request.headers.get("HX-Request"):
        return pages.see_other(address(member_id))
    return _row(request, actor, member_id)


def _on_the_page(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    admit(actor, Permission.MEMBERS_CHANGE, "member-name")
    refused = _saved(request, actor, member_id) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        pages.toast(request, "The changes are saved.")
        return pages.see_other(address(member_id))
    card = get_member(actor, GetMember(member_id=member_id))
    return member_page(
        request,
        actor,
        card,
        editing=_form(request, card, refused),
        status=refused.status if refused else 200,
    )


def _row(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    found = get_member(actor, GetMember(member_id=member_id)).member
    context = {
        "line": team_lines.lines(actor, [found])[0],
        "focus": True,
        **team_lines.options(actor, on_the_team=found.state in ON_THE_TEAM),
    }
    return pages.page(request, LIST, context, block="row")


def _saved(request: HttpRequest, actor: Actor, member_id: UUID) -> Refused | None:
    """Save what was typed; why not, when it cannot be."""
    try:
        change_member(
            actor,
            ChangeMember(
                member_id=member_id,
                version=pages.version(request),
                first_name=request.POST.get("first_name", ""),
                last_name=request.POST.get("last_name", ""),
                email=request.POST.get("email"),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict, KeyReused, AboveOwnRights) as refused:
        return refused
    return None


def _form(request: HttpRequest, card: MemberCard, refused: Refused | None) -> dict[str, Any]:
    """The fields with what was typed, or with what is saved when nothing was typed yet."""
    now = _now(card.member)
    before, values = now, now
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    stale = isinstance(refused, StaleVersion)
    theirs: list[dict[str, str]] = []
    if refused is not None:
        before = {field: request.POST.get(f"was_{field}", now[field]) for field in now}
        values = {field: request.POST.get(field, now[field]) for field in now}
    if stale:
        # Of two edits nothing is lost: what only they changed stands in the form now, what was typed here stays.
        values = {
            field: now[field] if f"was_{field}" in request.POST and before[field] == text else text
            for field, text in values.items()
        }
        theirs = [
            {"text": f"{LABELS[field]}: {now[field]}", "href": ""}
            for field, text in values.items()
            if text != now[field]
        ]
        before = now
    return {
        "values": values,
        "before": before,
        # What is wrong with a field is said before what somebody else saved, so the version read stays until then.
        "version": card.member.version if stale or refused is None else pages.version(request),
        "errors": {problem.field: problem.message for problem in problems},
        "problem": "" if refused is None or problems else _sentence(refused, replaces=bool(theirs)),
        "theirs": theirs,
    }


def _now(member: MemberRow) -> dict[str, str]:
    """What can be edited of a member, as it is saved. Whoever has a login changes its address themselves."""
    fields = {"first_name": member.first_name, "last_name": member.last_name}
    return fields if member.registered else {**fields, "email": member.email}


def _sentence(refused: Refused, *, replaces: bool) -> str:
    if isinstance(refused, StaleVersion):
        so = (
            "Saving again replaces what they saved:"
            if replaces
            else "What they changed stands here now. Save again."
        )
        return f"Someone else saved this person while you were editing. {so}"
    if isinstance(refused, KeyReused):
        return "This form was sent before, with something else in it. Look at it, then save again."
    return refused.message


routes = [
    path("manage/team/<uuid:member_id>/name/", name, name="member-name"),
    path("manage/team/<uuid:member_id>/edit/", edit, name="member-edit"),
    path("manage/team/<uuid:member_id>/row/", row, name="member-row"),
]
