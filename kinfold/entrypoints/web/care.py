"""Sessions: what is to come, what was, whose notes wait; and what is done with one of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.queries.lines import BillingLine, GetBillingLines, get_billing_lines
from kinfold.domain.care.commands.notes import (
    CosignNote,
    SignNote,
    StartNote,
    cosign_note,
    sign_note,
    start_note,
)
from kinfold.domain.care.commands.sessions import (
    ChangeSession,
    ChangeSessionStatus,
    change_session,
    change_session_status,
)
from kinfold.domain.care.queries.listing import (
    CountNotes,
    GetSession,
    ListSessions,
    SessionPage,
    SessionRow,
    SessionView,
    count_notes,
    get_session,
    list_sessions,
)
from kinfold.domain.clients.errors import PlaceGone
from kinfold.domain.clients.queries.pickers import ListTherapists, list_therapists
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound

from . import booking, pages
from .booking import client_named, moment_of, typed_moment
from .jinja import query, url

LIST, SESSION = "pages/care/list.html", "pages/care/session.html"
VIEWS = (
    (SessionView.UPCOMING, "Upcoming"),
    (SessionView.PAST, "Past"),
    (SessionView.TO_FINISH, "Notes to finish"),
    (SessionView.TO_COSIGN, "To co-sign"),
)
STATUSES = (
    ("scheduled", "Scheduled"),
    ("completed", "Completed"),
    ("no_show", "No-show"),
    ("cancelled", "Cancelled"),
)
DONE = {
    "completed": "The session is completed.",
    "no_show": "The session is marked as a no-show.",
    "cancelled": "The session is cancelled.",
}


@require_GET
@pages.signed_in
def sessions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list, in its views."""
    asked = request.GET
    view = asked.get("show", "")
    statuses = dict(STATUSES)
    client = client_named(actor, asked.get("client", ""))
    views = SessionView(view) if view in dict(VIEWS) else SessionView.UPCOMING
    wanted = ListSessions(
        view=SessionView.ALL if client else views,
        client_id=client.id if client else None,
        member_id=pages.a_uuid(asked.get("clinician", "")),
        status=asked.get("status", "") if asked.get("status") in statuses else "",
        after=pages.a_uuid(asked.get("after", "")),
        before=None if asked.get("after") else pages.a_uuid(asked.get("before", "")),
    )
    shown = found(actor, wanted)
    base = url("care")
    params = {
        "show": "" if wanted.view in (SessionView.UPCOMING, SessionView.ALL) else wanted.view.value,
        "client": str(wanted.client_id or ""),
        "clinician": str(wanted.member_id or ""),
        "status": wanted.status,
    }
    context = {
        "base_url": base,
        "client": client,
        "clients_url": url(pages.clients_route(actor)),
        "tabs": [] if client else _tabs(actor, base, wanted.view),
        "view": wanted.view.value,
        "params": params,
        "filters": _filters(actor, params, wanted.view),
        "rows": shown.rows,
        "page": {"next": shown.next, "previous": shown.previous},
        "may": {
            "book": actor.may(Permission.SESSIONS_BOOK) and (client is None or client.status == "active")
        },
        "book_url": url("care-new") + (query({"client": client.id}) if client else ""),
        "here": base + query({**params, "after": wanted.after, "before": wanted.before}),
    }
    return pages.page(request, LIST, context)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def session(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """One session, and changing when it is."""
    if request.method == "GET":
        return _session(request, actor, get_session(actor, GetSession(session_id=session_id)))
    admit(actor, Permission.SESSIONS_BOOK, "care-session")
    typed = {name: request.POST.get(name, "").strip() for name in ("starts_at", "minutes", "service_code")}
    row = get_session(actor, GetSession(session_id=session_id))
    try:
        change_session(
            actor,
            ChangeSession(
                session_id=session_id,
                version=pages.version(request),
                starts_at=None
                if typed["starts_at"] == typed_moment(row.starts_at)
                else moment_of(typed["starts_at"]),
                minutes=booking.minutes_of(typed["minutes"]),
                service_code=typed["service_code"],
            ),
        )
    except InvalidInput as refused:
        errors = {problem.field: problem.message for problem in refused.problems}
        return _session(request, actor, row, typed, errors, status=refused.status)
    except Conflict as refused:
        return _session(request, actor, row, typed, problem=refused.message, status=refused.status)
    pages.toast(request, "The session is changed.")
    return pages.see_other(url("care-session", session_id=session_id))


@require_POST
@pages.signed_in
def status(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """Completed, no-show, cancelled."""
    wanted = request.POST.get("status", "")
    try:
        change_session_status(actor, ChangeSessionStatus(session_id=session_id, status=wanted))
    except InvalidInput as refused:
        return _back(request, refused.problems[0].message, done=False)
    except Conflict as refused:
        return _back(request, refused.message, done=False)
    return _back(request, DONE[wanted])


@require_POST
@pages.signed_in
def note(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """The note is begun, or signed."""
    signing = request.POST.get("do") == "sign"
    try:
        if signing:
            sign_note(actor, SignNote(session_id=session_id))
        else:
            start_note(actor, StartNote(session_id=session_id))
    except Conflict as refused:
        return _back(request, refused.message, done=False)
    row = get_session(actor, GetSession(session_id=session_id))
    if not signing:
        return _back(request, "The note is begun.")
    waits = " It waits for your supervisor's co-signature." if row.waits_for_cosignature else ""
    return _back(request, f"The note is signed.{waits}")


@require_POST
@pages.signed_in
def cosign(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """A supervisee's note is co-signed."""
    try:
        cosign_note(actor, CosignNote(session_id=session_id))
    except Conflict as refused:
        return _back(request, refused.message, done=False)
    return _back(request, "The note is co-signed.")


def found(actor: Actor, wanted: ListSessions) -> SessionPage:
    """The page that was asked for. When the session it hangs on has gone from the list, the first page."""
    try:
        return list_sessions(actor, wanted)
    except PlaceGone:
        return list_sessions(actor, replace(wanted, after=None, before=None))


def _tabs(actor: Actor, base: str, current: SessionView) -> list[dict[str, Any]]:
    waiting = count_notes(actor, CountNotes())
    counts = {SessionView.TO_FINISH: waiting.to_finish, SessionView.TO_COSIGN: waiting.to_cosign}
    return [
        {
            "label": label,
            "href": base if view == SessionView.UPCOMING else base + query({"show": view.value}),
            "count": counts.get(view),
            "current": view == current,
        }
        for view, label in VIEWS
        if view != SessionView.TO_COSIGN or actor.may(Permission.NOTES_COSIGN)
    ]


def _filters(actor: Actor, params: dict[str, str], view: SessionView) -> list[dict[str, Any]]:
    shown = []
    people = list_therapists(actor, ListTherapists()) if actor.sees_clients else ()
    if len(people) > 1 or params["clinician"]:
        offered = [(str(person.id), person.name) for person in people]
        shown.append(pages.list_filter("clinician", "Clinician", params["clinician"], offered))
    if view in (SessionView.UPCOMING, SessionView.PAST, SessionView.ALL):
        shown.append(pages.list_filter("status", "Status", params["status"], STATUSES))
    return shown


def _session(
    request: HttpRequest,
    actor: Actor,
    row: SessionRow,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    saved = {
        "starts_at": typed_moment(row.starts_at),
        "minutes": str(row.minutes),
        "service_code": row.service_code,
    }
    context = {
        "row": row,
        "values": typed or saved,
        "errors": errors or {},
        "problem": problem,
        # A version that was read stays until what was typed fits; after somebody else's change it is the new one.
        "version": pages.version(request) if errors else row.version,
        "here": url("care-session", session_id=row.id),
        "lines": _billing(actor, row),
    }
    return pages.page(request, SESSION, context, status=status)


def _billing(actor: Actor, row: SessionRow) -> tuple[BillingLine, ...]:
    """What is billed of the session, for those who may see it."""
    own = row.member_id == actor.member_id and actor.may(Permission.BILLING_OWN)
    if own or (row.client_id and actor.may(Permission.BILLING_ALL)):
        with suppress(NotFound):  # a direct client's lines are not for everybody who bills
            return get_billing_lines(actor, GetBillingLines(session_id=row.id))
    return ()


def _back(request: HttpRequest, sentence: str, *, done: bool = True) -> HttpResponse:
    (pages.toast if done else pages.warn)(request, sentence)
    return pages.see_other(pages.safe_next(request, url("care")))


routes = [
    path("sessions/", sessions, name="care"),
    path("sessions/<uuid:session_id>/", session, name="care-session"),
    path("sessions/<uuid:session_id>/status/", status, name="care-status"),
    path("sessions/<uuid:session_id>/note/", note, name="care-note"),
    path("sessions/<uuid:session_id>/cosign/", cosign, name="care-cosign"),
    *booking.routes,
]
