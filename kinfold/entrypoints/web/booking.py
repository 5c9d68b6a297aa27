"""Booking a session, or recording one that took place: with a client of one's own, or with one whom one meets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.commands.sessions import BookSession, book_session
from kinfold.domain.care.errors import NotMet
from kinfold.domain.care.finding import Finder
from kinfold.domain.care.queries.pickers import (
    ListClinicians,
    ListOwnClients,
    list_clinicians,
    list_own_clients,
)
from kinfold.domain.clients.queries.listing import ClientRow, GetRow, get_row
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound, Problem, TooManyTries

from . import pages, place
from .jinja import url

BOOK = "pages/care/book.html"
FIELDS = (
    "member",
    "starts_at",
    "minutes",
    "service_code",
    "status",
    "own",
    "last_name",
    "email",
    "external_id",
)
HOURS = "%Y-%m-%dT%H:%M"
STATUSES = (
    ("scheduled", "It is booked"),
    ("completed", "It took place"),
    ("no_show", "The client did not come"),
)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def book(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Book session."""
    admit(actor, Permission.SESSIONS_BOOK, "care-new")
    client = client_named(actor, request.POST.get("client", "") or request.GET.get("client", ""))
    if request.method == "GET":
        return _form(request, actor, client, _blank(client))
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        book_session(actor, _data(typed, client), once=pages.form_key(request))
    except InvalidInput as refused:
        errors = {_FIELD.get(problem.field, problem.field): problem.message for problem in refused.problems}
        return _form(request, actor, client, typed, errors, status=refused.status)
    except NotMet as refused:
        return _form(request, actor, client, typed, {"last_name": refused.message}, status=refused.status)
    except (Conflict, KeyReused, TooManyTries) as refused:
        return _form(request, actor, client, typed, problem=refused.message, status=refused.status)
    booked = typed["status"] == "scheduled"
    pages.toast(request, "The session is booked." if booked else "The session is recorded.")
    if client:
        return pages.see_other(url("client", client_id=client.id) + "#sessions")
    return pages.see_other(url("care") + ("" if booked else "?show=past"))


def moment_of(typed: str) -> datetime:
    """The moment that was typed. Raises InvalidInput for what is none."""
    try:
        return datetime.strptime(typed[:16], HOURS).replace(tzinfo=place.zone())
    except ValueError:
        raise InvalidInput.one("starts_at", "Enter a day and a time.") from None


def typed_moment(moment: datetime) -> str:
    """A moment as its field holds it."""
    return moment.astimezone(place.zone()).strftime(HOURS)


def minutes_of(typed: str) -> int:
    """How many minutes were typed; none for what is no number."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0


# What the command calls a field, and what the form does.
_FIELD = {"member_id": "member", "client_id": "own"}


def client_named(actor: Actor, named: str) -> ClientRow | None:
    """The client whom an address or a form names, if it names one. Raises NotFound unless the actor sees them."""
    if not named:
        return None
    client_id = pages.a_uuid(named)
    if client_id is None or not actor.sees_clients:
        raise NotFound
    return get_row(actor, GetRow(client_id=client_id))


def _data(typed: dict[str, str], client: ClientRow | None) -> BookSession:
    problems: list[Problem] = []
    starts_at = datetime.now(place.zone())
    try:
        starts_at = moment_of(typed["starts_at"])
    except InvalidInput as refused:
        problems += refused.problems
    found = Finder(last_name=typed["last_name"], email=typed["email"], external_id=typed["external_id"])
    finding = any((found.last_name, found.email, found.external_id))
    own = client.id if client else pages.a_uuid(typed["own"])
    if own and finding:
        problems.append(Problem("own", "Choose one of your clients, or name somebody else's: not both."))
    if problems:
        raise InvalidInput(problems)
    return BookSession(
        client_id=own,
        find=found if finding else None,
        member_id=pages.a_uuid(typed["member"]),
        starts_at=starts_at,
        minutes=minutes_of(typed["minutes"]),
        service_code=typed["service_code"],
        status=typed["status"],
    )


def _blank(client: ClientRow | None) -> dict[str, str]:
    values = dict.fromkeys(FIELDS, "")
    therapist = str(client.therapist_id) if client and client.therapist_id else ""
    return {**values, "minutes": "50", "status": "scheduled", "member": therapist}


def _form(
    request: HttpRequest,
    actor: Actor,
    client: ClientRow | None,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    clinicians = [(choice.id, choice.name) for choice in list_clinicians(actor, ListClinicians())]
    context: dict[str, Any] = {
        "client": client,
        "back": (f"{client.first_name} {client.last_name}".strip(), url("client", client_id=client.id))
        if client
        else ("Sessions", url("care")),
        "clinicians": clinicians if actor.may(Permission.SESSIONS_MANAGE) else [],
        "takes_none": not clinicians,
        "own_clients": []
        if client
        else [(choice.id, choice.name) for choice in list_own_clients(actor, ListOwnClients())],
        "statuses": STATUSES,
        "values": values,
        "errors": errors or {},
        "problem": problem,
    }
    return pages.page(request, BOOK, context, status=status)


routes = [path("sessions/new/", book, name="care-new")]
