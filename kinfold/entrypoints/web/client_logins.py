"""Who acts for a client: guardians, the client's own login, and what they want corrected."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.guardians import (
    AddGuardian,
    EndActing,
    SendGuardianCode,
    ViewGuardianCode,
    add_guardian,
    end_acting,
    send_guardian_code,
    view_guardian_code,
)
from kinfold.domain.clients.queries.logins import GetClientLogins, get_client_logins
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, open_client
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound
from kinfold.domain.own.commands.answering import (
    AcceptCorrection,
    DeclineCorrection,
    accept_correction,
    decline_correction,
)
from kinfold.domain.own.queries.wishes import ListCorrections, list_corrections

from . import pages, place
from .identity.gates import confirmed

GUARDIAN = "pages/clients/guardian.html"
LETTERS = "pages/clients/letters.html"
RELATIONSHIPS: Final = (
    ("parent", "Parent"),
    ("guardian", "Legal guardian"),
    ("caregiver", "Caregiver"),
    ("other", "Somebody they trust"),
)
TYPED: Final = ("full_name", "email", "relationship", "since", "until")


@require_http_methods(["GET", "POST"])
@pages.signed_in
@confirmed
def guardian(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """Let somebody act for the client."""
    admit(actor, Permission.CLIENTS_REGISTER, "client-guardian")
    card = open_client(actor, OpenClient(client_id=client_id))
    if card.profile is None:
        raise NotFound
    if request.method == "GET":
        return _page(request, card)
    posted = request.POST
    try:
        add_guardian(
            actor,
            AddGuardian(
                client_id=client_id,
                full_name=posted.get("full_name", ""),
                email=posted.get("email", ""),
                relationship=posted.get("relationship", ""),
                since=place.midnight(actor, posted.get("since", ""), "since"),
                until=place.midnight(actor, posted.get("until", ""), "until", after=1),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict) as refused:
        return _page(request, card, refused)
    pages.toast(request, "A registration code is on its way to them.")
    return pages.see_other(_client(client_id))


@require_POST
@pages.signed_in
def send_code(request: HttpRequest, actor: Actor, client_id: UUID, acting_id: UUID) -> HttpResponse:
    """Mail a guardian a fresh code."""
    admit(actor, Permission.CLIENTS_REGISTER, "client-acting-code")
    try:
        send_guardian_code(
            actor, SendGuardianCode(acting_id=acting_id, client_id=client_id), once=pages.form_key(request)
        )
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "A fresh code is on its way. The one before no longer works.")
    return pages.see_other(_client(client_id))


@require_POST
@pages.signed_in
@confirmed
def letter(request: HttpRequest, actor: Actor, client_id: UUID, acting_id: UUID) -> HttpResponse:
    """A guardian's code as a letter, to print or hand over. Each look makes a fresh code."""
    admit(actor, Permission.CLIENTS_REGISTER, "client-acting-letter")
    try:
        shown = view_guardian_code(actor, ViewGuardianCode(acting_id=acting_id, client_id=client_id))
    except Conflict as refused:
        pages.warn(request, refused.message)
        return pages.see_other(_client(client_id))
    context = {
        "codes": [
            {
                "client_id": shown.acting_id,
                "first_name": shown.full_name,
                "last_name": "",
                "address": (),
                "code": shown.code,
                "expires_at": shown.expires_at,
            }
        ],
        "guardian": True,
        "back": _client(client_id),
        "practice_name": actor.practice_name,
        "page": request.build_absolute_uri(reverse("register")),
    }
    return pages.page(request, LETTERS, context)


@require_POST
@pages.signed_in
@confirmed
def end(request: HttpRequest, actor: Actor, client_id: UUID, acting_id: UUID) -> HttpResponse:
    """End that somebody acts for the client."""
    admit(actor, Permission.CLIENTS_REGISTER, "client-acting-end")
    try:
        end_acting(actor, EndActing(acting_id=acting_id, client_id=client_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, "They can no longer open this client's page.")
    return pages.see_other(_client(client_id))


@require_POST
@pages.signed_in
def correction(request: HttpRequest, actor: Actor, wish_id: UUID) -> HttpResponse:
    """Accept or decline what a client wants corrected."""
    admit(actor, Permission.CLIENTS_CHANGE, "client-correction")
    back = pages.safe_next(request, f"{reverse('manage-clients')}?show=pending")
    once = pages.form_key(request)
    try:
        if request.POST.get("do") == "accept":
            version = pages.version(request) if "version" in request.POST else None
            accept_correction(actor, AcceptCorrection(wish_id=wish_id, version=version), once=once)
            pages.toast(request, "Corrected as the client asked.")
        else:
            answer = request.POST.get("answer", "")
            decline_correction(actor, DeclineCorrection(wish_id=wish_id, answer=answer), once=once)
            pages.toast(request, "Declined. The record stays as it is.")
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, pages.sentence(refused))
    return pages.see_other(back)


def logins_of(actor: Actor, card: ClientCard) -> dict[str, Any] | None:
    """What a client's page says of their registration and of who acts for them; None without their profile."""
    if card.profile is None:
        return None
    found = get_client_logins(actor, GetClientLogins(client_id=card.id))
    may = card.status == "active" and actor.may(Permission.CLIENTS_REGISTER)
    corrects = actor.may(Permission.CLIENTS_CHANGE)
    return {
        "registration": found.registration,
        "code_until": found.code_until,
        "acting": [row for row in found.acting if row.state != "ended"],
        "ended": [row for row in found.acting if row.state == "ended"],
        "may": may,
        "may_end": actor.may(Permission.CLIENTS_REGISTER),
        "corrections": list_corrections(actor, ListCorrections(client_id=card.id)) if corrects else (),
    }


def _page(
    request: HttpRequest, card: ClientCard, refused: InvalidInput | Conflict | KeyReused | None = None
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "client": card,
        "values": {name: request.POST.get(name, "") for name in TYPED},
        "relationships": RELATIONSHIPS,
        "today": place.today().isoformat(),
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
        "clients_url": reverse(pages.clients_route(request.actor)),  # type: ignore[attr-defined]
    }
    return pages.page(request, GUARDIAN, context, status=refused.status if refused else 200)


def _client(client_id: UUID) -> str:
    return reverse("client", kwargs={"client_id": client_id})


routes = [
    path("clients/<uuid:client_id>/guardian/", guardian, name="client-guardian"),
    path("clients/<uuid:client_id>/acting/<uuid:acting_id>/code/", send_code, name="client-acting-code"),
    path("clients/<uuid:client_id>/acting/<uuid:acting_id>/letter/", letter, name="client-acting-letter"),
    path("clients/<uuid:client_id>/acting/<uuid:acting_id>/end/", end, name="client-acting-end"),
    path("clients/corrections/<uuid:wish_id>/", correction, name="client-correction"),
]
