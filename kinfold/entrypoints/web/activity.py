"""The Activity page: who did and who opened what."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.access.actors import Actor

from . import pages


@require_GET
@pages.signed_in
def activity(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, 50 at a time."""
    before = request.GET.get("before", "")
    asked = ListActivity(before=int(before) if before.isdecimal() and len(before) < 19 else None)
    return pages.page(request, "pages/activity/list.html", {"page": list_activity(actor, asked)})


@require_GET
@pages.signed_in
def activity_of(request: HttpRequest, actor: Actor, subject_id: UUID) -> HttpResponse:
    """What was done with one client or member."""
    found = list_activity(actor, ListActivity(subject_id=subject_id))
    return pages.page(request, "pages/activity/list.html", {"page": found, "subject_id": subject_id})


routes = [
    path("activity/", activity, name="activity"),
    path("activity/of/<uuid:subject_id>/", activity_of, name="activity-of"),
]
