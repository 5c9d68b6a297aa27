"""What the role editor and the page of one person's exceptions share: the lines of permissions, and previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.features import Feature
from kinfold.domain.access.permissions import Area, Permission
from kinfold.domain.clients.queries.effects import Effect, PersonEffect
from kinfold.domain.kernel.errors import DomainError, InvalidInput

from . import pages

EFFECT = "pages/settings/roles/effect.html"
DECISIONS = {"on": True, "off": False}
PEOPLE_SHOWN = 50


def field_of(permission: Permission) -> str:
    """The name of a permission's three buttons in a form."""
    return f"o-{permission.value}"


def decisions(request: HttpRequest) -> dict[str, bool]:
    """What a form decides; what it leaves as it is, is not in it."""
    chosen = {permission.value: request.POST.get(field_of(permission), "") for permission in Permission}
    return {name: DECISIONS[value] for name, value in chosen.items() if value in DECISIONS}


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """A form to send again once it was confirmed, without what each page has of its own."""
    own = ("csrfmiddlewaretoken", "form_key", "do", "as")
    return [(name, value) for name, sent in request.POST.lists() if name not in own for value in sent]


def sentence(refused: DomainError) -> str:
    """A refusal in one line, where no field of its own can show it."""
    if isinstance(refused, InvalidInput):
        return " ".join(problem.message for problem in refused.problems)
    return refused.message


def grouped(actor: Actor, lines: Iterable[Feature]) -> list[dict[str, Any]]:
    """Permissions under their headings, as rows of the table. What the asker may not do they cannot allow."""
    by_area: dict[Area, list[dict[str, Any]]] = {area: [] for area in Area}
    for line in lines:
        by_area[line.permission.area].append(
            {
                "name": line.permission.value,
                "field": field_of(line.permission),
                "label": line.permission.label,
                "sentence": line.permission.sentence,
                "base": line.base,
                "decision": {True: "on", False: "off", None: ""}[line.decision],
                "allowed": line.allowed,
                "limit": line.limit,
                "note": line.note,
                "grantable": line.permission in actor.permissions,
            }
        )
    return [{"label": area.value, "rows": rows} for area, rows in by_area.items() if rows]


def effect_page(
    request: HttpRequest, effect: Effect, *, trail: Iterable[tuple[str, str]], lede: str
) -> HttpResponse:
    """What a form would do, with the form itself to confirm or to go on with."""
    context = {
        "trail": trail,
        "lede": lede,
        "action": request.path,
        "effect": effect_context(effect),
        "typed": typed(request),
    }
    return pages.page(request, EFFECT, context)


def effect_context(effect: Effect) -> dict[str, Any]:
    """A preview as the page shows it: a few sentences about everybody, and a line for each person."""
    return {
        "summary": _summary(effect),
        "people": [_person(person) for person in effect.people[:PEOPLE_SHOWN]],
        "others": max(0, len(effect.people) - PEOPLE_SHOWN),
        "loses_own": [permission.label for permission in effect.loses_own],
        "counts_all": effect.counts_all,
    }


def _summary(effect: Effect) -> list[tuple[str, str]]:
    """Sentences with their icons: "Ana Ferreira gains 2 features", "12 people see up to 14 fewer clients"."""
    told: tuple[tuple[str, str, str, str, Callable[[PersonEffect], int]], ...] = (
        ("circle-plus", "gain", "", "feature", lambda person: len(person.gains)),
        ("eye", "see", "more ", "client", lambda person: person.shown),
        ("folder-open", "open", "more ", "full record", lambda person: person.opened),
        ("circle-minus", "lose", "", "feature", lambda person: len(person.loses)),
        ("eye-off", "see", "fewer ", "client", lambda person: person.hidden),
        ("folder-lock", "open", "fewer ", "full record", lambda person: person.closed),
    )
    sentences = []
    for glyph, verb, direction, noun, number_of in told:
        people = [person for person in effect.people if number_of(person)]
        if people:
            numbers = {number_of(person) for person in people}
            most = max(numbers)
            up_to = "" if len(numbers) == 1 else "up to "
            nouns = noun if most == 1 else f"{noun}s"
            does = f"{verb}s" if len(people) == 1 else verb
            sentences.append((glyph, f"{_people(people)} {does} {up_to}{most:,} {direction}{nouns}."))
    if lacking := [person for person in effect.people if person.needs_supervisor]:
        needs = "needs" if len(lacking) == 1 else "need"
        sentences.append(("triangle-alert", f"{_people(lacking)} {needs} a supervisor and will be flagged."))
    return sentences


def _people(found: list[PersonEffect]) -> str:
    """Up to two by name, more by number."""
    if len(found) <= 2:
        return " and ".join(person.name for person in found)
    return f"{len(found):,} people"


def _person(person: PersonEffect) -> dict[str, Any]:
    return {
        "id": person.member_id,
        "name": person.name,
        "gains": [permission.label for permission in person.gains],
        "loses": [permission.label for permission in person.loses],
        "clients": _more_and_fewer(person.shown, person.hidden),
        "records": _more_and_fewer(person.opened, person.closed),
        "needs_supervisor": person.needs_supervisor,
    }


def _more_and_fewer(more: int, fewer: int) -> str:
    told = [f"{more:,} more" if more else "", f"{fewer:,} fewer" if fewer else ""]
    return ", ".join(filter(None, told))
