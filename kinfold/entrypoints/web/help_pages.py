"""Help: one short page for each area, and which of them fits the page that somebody looks at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from kinfold.domain.access.reference import reference
from kinfold.domain.kernel.errors import NotFound

from . import pages
from .help_areas import AREAS, area_called


@require_GET
@pages.for_whoever
def index(request: HttpRequest) -> HttpResponse:
    """All areas, each with what its page explains."""
    return pages.page(request, "pages/help/index.html", {"areas": AREAS})


@require_GET
@pages.for_whoever
def area(request: HttpRequest, area: str) -> HttpResponse:
    """The page of one area."""
    shown = area_called(area)
    if shown is None:
        raise NotFound
    context = {"areas": AREAS, "area": shown, "reference": reference() if shown.slug == "permissions" else ()}
    return pages.page(request, f"pages/help/{shown.slug}.html", context)


routes = [
    path("help/", index, name="help"),
    path("help/<slug:area>/", area, name="help-area"),
]
