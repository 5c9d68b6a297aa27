"""The practice's public sign-up page, its settings, and the requests that wait under Pending."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.settling import SettleDuplicate, settle_duplicate
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.queries.duplicates import ListDuplicates, list_duplicates
from kinfold.domain.identity.limits import SlowDown
from kinfold.domain.intake.commands.answering import (
    AcceptRequests,
    RejectRequests,
    accept_requests,
    reject_requests,
)
from kinfold.domain.intake.commands.asking import AskToJoin, ask_to_join
from kinfold.domain.intake.commands.page import ChangeSignUpPage, change_sign_up_page
from kinfold.domain.intake.doorway import count_request, guest_at
from kinfold.domain.intake.errors import RequestAnswered
from kinfold.domain.intake.queries.invitations import ListClientInvitations, list_client_invitations
from kinfold.domain.intake.queries.page import (
    GetSignUpPage,
    OpenSignUpPage,
    PageSettings,
    get_sign_up_page,
    open_sign_up_page,
)
from kinfold.domain.intake.queries.requests import ListRequests, RequestRow, list_requests
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.own.queries.wishes import ListCorrections, list_corrections

from . import pages, place
from .client_forms import offered_tags, tags_of, therapists
from .days import BORN, MONTHS, birth_date, in_page_order
from .identity.tries import address_of

JOIN = "pages/join.html"
SETTINGS = "pages/settings/sign_up.html"
PENDING = "pages/clients/pending.html"
ANSWER = "pages/clients/answer.html"
TYPED: Final = ("first_name", "last_name", "email", "phone", "sex_at_birth", "about", "therapist")
ASKED: Final = (
    "first_name", "last_name", "email", "phone", "birth_date", "sex_at_birth", "about", "therapist", "agreed",
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page: somebody asks to become a client."""
    guest = guest_at(slug)
    place.enter(guest)
    if request.method == "GET":
        return _join_page(request, guest, slug)
    typed = {name: request.POST.get(name, "")[:2000] for name in (*TYPED, *BORN)}
    try:
        count_request(guest, address_of(request))
        ask_to_join(
            guest,
            AskToJoin(
                first_name=typed["first_name"],
                last_name=typed["last_name"],
                email=typed["email"],
                phone=typed["phone"],
                birth_date=birth_date(typed),
                sex_at_birth=typed["sex_at_birth"],
                about=typed["about"],
                therapist_id=pages.uuids([typed["therapist"]])[0] if typed["therapist"] else None,
                agreed="agreed" in request.POST,
            ),
        )
    except (InvalidInput, SlowDown) as refused:
        return _join_page(request, guest, slug, refused)
    return pages.see_other(reverse("join-sent", kwargs={"slug": slug}))


