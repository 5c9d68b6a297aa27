"""A member's further pages: whom they can see and why, and what they were over time (SPEC N1, O38)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.reach import AccessOfMember, access_of_member
from kinfold.domain.credentials.queries.records import GetCredentials, get_credentials
from kinfold.domain.team.queries.members import GetMember, get_member
from kinfold.domain.team.queries.profile import GetMemberHistory, get_member_history

from . import pages

ACCESS = "pages/team/member_access.html"
HISTORY = "pages/team/member_history.html"
LEVELS = {
    "chart": "The full record",
    "face_sheet": "Name, contact and risk",
    "billing": "Names for billing",
    "": "Nobody",
}


@require_GET
@pages.signed_in
def access(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Whom a member can see, by which rules, and what would end it."""
    admit(actor, Permission.ACCESS_EXPLAIN, "member-access")
    card = get_member(actor, GetMember(member_id=member_id))
    found = access_of_member(
        actor, AccessOfMember(member_id=member_id, after=pages.a_uuid(request.GET.get("after", "")))
    )
    context = {
        "member": card.member,
        "tabs": tabs(actor, member_id, "member-access"),
        "level": LEVELS[found.level],
        "ways": found.ways,
        "clients": found.page.clients,
        "total": found.page.total,
        "next": found.page.next,
    }
    return pages.page(request, ACCESS, context)


@require_GET
@pages.signed_in
def history(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """A member's roles, statuses, supervision, exceptions and credentials over time."""
    card = get_member(actor, GetMember(member_id=member_id))
    context = {
        "member": card.member,
        "tabs": tabs(actor, member_id, "member-history"),
        "was": get_member_history(actor, GetMemberHistory(member_id=member_id)),
        "credentials": get_credentials(actor, GetCredentials(member_id=member_id)).earlier,
    }
    return pages.page(request, HISTORY, context)


def tabs(actor: Actor, member_id: UUID, current: str) -> list[dict[str, Any]]:
    """A member's pages, as far as this person may open them."""
    offered = (
        ("Profile", "member", True),
        ("Roster", "member-roster", actor.sees_clients),
        ("Sessions", "member-sessions", actor.may(Permission.SESSIONS_SEE)),
        ("Access", "member-access", actor.may(Permission.ACCESS_EXPLAIN) and actor.sees_clients),
        ("History", "member-history", True),
    )
    return [
        {
            "label": label,
            "href": reverse(route, kwargs={"member_id": member_id}),
            "count": None,
            "current": route == current,
        }
        for label, route, allowed in offered
        if allowed
    ]


routes = [
    path("manage/team/<uuid:member_id>/access/", access, name="member-access"),
    path("manage/team/<uuid:member_id>/history/", history, name="member-history"),
]
