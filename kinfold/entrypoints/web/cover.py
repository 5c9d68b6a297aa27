"""Cover for a member who is away: who stands in, for whom, how far and until when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.covering import (
    ArrangeCover,
    EndCoversEarly,
    arrange_cover,
    end_covers_early,
)
from kinfold.domain.clients.queries.covers import ListCovers, list_covers
from kinfold.domain.credentials.queries.pickers import ListTakers, list_takers
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.queries.members import GetMember, get_member

from . import pages, place

COVER = "pages/team/cover.html"


@require_http_methods(["GET", "POST"])
@pages.signed_in
def cover(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Arrange cover for a member's clients: all who have none, or some."""
    admit(actor, Permission.CLIENTS_ASSIGN, "member-cover")
    if request.method == "GET":
        return _form(request, actor, member_id)
    posted = request.POST
    chosen = posted.get("which") == "chosen"
    try:
        made = arrange_cover(
            actor,
            ArrangeCover(
                member_id=member_id,
                covered_by=_chosen_cover(posted.get("covered_by", "")),
                since=place.midnight(actor, posted.get("since", ""), "since"),
                until=place.midnight(actor, posted.get("until", ""), "until", after=1),
                level=posted.get("level", ""),
                client_ids=pages.uuids(posted.getlist("client")) if chosen else None,
                reason=posted.get("reason", ""),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict) as refused:
        return _form(request, actor, member_id, refused)
    count = len(made)
    pages.toast(request, f"{count} {'client is' if count == 1 else 'clients are'} covered.")
    return pages.see_other(_address(member_id))


@require_POST
@pages.signed_in
def end(request: HttpRequest, actor: Actor) -> HttpResponse:
    """End covers before their day."""
    member_id = pages.a_uuid(request.POST.get("member", ""))
    back = _address(member_id) if member_id else reverse("team")
    data = EndCoversEarly(cover_ids=pages.uuids(request.POST.getlist("cover")))
    try:
        end_covers_early(actor, data, once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "The cover has ended.")
    return pages.see_other(back)


def _chosen_cover(typed: str) -> UUID:
    found = pages.a_uuid(typed)
    if found is None:
        raise InvalidInput.one("covered_by", "Choose who covers.")
    return found


def _form(
    request: HttpRequest, actor: Actor, member_id: UUID, refused: DomainError | None = None
) -> HttpResponse:
    member = get_member(actor, GetMember(member_id=member_id)).member
    found = list_covers(actor, ListCovers(member_id=member_id))
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    takers = list_takers(actor, ListTakers())
    context = {
        "member": member,
        "cover": found,
        "takers": [(taker.id, taker.label) for taker in takers if taker.id != member_id],
        "values": _values(request, member.hold_until),
        "chosen": request.POST.getlist("client"),
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
    }
    return pages.page(request, COVER, context, status=refused.status if refused else 200)


def _values(request: HttpRequest, hold_until: Any) -> dict[str, str]:
    """What was typed; at first the last day of the hold, and as little as is needed."""
    if request.method == "POST":
        names = ("covered_by", "since", "until", "level", "which", "reason")
        return {name: request.POST.get(name, "") for name in names}
    until = place.last_day(hold_until).isoformat() if hold_until else ""
    return {
        "covered_by": "",
        "since": "",
        "until": until,
        "level": "face_sheet",
        "which": "all",
        "reason": "",
    }


def _address(member_id: UUID) -> str:
    return reverse("member", kwargs={"member_id": member_id})


routes = [
    path("manage/team/<uuid:member_id>/cover/", cover, name="member-cover"),
    path("manage/team/covers/end/", end, name="covers-end"),
]