@require_GET
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """What somebody sees who has sent a request; the same for everybody."""
    guest = guest_at(slug)
    context = {"practice_name": guest.practice_name, "sent": True, "slug": slug}
    return pages.page(request, JOIN, context)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def page_settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How the sign-up page is set."""
    now = get_sign_up_page(actor, GetSignUpPage())
    if request.method == "GET":
        return _settings_page(request, actor, now, now)
    on = set(request.POST.getlist("switch"))
    wanted = ChangeSignUpPage(
        version=pages.version(request),
        is_open="is_open" in on,
        welcome=request.POST.get("welcome", ""),
        consent=request.POST.get("consent", ""),
        asks_phone="asks_phone" in on,
        asks_about="asks_about" in on,
        asks_therapist="asks_therapist" in on,
    )
    try:
        change_sign_up_page(actor, wanted, once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _settings_page(request, actor, now, wanted, refused)
    pages.toast(request, "The sign-up page is saved.")
    return pages.see_other(reverse("sign-up"))


def pending(request: HttpRequest, actor: Actor, frame: dict[str, Any]) -> HttpResponse:
    """The Pending view of the Clients tab; `frame` is what it shares with the other views."""
    requests: dict[str, Any] = {"rows": (), "total": 0, "next": None, "answered": ()}
    if actor.may(Permission.CLIENTS_ACCEPT):
        waiting = list_requests(actor, ListRequests(after=pages.a_uuid(request.GET.get("after", ""))))
        answered = list_requests(actor, ListRequests(answered=True, limit=10))
        requests = {
            "rows": waiting.rows,
            "total": waiting.total,
            "next": waiting.next,
            "answered": answered.rows,
        }
    invited = list_client_invitations(actor, ListClientInvitations())
    corrects = actor.may(Permission.CLIENTS_CHANGE)
    pending_invitations = [row for row in invited if row.answered_at is None]
    context = {
        **frame,
        **requests,
        "total": requests["total"] + len(pending_invitations),
        "pairs": list_duplicates(actor, ListDuplicates()) if actor.may(Permission.CLIENTS_SEE_ALL) else (),
        "invited": pending_invitations,
        "completed": [row for row in invited if row.answered_at is not None],
        "corrections": list_corrections(actor, ListCorrections()) if corrects else (),
        "may_set_up": actor.may(Permission.PRACTICE_CHANGE),
    }
    return pages.page(request, PENDING, context)


@require_POST
@pages.signed_in
def settle(request: HttpRequest, actor: Actor, notice_id: UUID) -> HttpResponse:
    """Two clients who look alike are different people."""
    settle_duplicate(actor, SettleDuplicate(notice_id=notice_id), once=pages.form_key(request))
    pages.toast(request, "They are kept as two people.")
    return pages.see_other(_pending_url())


@require_POST
@pages.signed_in
def answer(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is asked before requests are accepted or rejected: one by its own button, or all that are ticked."""
    admit(actor, Permission.CLIENTS_ACCEPT, "requests")
    posted = request.POST
    act, chosen = posted.get("do", ""), pages.uuids(posted.getlist("request"))
    for one in ("accept", "reject"):
        if one in posted:
            act, chosen = one, pages.uuids([posted[one]])
    if not chosen or act not in {"accept", "reject"}:
        pages.warn(request, "Tick at least one request.")
        return pages.see_other(_pending_url())
    return _answer_page(request, actor, act, chosen)


