"""What every page shares: who is looking, what they may open, and how a refusal looks."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template import engines
from django.utils.http import url_has_allowed_host_and_scheme
from jinja2_fragments import render_block

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotAllowed, NotFound, NotSignedIn
from kinfold.domain.own.queries.waiting import CountWaiting, Waiting, count_waiting
from kinfold.domain.records.queries.merging import FollowMerged, follow_merged
from kinfold.domain.team.actors import actor_for_login, practice_of_login
from kinfold.entrypoints.web.identity import gates

from . import place
from .help_areas import area_for
from .jinja import url

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ActorView = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]

THEME_COOKIE = "kinfold-theme"


def signed_in(view: ActorView[P]) -> View[P]:
    """A page for members: without a sign-in it leads to the sign-in page, without a place on a team it says so.

    This is the one place where pages build the actor, from live state, once for each request.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        actor = actor_for_login(request.user.pk)
        if actor is None:
            raise NotAllowed(_why_not(request.user.pk))
        request.actor = actor  # type: ignore[attr-defined]
        place.enter(actor)
        detour = gates.before_health_data(request, actor)
        if detour is not None:
            return detour
        return view(request, actor, *args, **kwargs)

    return guarded


def for_whoever(view: View[P]) -> View[P]:
    """A page for everybody, without health data; members see it in the frame of their other pages."""

    @functools.wraps(view)
    def framed(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            request.actor = actor_for_login(request.user.pk)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return framed


def _why_not(login_id: UUID) -> str:
    """What to tell a signed-in person whom no team lets in now."""
    practice_name = practice_of_login(login_id)
    if practice_name:
        return f"Your access to {practice_name} is switched off for now. Ask its administrators."
    return "You are signed in, and you have no place on a team here. Ask who invited you."


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in, then come back here. A fragment asks the browser to load the whole page."""
    target = url("account_login")
    if request.method == "GET" and not request.headers.get("HX-Request"):
        target = f"{target}?next={request.path}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": target})
    return see_other(target)


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    block: str | None = None,
) -> HttpResponse:
    """Render a page, or for htmx only the named block of it: first paint and swap are the same lines."""
    fragment = block if request.headers.get("HX-Request") else None
    values = {**base_context(request, whole=fragment is None), **(context or {})}
    if fragment is not None:
        html = render_block(_environment(), template, fragment, values)
    else:
        html = _environment().get_template(template).render(values)
    return HttpResponse(html, status=status)


def base_context(request: HttpRequest, *, whole: bool = True) -> dict[str, Any]:
    """What the layouts need, as described at the top of `base.html` and `public.html`; fragments need no menu."""
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "request": request,
        "actor": actor,
        "nav": navigation(actor, request.path, waiting(request, actor)) if actor and whole else [],
        "person_menu": person_menu(actor) if actor else [],
        "find_url": find_url(actor) if actor else "",
        "csrf_token": get_token(request),
        "csp_nonce": str(getattr(request, "csp_nonce", "")),
        "toasts": [
            {
                "text": message.message,
                "tone": "warn" if message.level >= messages.WARNING else "done",
                "link": _link(message.extra_tags or ""),
            }
            for message in messages.get_messages(request)
        ],
        "theme": chosen_theme(request),
        "demo": bool(actor and actor.demo),
        "support_email": actor.support_email if actor else "",
        "help": area_for(request.resolver_match.url_name or "") if request.resolver_match else None,
        "form_key": secrets.token_urlsafe(16),
    }


def toast(request: HttpRequest, text: str, link: tuple[str, str] | None = None) -> None:
    """Say on the next page what was just done, with a link for going on from there: its words and its address."""
    messages.success(request, text, extra_tags=f"{link[1]} {link[0]}" if link else "")


def _link(kept: str) -> dict[str, str] | None:
    """The link of a toast, as `toast` kept it with the message."""
    href, _, words = kept.partition(" ")
    return {"href": href, "words": words} if words else None


def warn(request: HttpRequest, text: str) -> None:
    """Say on the next page why nothing was done."""
    messages.warning(request, text)


def sentence(refused: DomainError) -> str:
    """A refusal in one line, where there are no fields to put it beside."""
    if isinstance(refused, InvalidInput):
        return " ".join(problem.message for problem in refused.problems)
    return refused.message


def a_uuid(text: str) -> UUID | None:
    """The id somebody's address or form names, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def uuids(texts: Iterable[str]) -> tuple[UUID, ...]:
    """The ids a form names. What is no id is nobody's, and only a form that was tampered with sends it."""
    found = tuple(a_uuid(text) for text in texts)
    if None in found:
        raise NotFound
    return cast("tuple[UUID, ...]", found)


def version(request: HttpRequest) -> int:
    """The version of what a form edits, as it was read. Without a fitting one, nothing is found to be current."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def form_key(request: HttpRequest) -> str | None:
    """The hidden key of a form, so that a double click has one effect (RELIABILITY 1.11)."""
    return request.POST.get("form_key") or None


def see_other(target: str) -> HttpResponseRedirect:
    """Go on with a GET after a POST."""
    return HttpResponseRedirect(target, status=HTTPStatus.SEE_OTHER)


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where the person wanted to go, if that is a page of this installation."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return wanted
    return otherwise


def list_filter(name: str, label: str, value: str, options: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A chip above a list, as `components/list.html` draws it, also where what was chosen is not offered any more."""
    offered = [{"value": key, "label": words} for key, words in options]
    if value and all(option["value"] != value for option in offered):
        offered.append({"value": value, "label": "Not offered any more"})
    return {"name": name, "label": label, "value": value, "options": offered}


def several_filter(
    name: str, label: str, values: Sequence[str], offered: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The chips of a filter that can be set several times; the list keeps its values with commas between them."""
    words = dict(offered)
    return {
        "name": name,
        "label": label,
        "value": ",".join(values),
        "options": [
            {"value": ",".join((*values, key)), "label": text} for key, text in offered if key not in values
        ],
        "chosen": [
            {
                "label": words.get(value, "Not offered any more"),
                "without": ",".join(other for other in values if other != value),
            }
            for value in values
        ],
    }


def chosen_theme(request: HttpRequest) -> str:
    """The theme this browser chose, or nothing when the system decides."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in {"light", "dark"} else ""


def waiting(request: HttpRequest, actor: Actor) -> Waiting:
    """How much waits for this person. It is counted once for each page."""
    known: Waiting | None = getattr(request, "waiting", None)
    if known is None:
        known = count_waiting(actor, CountWaiting())
        request.waiting = known  # type: ignore[attr-defined]
    return known


def navigation(actor: Actor, path: str, waits: Waiting) -> list[dict[str, Any]]:
    """The menu: only what this person may open, and how much work waits behind it."""
    bills_own, bills_all = actor.may(Permission.BILLING_OWN), actor.may(Permission.BILLING_ALL)
    groups: list[tuple[str, list[tuple[str, str, str, bool]]]] = [
        (
            "Manage users",
            [
                ("Clients", "manage-clients", "users", actor.manages_users and actor.sees_clients),
                ("Team", "team", "id-card", actor.manages_users and actor.may(Permission.MEMBERS_READ)),
            ],
        ),
        (
            "Care",
            [
                ("Sessions", "care", "calendar-days", actor.may(Permission.SESSIONS_SEE)),
                ("My clients", "my-clients", "heart-handshake", actor.clinical and actor.sees_clients),
                ("Clients", "my-clients", "users", _sees_others_clients_only(actor)),
                ("My billing", "billing", "receipt-text", bills_own and not bills_all),
                ("Supervision", "supervision", "eye", _sees_supervision(actor)),
            ],
        ),
        (
            "Office",
            [
                ("Billing", "billing", "receipt-text", bills_own and bills_all),
                ("Imports", "imports", "file-down", actor.may(Permission.CLIENTS_IMPORT)),
                ("Activity", "activity", "history", actor.may(Permission.AUDIT_OWN)),
                ("Settings", "settings", "settings", actor.may(Permission.PRACTICE_CHANGE)),
                ("Roles", "roles", "shield-check", _defines_roles_only(actor)),
            ],
        ),
    ]
    behind = {"supervision": waits.supervisors, "team": waits.gaps, "manage-clients": waits.to_answer}
    shown = []
    for label, items in groups:
        open_items = [
            {
                "label": name,
                "href": url(route),
                "icon": icon,
                "current": _is_current(actor, route, path),
                "waiting": behind.get(route),
            }
            for name, route, icon, allowed in items
            if allowed
        ]
        if open_items:
            shown.append({"label": label, "items": open_items})
    return shown


def person_menu(actor: Actor) -> list[dict[str, str]]:
    """What the menu on a person's own name offers, besides the theme and signing out."""
    items = [
        {"label": "Your profile", "href": url("own-profile"), "icon": "user-round"},
        {"label": "Your credentials", "href": url("own-credentials"), "icon": "award"},
        {"label": "Security", "href": url("mfa_index"), "icon": "shield-check"},
    ]
    if actor.may(Permission.TOKENS_OWN):
        items.append({"label": "API tokens", "href": url("tokens"), "icon": "key-round"})
        items.append({"label": "API", "href": url("api-docs"), "icon": "braces"})
    if actor.demo and actor.may(Permission.PRACTICE_OWN):
        items.append({"label": "Demo mail", "href": url("demo-mail"), "icon": "mail"})
    return items


def settings_tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The pages of Settings that this person may open; `current` is the route of the one that is open."""
    offered = (
        ("Practice", "settings", actor.may(Permission.PRACTICE_CHANGE)),
        ("Roles", "roles", actor.may(Permission.ROLES_DEFINE)),
        ("Sign-up page", "sign-up", actor.may(Permission.PRACTICE_CHANGE)),
        ("Tags", "tags", actor.may(Permission.CLIENTS_CHANGE, Permission.CLIENTS_SEE_ALL)),
        ("Retention", "retention", actor.may(Permission.PRACTICE_CHANGE)),
        ("API tokens", "tokens", actor.may(Permission.TOKENS_OWN)),
    )
    return [
        {"label": label, "href": url(route), "count": None, "current": route == current}
        for label, route, allowed in offered
        if allowed
    ]


def clients_route(actor: Actor) -> str:
    """Where this person finds clients: the managed list, or their own."""
    return "manage-clients" if actor.manages_users else "my-clients"


def find_url(actor: Actor) -> str:
    """Where "Find a person" searches."""
    return url(f"{clients_route(actor)}-search") if actor.sees_clients else ""


def home_url(actor: Actor) -> str:
    """The first page after signing in."""
    if actor.sees_clients:
        return url(clients_route(actor))
    if actor.manages_users and actor.may(Permission.MEMBERS_READ):
        return url("team")
    return url("own-profile")


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal as a page: what was refused, why, and what to do."""
    if isinstance(error, NotSignedIn):
        return to_sign_in(request)
    if isinstance(error, NotFound) and (target := _merged_into(request)):
        return HttpResponseRedirect(target, status=HTTPStatus.PERMANENT_REDIRECT)
    titles = {
        403: "You may not open this",
        404: "Nothing here",
        409: "Already changed",
        410: "No longer valid",
    }
    titles |= {422: "Not saved yet", 429: "Too many tries", 413: "Too large"}
    context = {
        "status": error.status,
        "title": titles.get(error.status, "This did not work"),
        "message": error.message,
    }
    return page(request, "pages/error.html", context, status=error.status)


def _merged_into(request: HttpRequest) -> str:
    """The same page of the record into which a client was merged, for those who see it; "" for everything else."""
    actor, match = getattr(request, "actor", None), request.resolver_match
    client_id = match.kwargs.get("client_id") if match else None
    if actor is None or client_id is None or request.method not in {"GET", "HEAD"}:
        return ""
    into = follow_merged(actor, FollowMerged(client_id=client_id))
    return request.get_full_path().replace(str(client_id), str(into)) if into else ""


def _is_current(actor: Actor, route: str, path: str) -> bool:
    """Whether a page belongs to an entry of the menu. One client's pages belong to the list where people find them."""
    mine = url("my-clients")
    if path.startswith(mine) and path not in {mine, url("my-clients-search")}:
        return route == clients_route(actor)
    return path.startswith(url(route))


def _defines_roles_only(actor: Actor) -> bool:
    """Who changes roles and not the practice's other settings, where they would find them."""
    return actor.may(Permission.ROLES_DEFINE) and not actor.may(Permission.PRACTICE_CHANGE)


def _sees_supervision(actor: Actor) -> bool:
    """Who decides about supervision, or supervises."""
    return actor.may(Permission.SUPERVISION_MANAGE) or actor.may(
        Permission.CLIENTS_SEE_SUPERVISED, Permission.MEMBERS_NAMES
    )


def _sees_others_clients_only(actor: Actor) -> bool:
    """Who sees clients without having or managing any, for billing."""
    return actor.sees_clients and not actor.clinical and not actor.manages_users


def _environment() -> Any:
    return engines["jinja2"].env  # type: ignore[attr-defined]
