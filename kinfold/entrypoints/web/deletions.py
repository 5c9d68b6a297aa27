"""Records on their way out: what is planned, who is gone, legal holds, and how long records are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.records.commands.deleting import KeepClients, keep_clients
from kinfold.domain.records.commands.holding import HoldRecord, LiftHold, hold_record, lift_hold
from kinfold.domain.records.commands.retention import ChangeRetention, change_retention
from kinfold.domain.records.queries.deletions import ListDeleted, ListPlanned, list_deleted, list_planned
from kinfold.domain.records.queries.retention import GetRetention, get_retention
from kinfold.domain.records.retention import Rule

from . import pages
from .client_deletion import a_number, rule_in_words

NUMBERS = ("adult_years", "minor_years", "majority")


@require_GET
@pages.signed_in
def deletions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Whose deletion is planned, and who was deleted."""
    planned = list_planned(actor, ListPlanned(after=pages.a_uuid(request.GET.get("after", ""))))
    deleted = list_deleted(actor, ListDeleted(after=pages.a_uuid(request.GET.get("gone_after", ""))))
    context = {
        "clients_url": reverse(pages.clients_route(actor)),
        "planned": planned,
        "deleted": deleted,
        "rule": rule_in_words(planned.rule),
    }
    return pages.page(request, "pages/records/deletions.html", context)


@require_POST
@pages.signed_in
def keep(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take planned deletions back."""
    wanted = KeepClients(client_ids=pages.uuids(request.POST.getlist("client")))
    try:
        keep_clients(actor, wanted, once=pages.form_key(request))
    except (Conflict, InvalidInput) as refused:
        pages.warn(request, pages.sentence(refused))
    else:
        pages.toast(request, "The deletion is taken back. The client stays archived.")
    return pages.see_other(pages.safe_next(request, reverse("deletions")))


@require_POST
@pages.signed_in
def hold(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """Put a client's record under a legal hold, or lift it."""
    reason, once = request.POST.get("reason", ""), pages.form_key(request)
    lifting = request.POST.get("do") == "lift"
    try:
        if lifting:
            lift_hold(actor, LiftHold(client_id=client_id, reason=reason), once=once)
        else:
            hold_record(actor, HoldRecord(client_id=client_id, reason=reason), once=once)
    except (Conflict, InvalidInput) as refused:
        pages.warn(request, pages.sentence(refused))
    else:
        pages.toast(request, "The legal hold is lifted." if lifting else "The record is under a legal hold.")
    return pages.see_other(reverse("client", kwargs={"client_id": client_id}))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def retention(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How long records are kept."""
    if request.method == "GET":
        return _retention(request, actor)
    typed = {name: a_number(request.POST.get(name, "")) for name in NUMBERS}
    read = tuple(a_number(request.POST.get(f"was_{name}", "")) or 0 for name in NUMBERS)
    try:
        change_retention(
            actor,
            ChangeRetention(
                **{name: -1 if value is None else value for name, value in typed.items()},
                instead_of=(read[0], read[1], read[2]),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict) as refused:
        return _retention(request, actor, refused)
    pages.toast(request, "Saved. What is planned already follows the new rule.")
    return pages.see_other(reverse("retention"))


def _retention(
    request: HttpRequest, actor: Actor, refused: InvalidInput | Conflict | None = None
) -> HttpResponse:
    found = get_retention(actor, GetRetention())
    held: dict[str, Any] = {name: getattr(found.rule, name) for name in NUMBERS}
    context = {
        "values": {name: request.POST.get(name, "") for name in NUMBERS} if refused else held,
        "read": held,
        "errors": {p.field: p.message for p in refused.problems} if isinstance(refused, InvalidInput) else {},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "history": [
            {"rule": _short(then.rule), "since": then.since, "until": then.until, "by": then.made_by}
            for then in found.history
        ],
        "tabs": pages.settings_tabs(actor, "retention"),
    }
    return pages.page(
        request, "pages/settings/retention.html", context, status=refused.status if refused else 200
    )


def _short(rule: Rule) -> str:
    return f"Adults {rule.adult_years}, minors {rule.majority} and {rule.minor_years} more"


routes = [
    path("clients/deletions/", deletions, name="deletions"),
    path("clients/deletions/keep/", keep, name="deletions-keep"),
    path("clients/<uuid:client_id>/hold/", hold, name="client-hold"),
    path("settings/retention/", retention, name="retention"),
]
