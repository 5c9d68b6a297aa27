"""What narrows a list of clients: the chips above it, and the page with all filters at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.queries.listing import ClientSort
from kinfold.domain.clients.queries.pickers import ListTags, ListTherapists, list_tags, list_therapists
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound

from . import pages
from .client_lists import REGISTRATION, RISKS, UNASSIGNED, carried, tags_in, view_of
from .jinja import day, query, url

FILTER: Final = "pages/clients/filter.html"
FILTERS: Final = ("therapist", "tag", "risk", "registration", "added", "changed")
# So many tags are shown at once, in the menu above the list and on the page of all filters. Where there are more, only
# the first few are, and others are found by how they begin.
MOST_TICKS: Final = 200
FIRST_TICKS: Final = 50
_SINCE: Final = (("added", "Added since"), ("changed", "Changed since"))


def narrows(params: Mapping[str, str]) -> bool:
    """Whether a list is narrowed by anything but words and its view."""
    return any(params[name] for name in FILTERS)


def chips(actor: Actor, params: Mapping[str, str], *, own: bool) -> list[dict[str, Any]]:
    """The chips above the list, as far as this person can narrow it by them."""
    shown = [_closed(actor, name, params) for name in _menus(actor, own=own)]
    if actor.may(Permission.CLIENTS_RISK):
        shown.append(pages.list_filter("risk", "Risk", params["risk"], RISKS))
    if params["registration"]:
        shown.append(_rare("registration", "Registration", REGISTRATION[params["registration"]]))
    for name, label in _SINCE:
        if params[name]:
            shown.append(_rare(name, label, day(date.fromisoformat(params[name].strip()))))
    return shown


def _menus(actor: Actor, *, own: bool) -> list[str]:
    """The filters whose menus are as long as the practice is large, as far as this person can narrow by them."""
    others = actor.may(Permission.CLIENTS_SEE_ALL) or actor.may(Permission.CLIENTS_SEE_SUPERVISED)
    offered = (("tag", actor.may(Permission.CLIENTS_PROFILE)), ("therapist", others and not own))
    return [name for name, may in offered if may]


def _opened(actor: Actor, name: str, value: str, beginning: str = "") -> dict[str, Any]:
    """One of those filters with what its menu offers; of many tags the first, or those that begin with something."""
    if name == "tag":
        tags = _tags(actor, beginning)
        chip = pages.several_filter("tag", "Tag", value.split(",") if value else [], tags.offered)
        return {**chip, "others": tags.many, "cut": tags.cut}
    return pages.list_filter("therapist", "Therapist", value, _therapists(actor))


def _closed(actor: Actor, name: str, params: Mapping[str, str]) -> dict[str, Any]:
    """The same without its menu, which is asked for when somebody opens it; names only what is set."""
    value = params[name]
    if value and name == "tag":
        ids = tuple(tag_id for text in value.split(",") if (tag_id := pages.a_uuid(text)))
        chip = pages.several_filter("tag", "Tag", value.split(","), _named(actor, ids))
    elif value:
        known = _nobody(actor) if value == UNASSIGNED else _therapists(actor, pages.a_uuid(value))
        chip = pages.list_filter("therapist", "Therapist", value, [one for one in known if one[0] == value])
    else:
        chip = dict(_UNSET[name])
    return {**chip, "later": True}


_UNSET: Final[Mapping[str, Mapping[str, Any]]] = {
    "tag": pages.several_filter("tag", "Tag", (), ()),
    "therapist": pages.list_filter("therapist", "Therapist", "", ()),
}


def in_words(chips: Iterable[Mapping[str, Any]]) -> list[str]:
    """What narrows a list, for paper: "Tag: EMDR"."""
    return [
        f"{chip['label']}: {words}"
        for chip in chips
        for words in (
            [one["label"] for one in chip["chosen"]]
            if "chosen" in chip
            else [option["label"] for option in chip["options"] if option["value"] == chip["value"]]
        )
    ]


def _rare(name: str, label: str, words: str) -> dict[str, Any]:
    """A chip that stands above the list only while it is set."""
    return {
        "name": name,
        "label": label,
        "value": "set",
        "options": [],
        "chosen": [{"label": words, "without": ""}],
    }


class _Tags(NamedTuple):
    """Tags to offer by name; whether there are too many to show at once, and whether these are the first only."""

    offered: list[tuple[str, str]]
    many: bool
    cut: bool


def _tags(actor: Actor, beginning: str) -> _Tags:
    found = list_tags(actor, ListTags(limit=MOST_TICKS + 1))
    many, cut = len(found) > MOST_TICKS, False
    if many:
        found = list_tags(actor, ListTags(beginning=beginning, limit=FIRST_TICKS + 1))
        cut = len(found) > FIRST_TICKS
        found = found[:FIRST_TICKS]
    return _Tags([(str(tag.id), tag.name) for tag in found], many, cut)


def _named(actor: Actor, ids: tuple[UUID, ...]) -> list[tuple[str, str]]:
    return [(str(tag.id), tag.name) for tag in list_tags(actor, ListTags(only=ids))]


def _therapists(actor: Actor, only: UUID | None = None) -> list[tuple[str, str]]:
    """Therapists to offer by name, and nobody; of therapists `only` this one."""
    people = [(str(member.id), member.name) for member in list_therapists(actor, ListTherapists(only=only))]
    return [*people, *_nobody(actor)]


def _nobody(actor: Actor) -> list[tuple[str, str]]:
    """That clients have no therapist, for those who see such clients."""
    return [(UNASSIGNED, "Unassigned")] if actor.may(Permission.CLIENTS_SEE_ALL) else []


@require_http_methods(["GET", "POST"])
@pages.signed_in
def managed_filters(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All filters of the Clients tab. Typed words come by POST, and go on so."""
    if not actor.manages_users:
        raise NotAllowed
    return form(request, actor, "manage-clients")


