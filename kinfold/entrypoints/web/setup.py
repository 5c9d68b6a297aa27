"""The set-up page: the first visit to an installation without a practice."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.lifecycle.setup import AlreadySetUp, SetUp, set_up_first
from kinfold.domain.practices.places import HOME, NOWHERE, countries, time_zones
from kinfold.domain.practices.queries import any_practice

from . import pages

TEMPLATE = "pages/setup.html"
# What proxies add. With any of these, the address a request comes from is the proxy's and says nothing.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")
# The fields of the act, as the form calls them.
FIELDS = {
    "name": "practice_name",
    "owner_name": "full_name",
    "owner_email": "email",
    "owner_password": "password",
}


@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Name the practice and its owner; works once, while there is no practice (docs/decisions/0006)."""
    if any_practice():
        raise AlreadySetUp
    if request.method == "GET":
        return _form(request)
    try:
        if request.POST.get("password", "") != request.POST.get("password_again", ""):
            raise InvalidInput.one("password_again", "The two passwords are not the same. Type both again.")
        set_up_first(
            SetUp(
                practice_name=request.POST.get("practice_name", ""),
                slug=request.POST.get("slug", "").strip().lower(),
                owner_name=request.POST.get("full_name", ""),
                owner_email=request.POST.get("email", ""),
                owner_password=request.POST.get("password", ""),
                time_zone=request.POST.get("time_zone", NOWHERE),
                country=request.POST.get("country", HOME),
                clients_need_email=request.POST.get("emails_optional") != "yes",
            ),
            key=None if _is_at_this_machine(request) else request.POST.get("key", ""),
        )
    except (InvalidInput, Conflict) as refused:
        return _form(request, refused)
    messages.success(request, "Kinfold is set up. Sign in to begin.")
    return pages.see_other(reverse("account_login"))


def _form(request: HttpRequest, refused: InvalidInput | Conflict | None = None) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "values": {
            "practice_name": request.POST.get("practice_name", ""),
            "slug": request.POST.get("slug", ""),
            "full_name": request.POST.get("full_name", ""),
            "email": request.POST.get("email", ""),
            "time_zone": request.POST.get("time_zone", NOWHERE),
            "country": request.POST.get("country", HOME),
            "emails_optional": request.POST.get("emails_optional") == "yes",
        },
        "time_zones": time_zones(),
        "countries": countries(),
        "errors": {FIELDS.get(problem.field, problem.field): problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "ask_key": not _is_at_this_machine(request),
    }
    return pages.page(request, TEMPLATE, context, status=refused.status if refused else 200)


def _is_at_this_machine(request: HttpRequest) -> bool:
    """Whether only a person at this machine can have sent this request. When in doubt, no."""
    if any(name in request.headers for name in FORWARDED):
        return False
    names = (request.META.get("REMOTE_ADDR", ""), urlsplit(f"//{request.get_host()}").hostname or "")
    public = urlsplit(settings.PUBLIC_URL).hostname or ""
    return all(_is_loopback(name) for name in (*names, public))


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


routes = [path("setup/", setup, name="setup")]
