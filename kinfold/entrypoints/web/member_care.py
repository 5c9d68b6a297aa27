"""A member's care on their pages: a strip of figures, and the history of their sessions (SPEC O27-O30, O38)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET
from markupsafe import Markup

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.queries.figures import (
    CaseloadFigures,
    GetMemberFigures,
    SessionFigures,
    get_member_figures,
)
from kinfold.domain.care.queries.listing import ListSessions
from kinfold.domain.kernel import clock
from kinfold.domain.team.queries.members import GetMember, get_member

from . import care, pages
from .jinja import number, query, url
from .member_tabs import tabs

SESSIONS = "pages/team/member_sessions.html"
NOTES = (
    ("none", "No note yet"),
    ("draft", "Draft"),
    ("signed", "Signed"),
    ("cosigned", "Co-signed"),
)
_OVERDUE = Markup('<span class="amber fw6">{} overdue</span>, oldest {}')


def figures_of(actor: Actor, member_id: UUID) -> list[dict[str, Any]]:
    """The strip of figures, as `metrics` in components/page.html draws it: those that this person may see."""
    found = get_member_figures(actor, GetMemberFigures(member_id=member_id))
    caseload = _of_caseload(found.caseload) if found.caseload else []
    sessions = _of_sessions(found.sessions) if found.sessions else []
    return [*caseload[:1], *sessions, *caseload[1:]]


def _of_caseload(found: CaseloadFigures) -> list[dict[str, Any]]:
    primary = found.active_clients - found.direct_clients
    kinds = f"{number(primary)} primary, {number(found.direct_clients)} direct"
    shown = [_figure("Active clients", found.active_clients, kinds if found.active_clients else "None yet")]
    if found.high_risk is not None and found.moderate_risk is not None:
        at_risk = found.high_risk + found.moderate_risk
        levels = f"{number(found.high_risk)} high, {number(found.moderate_risk)} moderate"
        shown.append(
            _figure("Clients at raised risk", at_risk, levels if at_risk else "None high or moderate")
        )
    return shown


def _of_sessions(found: SessionFigures) -> list[dict[str, Any]]:
    waits: str = "None waits" if not found.pending_notes else "None overdue"
    if found.overdue_notes and found.oldest_pending:
        waits = _OVERDUE.format(number(found.overdue_notes), _age(found.oldest_pending))
    before = f"{number(found.sessions_before)} in the 30 days before"
    return [
        _figure("Sessions in the last 30 days", found.sessions, before),
        _figure("Pending notes", found.pending_notes, waits),
    ]


def _figure(label: str, value: int, small: str) -> dict[str, Any]:
    return {"label": label, "value": number(value), "small": small}


def _age(at: datetime) -> str:
    return f"{(clock.now() - at).days} days"


@require_GET
@pages.signed_in
def sessions(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """The sessions that a clinician held, holds and did not hold, by status and by the state of the note."""
    admit(actor, Permission.SESSIONS_SEE, "member-sessions")
    card = get_member(actor, GetMember(member_id=member_id))
    asked = request.GET
    wanted = ListSessions(
        member_id=member_id,
        status=asked.get("status", "") if asked.get("status") in dict(care.STATUSES) else "",
        note=asked.get("note", "") if asked.get("note") in dict(NOTES) else "",
        after=pages.a_uuid(asked.get("after", "")),
        before=None if asked.get("after") else pages.a_uuid(asked.get("before", "")),
    )
    found = care.found(actor, wanted)
    base = url("member-sessions", member_id=member_id)
    params = {"show": "", "status": wanted.status, "note": wanted.note}
    context = {
        "member": card.member,
        "tabs": tabs(actor, member_id, "member-sessions"),
        "figures": figures_of(actor, member_id),
        "base_url": base,
        "params": params,
        "filters": [
            pages.list_filter("status", "Status", wanted.status, care.STATUSES),
            pages.list_filter("note", "Note", wanted.note, NOTES),
        ],
        "rows": found.rows,
        "page": {"next": found.next, "previous": found.previous},
        "sees_all": actor.may(Permission.CLIENTS_SEE_ALL),
        "here": base + query({**params, "after": wanted.after, "before": wanted.before}),
    }
    return pages.page(request, SESSIONS, context)


routes = [path("manage/team/<uuid:member_id>/sessions/", sessions, name="member-sessions")]
