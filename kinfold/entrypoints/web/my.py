"""The client's own page: what clients, and guardians who act for them, see and do. Nothing of the team's is here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotAllowed
from kinfold.domain.own.commands.changing import (
    AskForCorrection,
    ChangeOwnContact,
    WithdrawCorrection,
    ask_for_correction,
    change_own_contact,
    withdraw_correction,
)
from kinfold.domain.own.doorway import actor_for_client, own_pages, planned_pages
from kinfold.domain.own.queries.record import (
    ListOwnSessions,
    OpenOwnRecord,
    OwnRecord,
    list_own_sessions,
    open_own_record,
)

from . import pages, place
from .days import BORN, MONTHS, birth_date, in_page_order

P = ParamSpec("P")
HOME = "pages/my/home.html"
SESSIONS = "pages/my/sessions.html"
CHOOSE = "pages/my/choose.html"
PLANNED = "pages/my/planned.html"
SHOWN: Final = 5


def acting(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page about one client, for those who act for them now; for everybody else it is not there."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, client_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return pages.to_sign_in(request)
        actor = actor_for_client(request.user.pk, client_id)
        place.enter(actor)
        return view(request, actor, *args, **kwargs)

    return guarded


@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """The page of the client one acts for; of several, a choice. Who registered early reads from when on."""
    if not request.user.is_authenticated:
        return pages.to_sign_in(request)
    found = own_pages(request.user.pk)
    if not found and (planned := planned_pages(request.user.pk)):
        return pages.page(request, PLANNED, {"planned": planned})
    if not found:
        raise NotAllowed("You act for no client here now. Ask the practice that gave you a code.")
    if len(found) == 1:
        return pages.see_other(address(found[0].client_id))
    return pages.page(request, CHOOSE, {"own_pages": found})


@require_GET
@acting
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the practice keeps about the client, and who cares for them."""
    return _home(request, actor, editing=request.GET.get("edit", ""))


@require_GET
@acting
def sessions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every session that is over, the newest first."""
    record = open_own_record(actor, OpenOwnRecord())
    after = pages.a_uuid(request.GET.get("after", ""))
    try:
        found = list_own_sessions(actor, ListOwnSessions(past=True, after=after))
    except PlaceGone:  # moved or taken out since: the first page
        found = list_own_sessions(actor, ListOwnSessions(past=True))
    context = {**_frame(request, actor, record), "sessions": found.items, "next": found.next}
    return pages.page(request, SESSIONS, context)


@require_POST
@acting
def contact(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Correct the address and the phone number; it holds at once."""
    wanted = ChangeOwnContact(
        version=pages.version(request),
        email=request.POST.get("email", "")[:300],
        phone=request.POST.get("phone", "")[:100],
    )
    try:
        change_own_contact(actor, wanted, once=pages.form_key(request))
    except (InvalidInput, Conflict, KeyReused) as refused:
        return _home(request, actor, editing="contact", refused=refused)
    pages.toast(request, "Saved. The practice sees it at once.")
    return pages.see_other(address(actor.own_client_id))


@require_POST
@acting
def correction(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for a name or the date of birth to be corrected."""
    typed = request.POST
    wanted = AskForCorrection(
        first_name=typed.get("first_name", "")[:300],
        last_name=typed.get("last_name", "")[:300],
        birth_date=birth_date({name: typed.get(name, "") for name in BORN}),
        why=typed.get("why", ""),
    )
    try:
        ask_for_correction(actor, wanted, once=pages.form_key(request))
    except (InvalidInput, Conflict, KeyReused) as refused:
        return _home(request, actor, editing="correction", refused=refused)
    pages.toast(request, "Sent. The practice answers here.")
    return pages.see_other(address(actor.own_client_id))


@require_POST
@acting
def withdraw(request: HttpRequest, actor: Actor, wish_id: UUID) -> HttpResponse:
    """Take a request back."""
    try:
        withdraw_correction(actor, WithdrawCorrection(wish_id=wish_id))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "Withdrawn. Nothing was changed.")
    return pages.see_other(address(actor.own_client_id))


def address(client_id: UUID) -> str:
    """Where a client's own page is."""
    return reverse("my-record", kwargs={"client_id": client_id})


def _home(
    request: HttpRequest,
    actor: Actor,
    *,
    editing: str = "",
    refused: InvalidInput | Conflict | KeyReused | None = None,
) -> HttpResponse:
    record = open_own_record(actor, OpenOwnRecord())
    coming = list_own_sessions(actor, ListOwnSessions())
    past = list_own_sessions(actor, ListOwnSessions(past=True, limit=SHOWN))
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    errors = in_page_order(problems, ("email", "phone", "first_name", "last_name", "birth_date", "reason"))
    context = {
        **_frame(request, actor, record),
        "coming": tuple(reversed(coming.items)),
        "past": past.items,
        "more": past.next is not None,
        "editing": editing if record.may_change else "",
        "values": _values(request, record),
        "months": MONTHS,
        "waits": any(wish.state == "pending" for wish in record.wishes),
        "errors": errors,
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, HOME, context, status=refused.status if refused else 200)


def _values(request: HttpRequest, record: OwnRecord) -> dict[str, str]:
    """What stands in the forms: what was typed, or what the practice has."""
    born = record.birth_date
    known = {
        "email": record.email,
        "phone": record.phone,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "why": "",
        "birth_month": str(born.month) if born else "",
        "birth_day": str(born.day) if born else "",
        "birth_year": str(born.year) if born else "",
    }
    return {name: request.POST.get(name, value) for name, value in known.items()}


def _frame(request: HttpRequest, actor: Actor, record: OwnRecord) -> dict[str, Any]:
    """What each of these pages shows at the top."""
    every = own_pages(request.user.pk) if request.user.is_authenticated else ()
    return {
        "record": record,
        "practice_name": actor.practice_name,
        "support_email": actor.support_email,
        "others": [page for page in every if page.client_id != record.client_id],
        "who": actor.name,
    }


routes = [
    path("my/", my, name="my"),
    path("my/<uuid:client_id>/", home, name="my-record"),
    path("my/<uuid:client_id>/sessions/", sessions, name="my-sessions"),
    path("my/<uuid:client_id>/contact/", contact, name="my-contact"),
    path("my/<uuid:client_id>/corrections/", correction, name="my-corrections"),
    path("my/<uuid:client_id>/corrections/<uuid:wish_id>/withdraw/", withdraw, name="my-correction-withdraw"),
]