@require_POST
@pages.signed_in
def accept(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make clients of those who asked."""
    admit(actor, Permission.CLIENTS_ACCEPT, "requests-accept")
    chosen = pages.uuids(request.POST.getlist("request"))
    therapist = request.POST.get("therapist", "")
    try:
        accept_requests(
            actor,
            AcceptRequests(
                request_ids=chosen,
                therapist_id=pages.uuids([therapist])[0] if therapist else None,
                tags=tags_of(request.POST.get("tags", "")),
                accept_duplicates=request.POST.get("confirm_duplicates") == "yes",
                tell="tell" in request.POST,
            ),
            once=pages.form_key(request),
        )
    except RequestAnswered as refused:
        pages.warn(request, refused.message)
        return pages.see_other(_pending_url())
    except InvalidInput as refused:
        return _answer_page(request, actor, "accept", chosen, refused)
    pages.toast(
        request, "Accepted. They are clients now." if len(chosen) > 1 else "Accepted. They are a client now."
    )
    return pages.see_other(_pending_url())


@require_POST
@pages.signed_in
def reject(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say no to those who asked."""
    admit(actor, Permission.CLIENTS_ACCEPT, "requests-reject")
    chosen = pages.uuids(request.POST.getlist("request"))
    wanted = RejectRequests(
        request_ids=chosen, reason=request.POST.get("reason", ""), tell="tell" in request.POST
    )
    try:
        reject_requests(actor, wanted, once=pages.form_key(request))
    except RequestAnswered as refused:
        pages.warn(request, refused.message)
        return pages.see_other(_pending_url())
    except InvalidInput as refused:
        return _answer_page(request, actor, "reject", chosen, refused)
    pages.toast(
        request, "Rejected. The requests are kept." if len(chosen) > 1 else "Rejected. The request is kept."
    )
    return pages.see_other(_pending_url())


def _pending_url() -> str:
    return f"{reverse('manage-clients')}?show=pending"


def _join_page(
    request: HttpRequest, guest: Actor, slug: str, refused: InvalidInput | SlowDown | None = None
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    on_page = [replace(one, field="therapist") if one.field == "therapist_id" else one for one in problems]
    context: dict[str, Any] = {
        "practice_name": guest.practice_name,
        "support_email": guest.support_email,
        "slug": slug,
        "sent": False,
        "form": open_sign_up_page(guest, OpenSignUpPage()),
        "months": MONTHS,
        "values": {name: request.POST.get(name, "") for name in (*TYPED, *BORN)},
        "agreed": "agreed" in request.POST,
        "errors": in_page_order(on_page, ASKED),
        "problem": refused.message if isinstance(refused, SlowDown) else "",
    }
    return pages.page(request, JOIN, context, status=refused.status if refused else 200)


def _settings_page(
    request: HttpRequest,
    actor: Actor,
    now: PageSettings,
    shown: PageSettings | ChangeSignUpPage,
    refused: DomainError | None = None,
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    switches = (
        ("is_open", "Open", "Anybody who knows the address can send a request.", shown.is_open),
        ("asks_phone", "Ask for a phone number", "It may be left out.", shown.asks_phone),
        ("asks_about", "Ask what they would like help with", "It may be left out.", shown.asks_about),
        (
            "asks_therapist",
            "Let them name a therapist",
            "The page then shows the names of everybody who takes new clients, to anyone.",
            shown.asks_therapist,
        ),
    )
    context = {
        "tabs": pages.settings_tabs(actor, "sign-up"),
        "values": {"welcome": shown.welcome, "consent": shown.consent},
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "switches": [
            {"name": name, "label": label, "hint": hint, "on": on} for name, label, hint, on in switches
        ],
        "address": request.build_absolute_uri(reverse("join", kwargs={"slug": now.slug})),
        "is_open": now.is_open,
        "version": now.version,
    }
    return pages.page(request, SETTINGS, context, status=refused.status if refused else 200)


def _answer_page(
    request: HttpRequest,
    actor: Actor,
    act: str,
    chosen: tuple[UUID, ...],
    refused: InvalidInput | None = None,
) -> HttpResponse:
    asked = list_requests(actor, ListRequests(only=chosen, limit=max(1, min(len(chosen), 200)))).rows
    if len(asked) != len(set(chosen)):
        pages.warn(request, RequestAnswered.message)
        return pages.see_other(_pending_url())
    oldest_first = tuple(reversed(asked))
    duplicates = _duplicates(refused, oldest_first) if isinstance(refused, LikelyDuplicates) else []
    problems = refused.problems if refused and not duplicates else ()
    choices = therapists(actor) if act == "accept" else []
    wished = {row.therapist_id for row in asked}
    context: dict[str, Any] = {
        "act": act,
        "asked": asked,
        "therapists": choices,
        "therapist": request.POST.get("therapist", str(next(iter(wished)) or "") if len(wished) == 1 else ""),
        "all_tags": offered_tags(actor) if act == "accept" else [],
        "values": {"tags": request.POST.get("tags", ""), "reason": request.POST.get("reason", "")},
        "tell": "tell" in request.POST if refused else act == "accept",
        "duplicates": duplicates,
        "errors": {problem.field: problem.message for problem in problems},
    }
    return pages.page(request, ANSWER, context, status=refused.status if refused else 200)


def _duplicates(refused: LikelyDuplicates, asked: tuple[RequestRow, ...]) -> list[dict[str, str]]:
    found = []
    for likeness in refused.likenesses:
        whom = likeness.name if likeness.other_row is None else asked[likeness.other_row].name
        opens = reverse("client", kwargs={"client_id": likeness.client_id}) if likeness.client_id else ""
        why = f"{likeness.reason[:1].lower()}{likeness.reason[1:]}"
        found.append({"text": f"{asked[likeness.row].name} looks like {whom}: {why}.", "opens": opens})
    return found


routes = [
    path("manage/clients/duplicates/<uuid:notice_id>/settle/", settle, name="duplicate-settle"),
    path("join/<slug:slug>/", join, name="join"),
    path("join/<slug:slug>/sent/", sent, name="join-sent"),
    path("settings/sign-up/", page_settings, name="sign-up"),
    path("manage/clients/requests/", answer, name="requests"),
    path("manage/clients/requests/accept/", accept, name="requests-accept"),
    path("manage/clients/requests/reject/", reject, name="requests-reject"),
]
