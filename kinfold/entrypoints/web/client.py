"""One client's page: who they are, who can see them and why, who cares for them and who did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.queries.access import ExplainAccess, explain_access
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, TieRow, open_client
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import Conflict, InvalidInput, NotFound
from kinfold.domain.records.queries.deletions import GetRecordState, get_record_state
from kinfold.domain.team.queries.members import ListNames, list_names

from . import client_care, client_logins, pages, place
from .client_fields import shown_groups
from .client_forms import new_form_key, therapists
from .jinja import full_day, last_day

CLIENT = "pages/clients/detail.html"


@require_GET
@pages.signed_in
def client(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """A client, as much of them as this person may see. Opening the page is recorded."""
    return client_page(request, actor, open_client(actor, OpenClient(client_id=client_id)))


@require_POST
@pages.signed_in
def assign(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """Give the client to a therapist, who sees them from now on."""
    therapist = pages.a_uuid(request.POST.get("therapist", ""))
    values = {
        "therapist": request.POST.get("therapist", ""),
        "kind": request.POST.get("kind", ""),
        "reason": request.POST.get("reason", ""),
    }
    try:
        if therapist is None:
            raise InvalidInput.one("member_id", "Choose a therapist.")
        assign_client(
            actor,
            AssignClient(
                client_id=client_id, member_id=therapist, kind=values["kind"], reason=values["reason"]
            ),
            once=pages.form_key(request),
        )
    except InvalidInput as refused:
        errors = {problem.field: problem.message for problem in refused.problems}
        if "member_id" in errors:
            errors["therapist"] = errors.pop("member_id")
        card = open_client(actor, OpenClient(client_id=client_id))
        return client_page(
            request, actor, card, assigning={"values": values, "errors": errors}, status=refused.status
        )
    except Conflict as refused:
        pages.warn(request, refused.message)
        return pages.see_other(address(client_id))
    pages.toast(request, "The client is assigned.")
    return _after_a_change_of_hands(actor, client_id)


@require_POST
@pages.signed_in
def risk(request: HttpRequest, actor: Actor, client_id: UUID) -> HttpResponse:
    """Say at what level of risk the client is, and why."""
    values = {name: request.POST.get(name, "") for name in ("level", "reason")}
    try:
        set_risk(actor, SetRisk(client_id=client_id, **values), once=pages.form_key(request))
    except InvalidInput as refused:
        errors = {problem.field: problem.message for problem in refused.problems}
        card = open_client(actor, OpenClient(client_id=client_id))
        form = {"values": values, "errors": errors}
        return client_page(request, actor, card, risk_form=form, status=refused.status)
    except Conflict as refused:
        pages.warn(request, refused.message)
        return pages.see_other(address(client_id))
    pages.toast(request, "The risk level is saved.")
    return pages.see_other(address(client_id))


@require_POST
@pages.signed_in
def end(request: HttpRequest, actor: Actor, client_id: UUID, assignment_id: UUID) -> HttpResponse:
    """End an assignment: the client waits for a therapist then."""
    admit(actor, Permission.CLIENTS_ASSIGN, "client-end-assignment")
    card = open_client(actor, OpenClient(client_id=client_id))
    if card.profile is None or all(tie.id != assignment_id for tie in card.profile.history):
        raise NotFound
    try:
        end_assignment(actor, EndAssignment(assignment_id=assignment_id), once=pages.form_key(request))
    except Conflict as refused:
        pages.warn(request, refused.message)
        return pages.see_other(address(client_id))
    pages.toast(request, "The assignment has ended.")
    return _after_a_change_of_hands(actor, client_id)


def client_page(
    request: HttpRequest,
    actor: Actor,
    card: ClientCard,
    *,
    editing: dict[str, Any] | None = None,
    assigning: dict[str, Any] | None = None,
    risk_form: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one client, with a group of its fields open for editing or a form that could not be saved."""
    active, profile = card.status == "active", card.profile
    may = {
        "edit": active and profile is not None and actor.may(Permission.CLIENTS_CHANGE),
        "assign": active and actor.may(Permission.CLIENTS_ASSIGN),
        "archive": actor.may(Permission.CLIENTS_ARCHIVE),
        "delete": not active and actor.may(Permission.CLIENTS_DELETE),
        "merge": active and actor.may(Permission.CLIENTS_MERGE),
        "open_members": actor.manages_users and actor.may(Permission.MEMBERS_READ),
    }
    access, checked = _access(request, actor, card) if actor.may(Permission.ACCESS_EXPLAIN) else (None, None)
    nothing_typed = {"values": {"therapist": "", "kind": card_kind(card), "reason": ""}, "errors": {}}
    context = {
        "clients_url": reverse(pages.clients_route(actor)),
        # Who archives a client may lose sight of them by it.
        "after_act": address(card.id)
        if actor.may(Permission.CLIENTS_SEE_ALL)
        else reverse(pages.clients_route(actor)),
        "client": card,
        "profile": profile,
        "editing": editing,
        "groups": shown_groups(card, may_edit=may["edit"]) if profile else [],
        "may": may,
        "access": access,
        "checked": checked,
        "history": _history(profile.history) if profile else [],
        "therapists": therapists(actor) if may["assign"] else [],
        "assign": {**(assigning or nothing_typed), "form_key": new_form_key()},
        "sessions": client_care.sessions_of(actor, card),
        "risk": client_care.risk_of(actor, card, risk_form),
        "record": get_record_state(actor, GetRecordState(client_id=card.id))
        if actor.may(Permission.CLIENTS_DELETE)
        else None,
        "logins": client_logins.logins_of(actor, card),
    }
    return pages.page(request, CLIENT, context, status=status)


