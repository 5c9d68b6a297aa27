"""What the forms about clients share: their fields, tags typed as one text, and who can be named as therapist."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.profile import centuries
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.credentials.queries.pickers import ListTakers, list_takers

from . import place
from .jinja import full_day

# The fields of a form in the order in which people fill them in, each with the words that stand beside it.
LABELS: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Email",
    "phone": "Phone",
    "birth_date": "Date of birth",
    "sex_at_birth": "Sex at birth",
    "tags": "Tags",
    "external_id": "External ID",
}

TAGS_AT_FIRST: Final = 100
SEXES: Final = {"female": "Female", "male": "Male", "unknown": "Unknown", "undisclosed": "Undisclosed"}


def centuries_of(typed: str) -> list[tuple[str, str]]:
    """What a date of birth with a year of two digits can mean: asked, not guessed."""
    return [(day.isoformat(), full_day(day)) for day in centuries(typed, place.today())]


def tags_of(typed: str) -> tuple[str, ...]:
    """The tags of a text in which commas stand between them."""
    return tuple(name for name in (part.strip() for part in typed.split(",")) if name)


def therapists(actor: Actor) -> list[tuple[UUID, str]]:
    """Whom this person may give clients to: anybody who takes new ones, or only themselves if they see clients."""
    if not actor.may(Permission.MEMBERS_NAMES):
        return [(actor.member_id, actor.name)] if actor.clinical and actor.member_id else []
    everybody = actor.may(Permission.CLIENTS_ASSIGN)
    able = list_takers(actor, ListTakers())
    return [(found.id, found.label) for found in able if everybody or found.id == actor.member_id]


def offered_tags(actor: Actor) -> list[str]:
    """The names of tags to suggest at first, as far as this person sees tags; more are found as one types."""
    if not (actor.sees_clients and actor.may(Permission.CLIENTS_PROFILE)):
        return []
    return [tag.name for tag in list_tags(actor, ListTags(limit=TAGS_AT_FIRST))]


def new_form_key() -> str:
    """A key for a form that stands beside others on its page."""
    return secrets.token_urlsafe(16)
