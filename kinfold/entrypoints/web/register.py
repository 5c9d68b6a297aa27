"""Registering with a code: pages for members, clients and guardians whom a practice added before they have a login.

One address for all of them, since it says of nobody what they are to the practice. A code tells which questions fit it;
what is sent tells which were answered. Opening the mailed link changes nothing, since mail scanners open links; it puts
the code into the session, so that it leaves the address, and only the last button uses it up (SPEC 8.14).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.commands.first_passwords import FirstSignIn, sign_in_first
from kinfold.domain.clients.commands.registering import (
    RegisterClient,
    RegisterClientWithLogin,
    register_client,
    register_client_with_login,
)
from kinfold.domain.clients.queries.registration import (
    ClientRegistration,
    OpenClientRegistration,
    open_client_registration,
)
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.identity.errors import CodeMistyped, CodeRefused
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.identity.queries import LoginCard, open_login
from kinfold.domain.identity.registration_codes import kind_of
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.registering import (
    RegisterMember,
    RegisterWithLogin,
    register_member,
    register_with_login,
)
from kinfold.domain.team.errors import OnAnotherTeam
from kinfold.domain.team.queries.registration import OpenRegistration, Registration, open_registration
from kinfold.domain.team.registration import KIND as MEMBER
from kinfold.domain.team.registration import Proof, guest_with_code

from . import pages, place
from .days import BORN, MONTHS, birth_date
from .identity import new_passkey
from .identity.sign_in import sign_in
from .identity.tries import address_of
from .jinja import day

REGISTER = "pages/register.html"
FINISH = "pages/register_finish.html"
FINISH_CLIENT = "pages/register_client.html"
FIRST_PASSWORD = "pages/first_password.html"  # noqa: S105 - the name of a page
TYPED: Final = "registering"
FIELDS: Final = ("code", "last_name", "email")
CLIENT_FIELDS: Final = ("code", *BORN)
TEAM: Final = "team"


class OtherQuestions(DomainError):
    """A code was sent with the answers to questions that it is not for; the page asks the others."""

    code = "other-questions"
    status = 422

    def __init__(self, *, team: bool) -> None:
        super().__init__(
            "This code is for joining a team. Enter your last name and your email address."
            if team
            else "This code is about care. Enter the date of birth of the person in care."
        )


@require_GET
def link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of the mail."""
    request.session[TYPED] = {"code": code[:40]}
    return pages.see_other(reverse("register"))


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Step one: the code, and a client's date of birth or a member's last name and e-mail address."""
    if request.method == "GET":
        known = {"email": login.email} if (login := _signed_in(request)) else {}
        typed = {**known, **request.session.get(TYPED, {})}
        return _register_page(request, typed, team=_is_of_the_team(request, typed.get("code", "")))
    team = BORN[0] not in request.POST
    typed = {field: request.POST.get(field, "")[:300] for field in (FIELDS if team else CLIENT_FIELDS)}
    if _asks_wrongly(typed["code"], team=team):
        return _register_page(request, {"code": typed["code"]}, OtherQuestions(team=not team), team=not team)
    try:
        if team:
            guest_with_code(Proof(**typed), whence=address_of(request))
        else:
            guest_with_client_code(_client_proof(typed), whence=address_of(request))
    except (InvalidInput, CodeRefused, SlowDown) as refused:
        return _register_page(request, typed, refused, team=team)
    request.session[TYPED] = typed
    return pages.see_other(reverse("register-finish"))


@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """For clients whom the practice gave a first password: a code is mailed to them, and nothing is said here."""
    if request.method == "GET":
        return pages.page(request, FIRST_PASSWORD, {"email": "", "errors": {}, "problem": "", "sent": False})
    email = request.POST.get("email", "")[:300]
    wanted = FirstSignIn(email=email, password=request.POST.get("password", "")[:300])
    refused: InvalidInput | SlowDown | None = None
    try:
        sign_in_first(wanted, whence=address_of(request))
    except (InvalidInput, SlowDown) as error:
        refused = error
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "email": email,
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
        "sent": refused is None,
    }
    return pages.page(request, FIRST_PASSWORD, context, status=refused.status if refused else 200)


@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest) -> HttpResponse:
    """Step two: a password for a new login, or the login that one is signed in with."""
    typed = request.session.get(TYPED, {})
    if set(typed) == set(CLIENT_FIELDS):
        return _finish_client(request, typed)
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
        return _register_page(request, typed, refused, team=True)
    except (InvalidInput, Conflict) as refused:
        return _finish_page(request, found, login, refused)
    return _finish_page(request, found, login)


def _finish_client(request: HttpRequest, typed: dict[str, str]) -> HttpResponse:
    """The same for a client or a guardian, who is signed in to the client's own page at the end."""
    proof = _client_proof(typed)
    login = _signed_in(request)
    try:
        guest = guest_with_client_code(
            proof, whence=address_of(request), login_id=login.id if login else None
        )
        place.enter(guest)
        found = open_client_registration(guest, OpenClientRegistration(proof=proof))
        if request.method == "POST":
            return _open_own_page(request, guest, proof, found)
    except (CodeMistyped, CodeRefused, SlowDown) as refused:
        return _register_page(request, typed, refused, team=False)
    except (InvalidInput, Conflict) as refused:
        return _finish_client_page(request, found, login, refused)
    return _finish_client_page(request, found, login)


