"""Registering with a code: the pages for people whose practice added them before they had a login.

Opening the mailed link changes nothing, since mail scanners open links; it puts the code into the session, so that it
leaves the address, and only the last button uses it up (SPEC 8.14).
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.identity.errors import CodeMistyped, CodeRefused
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.identity.queries import LoginCard, open_login
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.registering import (
    RegisterMember,
    RegisterWithLogin,
    register_member,
    register_with_login,
)
from kinfold.domain.team.errors import OnAnotherTeam
from kinfold.domain.team.queries.registration import OpenRegistration, Registration, open_registration
from kinfold.domain.team.registration import Proof, guest_with_code

from . import pages
from .identity.tries import address_of

REGISTER = "pages/register.html"
FINISH = "pages/register_finish.html"
TYPED: Final = "registering"
FIELDS: Final = ("code", "last_name", "email")


@require_GET
def link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of the mail."""
    request.session[TYPED] = {"code": code[:40]}
    return pages.see_other(reverse("register"))


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Step one: the code, the last name and the e-mail address."""
    if request.method == "GET":
        known = {"email": login.email} if (login := _signed_in(request)) else {}
        return _register_page(request, {**known, **request.session.get(TYPED, {})})
    typed = {field: request.POST.get(field, "")[:300] for field in FIELDS}
    try:
        guest_with_code(Proof(**typed), whence=address_of(request))
    except (InvalidInput, CodeRefused, SlowDown) as refused:
        return _register_page(request, typed, refused)
    request.session[TYPED] = typed
    return pages.see_other(reverse("register-finish"))


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest) -> HttpResponse:
    """Step two: a password for a new login, or the login with the same address that one is signed in with."""
    typed = request.session.get(TYPED, {})
    if set(typed) != set(FIELDS):
        return pages.see_other(reverse("register"))
    proof = Proof(**typed)
    login = _signed_in(request)
    try:
        guest = guest_with_code(proof, whence=address_of(request), login_id=login.id if login else None)
        found = open_registration(guest, OpenRegistration(proof=proof))
        # Whoever is signed in as somebody else has first to say which of the two they are.
        if request.method == "POST" and (login is None or found.own):
            return _take_place(request, guest, proof, found)
    except (CodeMistyped, CodeRefused, SlowDown) as refused:
        return _register_page(request, typed, refused)
    except (InvalidInput, Conflict) as refused:
        return _finish_page(request, found, login, refused)
    return _finish_page(request, found, login)


def _take_place(request: HttpRequest, guest: Actor, proof: Proof, found: Registration) -> HttpResponse:
    if found.own:
        register_with_login(guest, RegisterWithLogin(proof=proof))
        goes_on, said = "home", f"You are on the team of {found.practice_name}."
    elif register_member(guest, RegisterMember(proof=proof, password=request.POST.get("password", ""))):
        goes_on, said = "account_login", "You are registered. Sign in to begin."
    else:
        goes_on, said = "account_login", "One step is left: follow the link we mailed to you, then sign in."
    request.session.pop(TYPED, None)
    messages.success(request, said)
    return pages.see_other(reverse(goes_on))


def _signed_in(request: HttpRequest) -> LoginCard | None:
    return open_login(request.user.pk) if request.user.is_authenticated else None


def _register_page(
    request: HttpRequest, typed: dict[str, str], refused: DomainError | None = None
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "values": {field: typed.get(field, "") for field in FIELDS},
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, REGISTER, context, status=refused.status if refused else 200)


def _finish_page(
    request: HttpRequest, found: Registration, login: LoginCard | None, refused: DomainError | None = None
) -> HttpResponse:
    if found.own:
        mode = "elsewhere" if found.elsewhere else "ready"
    elif login is not None:
        mode = "other"
    else:
        mode = "sign_in" if found.has_login else "new"
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context: dict[str, Any] = {
        "mode": mode,
        "found": found,
        "practice_name": found.practice_name,
        "signed_in": login,
        "go_on": f"{reverse('account_login')}?next={request.path}",
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
        "elsewhere": OnAnotherTeam.message,
    }
    return pages.page(request, FINISH, context, status=refused.status if refused else 200)


routes = [
    path("register/", register, name="register"),
    path("register/finish/", finish, name="register-finish"),
    path("register/<str:code>/", link, name="register-link"),
]
