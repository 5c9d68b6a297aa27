"""Supervision: who supervises whom, naming a supervisor, and ending it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.queries.team import ListTitles, list_titles
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.team.commands.supervision import (
    EndSupervision,
    MakePrimary,
    StartSupervision,
    end_supervision,
    make_primary,
    start_supervision,
)
from kinfold.domain.team.queries.listing import Window
from kinfold.domain.team.queries.members import (
    GetMember,
    ListNames,
    SupervisionRow,
    get_member,
    list_names,
)
from kinfold.domain.team.queries.supervision import (
    FindSupervision,
    ListSupervision,
    SupervisionPage,
    find_supervision,
    list_supervision,
)

from . import pages, place
from .identity.gates import confirmed

LIST = "pages/supervision/list.html"
START = "pages/supervision/start.html"
END = "pages/supervision/end.html"
KINDS = (("primary", "Primary"), ("secondary", "Secondary"))


@require_GET
@pages.signed_in
def supervision(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who supervises whom: of the practice, or of one's own supervisees."""
    return _list(request, actor, request.GET, "")


@require_POST
@pages.signed_in
def search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched. It is a POST, so that no person's name stands in an address."""
    return _list(request, actor, request.POST, request.POST.get("q", "")[:200])


@require_http_methods(["GET", "POST"])
@pages.signed_in
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Name a supervisor, from today or a later day on, until a day if one is given."""
    admit(actor, Permission.SUPERVISION_MANAGE, "supervision-start")
    if request.method == "POST":
        return _start(request, actor)
    return _start_form(request, actor, {"member": request.GET.get("member", "")})


@confirmed
def _start(request: HttpRequest, actor: Actor) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in ("member", "supervisor", "kind", "since", "until")}
    try:
        member_id = _chosen(typed["member"], "supervisee_id", "Choose who is supervised.")
        start_supervision(
            actor,
            StartSupervision(
                supervisor_id=_chosen(typed["supervisor"], "supervisor_id", "Choose a supervisor."),
                supervisee_id=member_id,
                kind=typed["kind"],
                since=place.midnight(actor, typed["since"], "since"),
                until=place.midnight(actor, typed["until"], "until", after=1),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, Conflict) as refused:
        return _start_form(request, actor, typed, refused)
    pages.toast(request, "The supervisor is named.")
    return pages.see_other(_back(request, member_id))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def end(request: HttpRequest, actor: Actor, supervision_id: UUID) -> HttpResponse:
    """End a supervision, now or after a day."""
    found = find_supervision(actor, FindSupervision(supervision_id=supervision_id))
    typed = request.POST.get("last_day", "")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            at = place.midnight(actor, typed, "at", after=1)
            end_supervision(
                actor, EndSupervision(supervision_id=supervision_id, at=at), once=pages.form_key(request)
            )
        except InvalidInput as refused:
            errors = {"last_day": pages.sentence(refused)}
        except Conflict as refused:
            pages.warn(request, refused.message)
            return pages.see_other(_back(request, found.supervisee_id))
        else:
            pages.toast(request, "The supervision ends that day." if typed else "The supervision has ended.")
            return pages.see_other(_back(request, found.supervisee_id))
    context = {
        "supervision": found,
        "last_day": typed,
        "errors": errors,
        "back": request.POST.get("back", "") or request.GET.get("back", ""),
    }
    return pages.page(request, END, context, status=422 if errors else 200)


def period(row: SupervisionRow) -> dict[str, Any]:
    """A supervision for a page, which names its last day and not the midnight after it."""
    return {
        "id": row.id,
        "member_id": row.member_id,
        "name": row.name,
        "kind": row.kind,
        "since": row.since,
        "last_day": row.until - timedelta(microseconds=1) if row.until else None,
        "begun": row.begun,
    }


def _list(request: HttpRequest, actor: Actor, asked: QueryDict, typed: str) -> HttpResponse:
    missing = asked.get("show", "") == "missing"
    supervisor_id = pages.a_uuid(asked.get("supervisor", ""))
    found = list_supervision(
        actor,
        ListSupervision(
            missing=missing,
            supervisor_id=supervisor_id,
            search=typed,
            window=Window(
                after=pages.a_uuid(asked.get("after", "")), before=pages.a_uuid(asked.get("before", ""))
            ),
        ),
    )
    params = {
        "show": "missing" if missing else "",
        "supervisor": str(supervisor_id) if supervisor_id else "",
    }
    context = {
        "rows": [
            {"member": row, "supervision": [period(each) for each in row.supervision]}
            for row in found.page.rows
        ],
        "titles": list_titles(actor, ListTitles(member_ids=tuple(row.id for row in found.page.rows))),
        "found": found,
        "views": _views(found, missing=missing),
        "filters": _filters(found, params["supervisor"]),
        "params": params,
        "q": typed,
        "page": {
            "total": found.page.total,
            "start": found.page.start,
            "shown": len(found.page.rows),
            "next": found.page.next,
            "previous": found.page.previous,
        },
        "may": {
            "manage": found.manages,
            "open": actor.manages_users and actor.may(Permission.MEMBERS_READ),
            "switch": actor.may(Permission.PRACTICE_CHANGE),
        },
    }
    return pages.page(request, LIST, context, block="rows")


def _views(found: SupervisionPage, *, missing: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "hint": hint,
            "href": reverse("supervision") + query,
            "count": count,
            "current": current,
        }
        for label, hint, query, count, current in (
            ("Everyone", "Supervised, or needing it", "", found.total, not missing),
            ("No supervisor", "A role of theirs requires one", "?show=missing", found.missing, missing),
        )
    ]


def _filters(found: SupervisionPage, value: str) -> list[dict[str, Any]]:
    """One's own supervisees need no filter by oneself."""
    if not found.manages:
        return []
    options = [{"value": str(one.id), "label": one.name} for one in found.supervisors]
    known = value if any(option["value"] == value for option in options) else ""
    return [{"name": "supervisor", "label": "Supervisor", "value": known, "options": options}]