def address(client_id: UUID) -> str:
    """Where a client's page is."""
    return reverse("client", kwargs={"client_id": client_id})


def card_kind(card: ClientCard) -> str:
    """The kind of assignment that keeps a client what they are."""
    return "direct" if card.kind == "direct" else "primary"


def _after_a_change_of_hands(actor: Actor, client_id: UUID) -> HttpResponse:
    """Back to the client, or to the list for those who may just have lost sight of them."""
    if actor.may(Permission.CLIENTS_SEE_ALL):
        return pages.see_other(address(client_id))
    return pages.see_other(reverse(pages.clients_route(actor)))


def _access(
    request: HttpRequest, actor: Actor, card: ClientCard
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Who can see this client, and the answer about one member, now or at the end of a day that is over."""
    asked, problem = request.GET.get("at", "").strip(), ""
    member_id = pages.a_uuid(request.GET.get("check", ""))
    try:
        day, at = _moment(actor, asked)
        found = explain_access(actor, ExplainAccess(client_id=card.id, at=at, member_id=member_id))
    except InvalidInput as refused:
        problem, day = refused.problems[0].message, None
        found = explain_access(actor, ExplainAccess(client_id=card.id, member_id=member_id))
    access = {
        "rows": [
            {
                "member_id": person.member_id,
                "name": person.name,
                "roles": ", ".join(person.roles),
                "grounds": person.grounds,
                "level": "session" if all(g.session_at for g in person.grounds) else person.level,
                "since": person.since,
            }
            for person in found.people
        ],
        "others": found.others,
        "members": [(member.id, member.name) for member in list_names(actor, ListNames(everyone=True))],
        "at": asked,
        "at_words": f"on {full_day(day)}" if day else "",
        "today": place.today().isoformat(),
        "problem": problem,
    }
    verdict = found.verdict
    if verdict is None:
        return access, None
    checked = {
        "id": verdict.member_id,
        "name": verdict.name,
        "allowed": verdict.sees,
        "reasons": verdict.reasons,
    }
    return access, checked


def _moment(actor: Actor, typed: str) -> tuple[date | None, datetime | None]:
    """The day that was typed and its last moment; today is now."""
    after = place.midnight(actor, typed, "at", after=1)
    if after is None:
        return None, None
    day = date.fromisoformat(typed)
    return day, clock.now() if day == place.today() else after - timedelta(microseconds=1)


def _history(ties: Sequence[TieRow]) -> list[dict[str, str]]:
    """What became of the client's assignments, newest first."""
    told: list[tuple[datetime, dict[str, str]]] = []
    began_with_end_of = {
        tie.until: tie for tie in ties if tie.until and not tie.session_at and not tie.covers_for
    }
    for tie in ties:
        if tie.covers_for:
            told.extend(_cover(tie))
            continue
        if tie.session_at:
            text = f"Walk-in with {tie.therapist}, for the session on {full_day(tie.session_at)}"
            told.append((tie.since, _told("footprints", text, tie.since, tie.made_by)))
            continue
        before = began_with_end_of.get(tie.since)
        who = tie.therapist + (" as a direct client" if tie.kind == "direct" else "")
        if before is not None and before.id != tie.id and before.member_id == tie.member_id:
            text, glyph = _kept(tie), "user-round" if tie.kind == "direct" else "star"
        elif before is not None and before.id != tie.id:
            text, glyph = f"Reassigned from {before.therapist} to {who}", "arrow-left-right"
        else:
            text, glyph = f"Assigned to {who}", "star"
        told.append((tie.since, _told(glyph, text, tie.since, tie.made_by, tie.reason)))
        if tie.until and all(other.since != tie.until for other in ties):
            text = f"Assignment to {tie.therapist} ended"
            told.append((tie.until, _told("circle-minus", text, tie.until, tie.ended_by)))
    return [line for _, line in sorted(told, key=lambda line: line[0], reverse=True)]


def _cover(tie: TieRow) -> Iterator[tuple[datetime, dict[str, str]]]:
    """A cover as it was arranged, and when somebody ended it before its day; one that was called off never was."""
    if tie.until is None or tie.until <= tie.since:
        return
    text = f"{tie.therapist} covers for {tie.covers_for} until {last_day(tie.until)}"
    if tie.ended_by:
        text = f"{tie.therapist} covered for {tie.covers_for}"
        yield tie.until, _told("circle-minus", "The cover ended early", tie.until, tie.ended_by)
    yield tie.since, _told("umbrella", text, tie.since, tie.made_by, tie.reason)


def _kept(tie: TieRow) -> str:
    """The same therapist goes on, in another way."""
    if tie.kind == "direct":
        return f"Became a direct client of {tie.therapist}"
    return f"No longer a direct client; {tie.therapist} is the primary therapist"


def _told(glyph: str, text: str, at: datetime, by: str, reason: str = "") -> dict[str, str]:
    small = full_day(at) + (f" by {by}" if by else "")
    return {"glyph": glyph, "text": text, "small": small, "quote": reason}


routes = [
    path("clients/<uuid:client_id>/", client, name="client"),
    path("clients/<uuid:client_id>/assign/", assign, name="client-assign"),
    path("clients/<uuid:client_id>/risk/", risk, name="client-risk"),
    path("clients/<uuid:client_id>/assignments/<uuid:assignment_id>/end/", end, name="client-end-assignment"),
]
