"""Billing: what of each session is billed, for those who bill, and for clinicians their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.queries.lines import ListBillingLines, list_billing_lines
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.kernel import clock
from kinfold.domain.team.queries.members import ListNames, list_names

from . import pages
from .jinja import url

LIST = "pages/billing/list.html"
MONTHS_BACK: Final = 12


@require_GET
@pages.signed_in
def billing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines, the newest first; of one clinician or one month where that is chosen."""
    member_id = pages.a_uuid(request.GET.get("clinician", ""))
    months = _months(clock.today(actor.time_zone))
    month = request.GET.get("month", "")
    chosen = next((first for first in months if _key(first) == month), None)
    wanted = ListBillingLines(
        member_id=member_id,
        since=clock.midnight(chosen, actor.time_zone) if chosen else None,
        until=clock.midnight(_after(chosen), actor.time_zone) if chosen else None,
        after=pages.a_uuid(request.GET.get("after", "")),
    )
    try:
        found = list_billing_lines(actor, wanted)
    except PlaceGone:
        found = list_billing_lines(actor, replace(wanted, after=None))
    everybody = actor.may(Permission.BILLING_ALL)
    params = {"show": "", "clinician": str(member_id or ""), "month": _key(chosen) if chosen else ""}
    context: dict[str, Any] = {
        "base_url": url("billing"),
        "lines": found.lines,
        "page": {"next": found.next, "previous": None},
        "params": params,
        "filters": [
            pages.list_filter(
                "month", "Month", params["month"], [(_key(first), f"{first:%B %Y}") for first in months]
            ),
            *(_clinicians(actor, params["clinician"]) if everybody else []),
        ],
        "everybody": everybody,
        "opens": actor.may(Permission.SESSIONS_SEE),
    }
    return pages.page(request, LIST, context)


def _clinicians(actor: Actor, value: str) -> list[dict[str, Any]]:
    if not actor.may(Permission.MEMBERS_NAMES):
        return []
    names = list_names(actor, ListNames(everyone=True))
    return [pages.list_filter("clinician", "Clinician", value, [(str(one.id), one.name) for one in names])]


def _months(today: date) -> list[date]:
    """The first days of this month and of those before it, a year back."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_BACK:
        before = months[-1]
        months.append(
            before.replace(month=before.month - 1)
            if before.month > 1
            else before.replace(year=before.year - 1, month=12)
        )
    return months


def _after(first: date) -> date:
    """The first day of the month after."""
    return first.replace(month=first.month + 1) if first.month < 12 else date(first.year + 1, 1, 1)


def _key(first: date) -> str:
    return f"{first:%Y-%m}"


routes = [path("billing/", billing, name="billing")]
