"""The Activity page: who did and who opened what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.access.actors import Actor
from kinfold.domain.practices.places import city_of

from . import pages


@require_GET
@pages.signed_in
def activity(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, 50 at a time."""
    before = request.GET.get("before", "")
    asked = ListActivity(before=int(before) if before.isdecimal() and len(before) < 19 else None)
    return _page(request, actor, {"page": list_activity(actor, asked)})


@require_GET
@pages.signed_in
def activity_of(request: HttpRequest, actor: Actor, subject_id: UUID) -> HttpResponse:
    """What was done with one client or member."""
    found = list_activity(actor, ListActivity(subject_id=subject_id))
    return _page(request, actor, {"page": found, "subject_id": subject_id})


def _page(request: HttpRequest, actor: Actor, context: dict[str, Any]) -> HttpResponse:
    return pages.page(request, "pages/activity/list.html", {**context, "zone": city_of(actor.time_zone)})


routes = [
    path("activity/", activity, name="activity"),
    path("activity/of/<uuid:subject_id>/", activity_of, name="activity-of"),
]
