"""Settings: the practice's own, and everybody's API tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.lifecycle.mail import RequeueMail, requeue_mail
from kinfold.domain.lifecycle.queries import ListMailTroubles, list_mail_troubles
from kinfold.domain.practices.places import countries, time_zones
from kinfold.domain.team.commands.practice import ChangePractice, change_practice
from kinfold.domain.team.commands.tokens import (
    CreateToken,
    NewToken,
    RevokeToken,
    create_token,
    revoke_token,
)
from kinfold.domain.team.queries.settings import (
    GetPractice,
    ListTokens,
    PracticeSettings,
    get_practice,
    list_tokens,
)

from . import pages
from .identity.gates import confirmed

PRACTICE = "pages/settings/practice.html"
TOKENS = "pages/settings/tokens.html"


@require_http_methods(["GET", "POST"])
@pages.signed_in
def settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The practice's settings."""
    now = get_practice(actor, GetPractice())
    if request.method == "GET":
        return _practice_page(request, actor, now, now)
    on = set(request.POST.getlist("switch"))
    wanted = ChangePractice(
        version=pages.version(request),
        name=request.POST.get("name", ""),
        support_email=request.POST.get("support_email", ""),
        time_zone=request.POST.get("time_zone", ""),
        country=request.POST.get("country", ""),
        clients_need_email="clients_need_email" in on,
        supervision="supervision" in on,
        # Who may not decide this is shown it and cannot tick it, so browsers do not send it.
        direct_charts="direct_charts" in on if now.may_decide_as_owner else now.direct_charts,
        initial_passwords="initial_passwords" in on if now.may_decide_as_owner else now.initial_passwords,
    )
    try:
        change_practice(actor, wanted, once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _practice_page(request, actor, now, wanted, refused)
    pages.toast(request, "The settings are saved.")
    return pages.see_other(reverse("settings"))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def tokens(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own API tokens."""
    return _make_token(request, actor) if request.method == "POST" else _tokens_page(request, actor)


@confirmed
def _make_token(request: HttpRequest, actor: Actor) -> HttpResponse:
    days = request.POST.get("days", "")
    try:
        made = create_token(
            actor,
            CreateToken(
                name=request.POST.get("name", ""),
                scopes=tuple(request.POST.getlist("scopes")),
                days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
                key=pages.form_key(request) or "",
            ),
        )
    except (InvalidInput, Conflict) as refused:
        return _tokens_page(request, actor, refused=refused)
    return _tokens_page(request, actor, made=made)


@require_POST
@pages.signed_in
def token_revoke(request: HttpRequest, actor: Actor, token_id: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    revoke_token(actor, RevokeToken(token_id=token_id), once=pages.form_key(request))
    pages.toast(request, "The token is revoked. It no longer works.")
    return pages.see_other(reverse("tokens"))


@require_POST
@pages.signed_in
def mail_again(request: HttpRequest, actor: Actor, mail_id: UUID) -> HttpResponse:
    """Try a mail again that was given up."""
    requeue_mail(actor, RequeueMail(mail_id=mail_id), once=pages.form_key(request))
    pages.toast(request, "The mail is on its way again.")
    return pages.see_other(reverse("settings"))


def _practice_page(
    request: HttpRequest,
    actor: Actor,
    now: PracticeSettings,
    shown: PracticeSettings | ChangePractice,
    refused: InvalidInput | Conflict | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    switches = [
        {
            "name": "supervision",
            "label": "Supervision",
            "hint": "Supervisors see the clients of the people they supervise, for as long as they supervise them.",
            "on": shown.supervision,
            "disabled": False,
        },
        {
            "name": "direct_charts",
            "label": "Direct clients' records for administrators",
            "hint": (
                "Owners and administrators may open the records of therapists' direct clients. "
                "Only an owner decides this, and every opening is on record."
            ),
            "on": shown.direct_charts,
            "disabled": not now.may_decide_as_owner,
        },
        {
            "name": "clients_need_email",
            "label": "Every client needs an email address",
            "hint": "Turn this off for children and elders, or for files without addresses.",
            "on": shown.clients_need_email,
            "disabled": False,
        },
        {
            "name": "initial_passwords",
            "label": "First passwords from files",
            "hint": (
                "A file of new clients may bring a first password for each. It is never shown, and opens nothing by "
                "itself: with it a client is mailed a registration code, and chooses another. Turned off, those that "
                "came end. Only an owner decides this."
            ),
            "on": shown.initial_passwords,
            "disabled": not now.may_decide_as_owner,
        },
    ]
    context = {
        "values": {
            "name": shown.name,
            "support_email": shown.support_email,
            "time_zone": shown.time_zone,
            "country": shown.country,
        },
        "time_zones": _offered(time_zones(), now.time_zone),
        "countries": countries(),
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "switches": switches,
        "slug": now.slug,
        "version": now.version,
        "tabs": pages.settings_tabs(actor, "settings"),
        "lost_mail": list_mail_troubles(actor, ListMailTroubles()),
    }
    return pages.page(request, PRACTICE, context, status=refused.status if refused else 200)


def _offered(zones: tuple[tuple[str, str], ...], current: str) -> tuple[tuple[str, str], ...]:
    """The zones to choose from, with the current one even if it is an older name of one of them."""
    return zones if any(zone == current for zone, _ in zones) else ((current, current), *zones)


def _tokens_page(
    request: HttpRequest,
    actor: Actor,
    *,
    made: NewToken | None = None,
    refused: InvalidInput | Conflict | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    typed = request.POST if refused else {}
    context: dict[str, Any] = {
        "tokens": list_tokens(actor, ListTokens()),
        "secret": made.token if made else "",
        "scopes": [
            {"value": permission.value, "label": permission.sentence, "hint": permission.value}
            for permission in Permission
            if permission in actor.permissions
        ],
        "values": {
            "name": typed.get("name", ""),
            "scopes": request.POST.getlist("scopes") if refused else [],
            "days": typed.get("days", "90"),
        },
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "tabs": pages.settings_tabs(actor, "tokens"),
    }
    status = refused.status if refused else 200
    return pages.page(request, TOKENS, context, status=status)


routes = [
    path("settings/", settings, name="settings"),
    path("settings/mail/<uuid:mail_id>/again/", mail_again, name="mail-again"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", token_revoke, name="token-revoke"),
]