def _start_form(
    request: HttpRequest,
    actor: Actor,
    typed: dict[str, str],
    refused: InvalidInput | Conflict | None = None,
) -> HttpResponse:
    member_id = pages.a_uuid(typed["member"])
    card = get_member(actor, GetMember(member_id=member_id)) if member_id else None
    has_primary = card is not None and any(row.kind == "primary" for row in card.supervisors)
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    fields = {"supervisee_id": "member", "supervisor_id": "supervisor"}
    context = {
        "member": card.member if card else None,
        "supervisors": [period(row) for row in card.supervisors] if card else [],
        "people": [(found.id, found.name) for found in list_names(actor, ListNames())] if not card else [],
        "candidates": [
            (found.id, found.name)
            for found in list_names(actor, ListNames(supervisors=True))
            if found.id != member_id
        ],
        "kinds": KINDS,
        "values": {
            "supervisor": "",
            "kind": "secondary" if has_primary else "primary",
            "since": "",
            "until": "",
            **typed,
        },
        "errors": {fields.get(problem.field, problem.field): problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "back": request.POST.get("back", "") or request.GET.get("back", ""),
    }
    return pages.page(request, START, context, status=refused.status if refused else 200)


def _chosen(typed: str, field: str, sentence: str) -> UUID:
    chosen = pages.a_uuid(typed)
    if chosen is None:
        raise InvalidInput.one(field, sentence)
    return chosen


def _back(request: HttpRequest, member_id: UUID) -> str:
    """To the member's page for those who came from there."""
    if request.POST.get("back", "") == "member":
        return reverse("member", kwargs={"member_id": member_id})
    return reverse("supervision")


@require_POST
@pages.signed_in
def primary(request: HttpRequest, actor: Actor, supervision_id: UUID) -> HttpResponse:
    """Make a secondary supervisor the primary one."""
    admit(actor, Permission.SUPERVISION_MANAGE, "supervision-primary")
    found = find_supervision(actor, FindSupervision(supervision_id=supervision_id))
    try:
        make_primary(actor, MakePrimary(supervision_id=supervision_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
    else:
        pages.toast(request, f"{found.supervisor} is the primary supervisor of {found.supervisee} now.")
    return pages.see_other(_back(request, found.supervisee_id))


routes = [
    path("supervision/", supervision, name="supervision"),
    path("supervision/search/", search, name="supervision-search"),
    path("supervision/start/", start, name="supervision-start"),
    path("supervision/<uuid:supervision_id>/primary/", primary, name="supervision-primary"),
    path("supervision/<uuid:supervision_id>/end/", end, name="supervision-end"),
]
