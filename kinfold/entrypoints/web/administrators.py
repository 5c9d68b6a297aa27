"""Add admin, and the owners' decisions about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.administrators import (
    DecideAdministrator,
    RequestAdministrator,
    decide_administrator,
    request_administrator,
)
from kinfold.domain.team.errors import AboveOwnRights, ArchivedHere
from kinfold.domain.team.queries.roles import ListRoles, list_roles

from . import members, pages
from .identity.gates import confirmed

ADD = "pages/team/add_admin.html"
FIELDS = ("first_name", "last_name", "email")


@require_http_methods(["GET", "POST"])
@pages.signed_in
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Add admin."""
    admit(actor, Permission.MEMBERS_INVITE, "admin-add")
    if request.method == "GET":
        return _page(request, actor)
    typed = {field: request.POST.get(field, "") for field in FIELDS}
    role_ids = pages.uuids(request.POST.getlist("roles"))
    try:
        request_administrator(
            actor, RequestAdministrator(**typed, role_ids=role_ids), once=pages.form_key(request)
        )
    except (InvalidInput, AboveOwnRights, Conflict) as refused:
        return _page(request, actor, refused)
    if actor.may(Permission.PRACTICE_OWN):
        pages.toast(request, "They are on the team, and get an email with what to do next.")
        return pages.see_other(reverse("team"))
    pages.toast(request, "An owner will find your request under Pending.")
    return pages.see_other(reverse("team") + "?show=pending")


@require_POST
@pages.signed_in
@confirmed
def decide(request: HttpRequest, actor: Actor, request_id: UUID) -> HttpResponse:
    """Approve or decline somebody who waits to become an administrator."""
    admit(actor, Permission.PRACTICE_OWN, "admin-decide")
    approve = request.POST.get("do") == "approve"
    try:
        decide_administrator(
            actor,
            DecideAdministrator(request_id=request_id, approve=approve),
            once=pages.form_key(request),
        )
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        done = "They are on the team, and get an email with what to do next." if approve else "Declined."
        pages.toast(request, done)
    return pages.see_other(reverse("team") + "?show=pending")


def _page(request: HttpRequest, actor: Actor, refused: DomainError | None = None) -> HttpResponse:
    offered = [role for role in list_roles(actor, ListRoles()) if role.grantable and not role.clinical]
    usual = [str(role.id) for role in offered if role.key == "administrator"]
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    errors = {problem.field: problem.message for problem in problems}
    archived = refused.member_id if isinstance(refused, ArchivedHere) else None
    context: dict[str, Any] = {
        "values": {field: request.POST.get(field, "") for field in FIELDS},
        "roles": members.role_options(offered),
        "chosen": request.POST.getlist("roles") if request.method == "POST" else usual,
        "errors": {"roles" if field == "role_ids" else field: text for field, text in errors.items()},
        "problem": refused.message if refused and not problems else "",
        "opens": reverse("member", kwargs={"member_id": archived}) if archived else "",
        "owner": actor.may(Permission.PRACTICE_OWN),
    }
    return pages.page(request, ADD, context, status=refused.status if refused else 200)


routes = [
    path("manage/team/admins/add/", add, name="admin-add"),
    path("manage/team/admins/<uuid:request_id>/", decide, name="admin-decide"),
]
