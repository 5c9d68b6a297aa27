"""The first page, the theme, and the answers for pages that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel.errors import DomainError, NotAllowed, NotFound
from kinfold.domain.own.doorway import acts_for_anybody, planned_pages
from kinfold.domain.practices.queries import any_practice

from . import pages


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to where they work; a new installation leads to its set-up."""
    if not request.user.is_authenticated and not any_practice():
        return pages.see_other(reverse("setup"))
    try:
        return _start(request)
    except NotAllowed:  # no place on a team, and perhaps a page of their own
        login_id = request.user.pk if request.user.is_authenticated else None
        if login_id and (acts_for_anybody(login_id) or planned_pages(login_id)):
            return pages.see_other(reverse("my"))
        raise


@pages.signed_in
def _start(request: HttpRequest, actor: Actor) -> HttpResponse:
    return pages.see_other(pages.home_url(actor))


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in this browser whether it wants light, dark, or what the system says."""
    response = pages.see_other(pages.safe_next(request, reverse("home")))
    chosen = request.POST.get("theme", "")
    if chosen in {"light", "dark"}:
        response.set_cookie(
            pages.THEME_COOKIE,
            chosen,
            max_age=31536000,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    else:
        response.delete_cookie(pages.THEME_COOKIE)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for "not there" and "not yours"."""
    return pages.refusal(request, NotFound())


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Django's own refusals, in our words."""
    return pages.refusal(request, error)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault in Kinfold. It is logged without what was typed."""
    fault = DomainError(
        "Kinfold made a mistake. Nothing was changed. Try again, or tell the person who runs it."
    )
    fault.status = 500
    return pages.refusal(request, fault)


routes = [
    path("", home, name="home"),
    path("theme/", theme, name="theme"),
]