def _open_own_page(
    request: HttpRequest, guest: Actor, proof: ClientProof, found: ClientRegistration
) -> HttpResponse:
    if guest.login_id is not None:
        client_id = register_client_with_login(guest, RegisterClientWithLogin(proof=proof))
        request.session.pop(TYPED, None)
        if found.since:  # the page opens on a later day
            pages.toast(
                request, f"You are registered, and act for {found.acts_for} from {day(found.since)} on."
            )
            return pages.see_other(reverse("my"))
        return pages.see_other(reverse("my-record", kwargs={"client_id": client_id}))
    password = request.POST.get("password", "")
    passkey = new_passkey.made(request, found.email)
    wanted = RegisterClient(
        proof=proof, password=password, email=request.POST.get("email", "")[:300], passkey=passkey
    )
    done = register_client(guest, wanted)
    request.session.pop(TYPED, None)
    if done.login_id is not None and passkey is not None:
        return new_passkey.sign_in(request, done.login_id, found.email)
    if done.login_id is not None:
        return sign_in(request, found.email, password, reverse("my"))
    messages.success(request, "One step is left: follow the link we mailed to you, then sign in.")
    return pages.see_other(reverse("account_login"))


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


def _client_proof(typed: Mapping[str, str]) -> ClientProof:
    return ClientProof(code=typed["code"], birth_date=birth_date(typed))


def _is_of_the_team(request: HttpRequest, code: str) -> bool:
    """Whether the questions for members fit: by the code, or by what somebody who has none yet says."""
    wanted = request.GET.get("as", "")
    try:
        return wanted == TEAM if wanted or not code else kind_of(code) == MEMBER
    except CodeMistyped:
        return False


def _asks_wrongly(code: str, *, team: bool) -> bool:
    """Whether a code is known to be for the other questions: most type it where nothing said yet what they are."""
    try:
        kind = kind_of(code)
    except CodeMistyped:
        return False
    return bool(kind) and (kind == MEMBER) is not team


def _register_page(
    request: HttpRequest, typed: dict[str, str], refused: DomainError | None = None, *, team: bool
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "team": team,
        "months": MONTHS,
        "values": {field: typed.get(field, "") for field in (*FIELDS, *BORN)},
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, REGISTER, context, status=refused.status if refused else 200)


def _finish_client_page(
    request: HttpRequest,
    found: ClientRegistration,
    login: LoginCard | None,
    refused: DomainError | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    mode = "ready" if login else "sign_in" if found.has_login else "new"
    context: dict[str, Any] = {
        "mode": mode,
        "passkey": new_passkey.ask_for(request, found.email, found.name)
        if mode == "new" and found.proved
        else None,
        "found": found,
        "practice_name": found.practice_name,
        "signed_in": login,
        "email": request.POST.get("email", ""),
        "go_on": f"{reverse('account_login')}?next={request.path}",
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, FINISH_CLIENT, context, status=refused.status if refused else 200)


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
    path("register/first-password/", first_password, name="first-password"),
    path("register/finish/", finish, name="register-finish"),
    path("register/<str:code>/", link, name="register-link"),
]
