"""The fields of a client as their page shows them, in groups, and as the forms that edit them ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import QueryDict

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.fields import CLIENT_FIELDS, FIELD_BY_NAME, ClientField, Group, full_label
from kinfold.domain.clients.languages import suggested
from kinfold.domain.clients.profile import identifiers_of, identifiers_text
from kinfold.domain.clients.queries.opening import ClientCard
from kinfold.domain.practices.places import countries

from .client_forms import SEXES, offered_tags, tags_of
from .jinja import full_day, phone

_PHONES: Final = {"phone", "emergency_phone", "guardian_phone"}
_KINDS: Final = {
    "email": "email",
    "guardian_email": "email",
    "birth_date": "date",
    "sex_at_birth": "choice",
    "country": "choice",
    "tags": "tags",
    **dict.fromkeys(_PHONES, "tel"),
}
_PRONOUNS: Final = ("she/her", "he/him", "they/them", "she/they", "he/they")
_GENDERS: Final = (
    "Woman", "Man", "Non-binary", "Transgender woman", "Transgender man", "Genderqueer", "Agender", "Questioning",
)  # fmt: skip
_HINTS: Final = {
    "identifiers": "One on each line, as MyChart: 1042",
    "tags": "Separate with commas",
}
_MISSING: Final = {
    "birth_date": "Not known yet",
    "email": "None",
    "phone": "Not given",
    "external_id": "Not set",
}
# In the line above them, or told beside the name.
_ELSEWHERE: Final = {"first_name", "last_name"}
# Where city, region, postal code and country are one fact with the lines above them.
_ADDRESS: Final = ("street", "city", "region", "postal_code", "country")


def saved_values(card: ClientCard) -> dict[str, str]:
    """What stands in each field now, as a form shows it; nothing for those who see names only."""
    profile = card.profile
    if profile is None:
        return {}
    values = {
        "first_name": card.first_name,
        "last_name": card.last_name,
        "email": profile.email,
        "phone": profile.phone,
        "birth_date": profile.birth_date.isoformat() if profile.birth_date else "",
        "sex_at_birth": profile.sex_at_birth,
        "external_id": profile.external_id,
        "tags": ", ".join(profile.tags),
        "identifiers": identifiers_text(profile.identifiers),
        **profile.further,
    }
    return {**values, **{name: phone(values[name]) for name in _PHONES}}


def typed_values(posted: QueryDict) -> dict[str, str]:
    """What was typed into the fields that a form has. Line ends are those of a form that nobody touched."""
    return {name: str(posted[name]).replace("\r\n", "\n") for name in FIELD_BY_NAME if name in posted}


def as_commands_take_it(typed: Mapping[str, str]) -> dict[str, Any]:
    """The same for a command: what holds several things is taken apart."""
    wanted: dict[str, Any] = dict(typed)
    if "tags" in wanted:
        wanted["tags"] = tags_of(wanted["tags"])
    if "identifiers" in wanted:
        wanted["identifiers"] = identifiers_of(wanted["identifiers"])
    return wanted


def shown_groups(card: ClientCard, *, may_edit: bool) -> list[dict[str, Any]]:
    """A client's fields under their headings, without those of which nothing is known that nobody asks for.

    Who may not edit does not see empty groups.
    """
    values = saved_values(card)
    groups = []
    for group in Group:
        facts = [fact for field in CLIENT_FIELDS if field.group == group for fact in _fact(field, values)]
        if facts or may_edit:
            groups.append({"value": group.value, "label": group.label, "facts": facts})
    return groups


def _fact(field: ClientField, values: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """A field as (its name, its label, its words), or nothing."""
    if field.name in _ELSEWHERE or field.name in _ADDRESS[1:]:
        return []
    if field.name == "street":
        address = _address(values)
        return [("street", "Address", address)] if address else []
    value = values[field.name]
    if not value:
        return [(field.name, field.label, _MISSING[field.name])] if field.name in _MISSING else []
    words = full_day(date.fromisoformat(value)) if field.name == "birth_date" else words_of(field.name, value)
    return [(field.name, field.label, words)]


def _address(values: Mapping[str, str]) -> str:
    city = " ".join(filter(None, (values["region"], values["postal_code"])))
    country = dict(countries()).get(values["country"], "")
    lines = (values["street"], ", ".join(filter(None, (values["city"], city))), country)
    return "\n".join(filter(None, lines))


def inputs(actor: Actor, *, group: Group | None = None) -> list[dict[str, Any]]:
    """What a form asks, under the headings of its groups: of one group, or of all."""
    choices: dict[str, Any] = {"sex_at_birth": tuple(SEXES.items()), "country": countries()}
    suggestions = {
        "pronouns": _PRONOUNS,
        "gender_identity": _GENDERS,
        "language": suggested(),
        "tags": offered_tags(actor) if group in {None, Group.RECORD} else (),
    }
    return [
        {
            "value": part.value,
            "label": part.label,
            "fields": [
                {
                    "name": field.name,
                    "label": field.label,
                    "kind": _KINDS.get(field.name, "area" if field.lines else "text"),
                    "length": field.length,
                    "hint": _HINTS.get(field.name, ""),
                    "options": choices.get(field.name, ()),
                    "suggestions": suggestions.get(field.name, ()),
                }
                for field in CLIENT_FIELDS
                if field.group == part
            ],
        }
        for part in Group
        if group in {None, part}
    ]


def label_of(name: str) -> str:
    """What a field is called in a list of fields of all groups."""
    return full_label(FIELD_BY_NAME[name])


def words_of(name: str, value: str) -> str:
    """What stands in a field as people read it, where a form holds a code."""
    if not value:
        return "nothing"
    if name == "sex_at_birth":
        return SEXES.get(value, value)
    return dict(countries()).get(value, value) if name == "country" else value