@require_http_methods(["GET", "POST"])
@pages.signed_in
def my_filters(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All filters of one's own list."""
    return form(request, actor, "my-clients")


def form(request: HttpRequest, actor: Actor, route: str, refused: InvalidInput | None = None) -> HttpResponse:
    """The page with all filters of a list, as they are set now; for a chip that is opened, what it offers."""
    if not actor.sees_clients:
        raise NotAllowed
    asked = request.POST if request.method == "POST" else request.GET
    own = route == "my-clients" and actor.clinical and actor.may(Permission.CLIENTS_SEE_ALL)
    more = actor.may(Permission.CLIENTS_PROFILE)
    q = asked.get("q", "")[:200] if request.method == "POST" else ""
    beginning = asked.get("beginning", "")[:50] if request.method == "POST" else ""
    menu = asked.get("menu", "")
    if menu and request.headers.get("HX-Request"):
        if menu not in _menus(actor, own=own):
            raise NotFound
        params = carried(asked)
        chip = {
            "filter": _opened(actor, menu, params[menu], beginning),
            "base": url(route),
            "params": params,
            "q": q,
        }
        chip |= {"more": url(f"{route}-filter"), "beginning": beginning}
        return pages.page(request, FILTER, chip, block="found" if "beginning" in request.POST else "menu")
    found = _tags(actor, beginning) if more else _Tags([], many=False, cut=False)
    ticked = tags_in(asked) if more else ()
    tags = found.offered
    if found.many:  # what is ticked stays, whatever else is looked for
        tags = sorted({*tags, *_named(actor, ticked)}, key=lambda tag: tag_key(tag[1]))
    context = {
        "title": "Filter clients",
        "q": q,
        "show_url": url(f"{route}-search") if q or found.many else url(route),
        "filter_url": url(f"{route}-filter"),
        "list_url": url(route),
        "cancel_url": url(route) + query(carried(asked)),
        "view": "" if view_of(asked) == "active" else view_of(asked),
        "sorts": [
            (sort.value, sort.column.label + (", reversed" if sort.down else ""))
            for sort in ClientSort
            if sort.column.needs is None or actor.may(sort.column.needs)
        ],
        "sort": asked.get("sort", "")[:30] or ClientSort.NAME.value,
        "tags": [{"value": key, "label": name, "hint": ""} for key, name in tags],
        "many_tags": found.many,
        "cut": found.cut,
        "beginning": beginning,
        "chosen_tags": [str(tag_id) for tag_id in ticked],
        "therapists": [] if own else _therapists(actor),
        "therapist": asked.get("therapist", ""),
        "risks": RISKS if actor.may(Permission.CLIENTS_RISK) else (),
        "risk": asked.get("risk", ""),
        "registrations": list(REGISTRATION.items()) if more else [],
        "registration": asked.get("registration", ""),
        "since": [
            {"name": name, "label": label, "value": asked.get(name, "")[:20]}
            for name, label in _SINCE
            if name != "added" or more
        ],
        "errors": {problem.field: problem.message for problem in refused.problems} if refused else {},
    }
    return pages.page(request, FILTER, context, status=refused.status if refused else 200)


routes = [
    path("manage/clients/filter/", managed_filters, name="manage-clients-filter"),
    path("clients/filter/", my_filters, name="my-clients-filter"),
]
