"""Editing a client's profile and tags (SPEC U26, U27). Who cares for them is an act of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.further import identifiers_kept, keep, kept_of, replace_identifiers
from kinfold.domain.clients.index import index_again, keyed
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.models import Client, ClientStatus, ClientTag
from kinfold.domain.clients.profile import FIELDS, FURTHER_FIELDS, Checked, Identifier, check
from kinfold.domain.clients.tags import tag_client, tags_named
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, StaleVersion
from kinfold.domain.practices.queries import emails_are_optional
from kinfold.domain.team.granting import hold_team

says(client__changed="edited a client's profile")

_INDEXED = frozenset({"first_name", "last_name", "email", "external_id", "preferred_name", "identifiers"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeClient:
    """What to change about a client, and the version it was read at. None leaves a field as it is; "" empties it."""

    client_id: UUID
    version: int
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    birth_date: str | None = None
    sex_at_birth: str | None = None
    external_id: str | None = None
    phone: str | None = None
    tags: tuple[str, ...] | None = None
    preferred_name: str | None = None
    pronouns: str | None = None
    gender_identity: str | None = None
    language: str | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    emergency_name: str | None = None
    emergency_relationship: str | None = None
    emergency_phone: str | None = None
    guardian_name: str | None = None
    guardian_relationship: str | None = None
    guardian_phone: str | None = None
    guardian_email: str | None = None
    identifiers: tuple[Identifier, ...] | None = None


@command(Permission.CLIENTS_CHANGE)
def change_client(actor: Actor, data: ChangeClient) -> None:
    """Save an edit of a client's profile.

    Raises InvalidInput naming every wrong field, ClientArchived, and StaleVersion when someone else saved since: then
    nothing of either edit is lost (RELIABILITY 1.10).
    """
    client = visible_to(actor).filter(pk=data.client_id).first()
    if client is None:
        raise NotFound
    if client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    kept: dict[str, str | date | None] = {field: getattr(client, field) for field in FIELDS}
    if any(getattr(data, field) is not None for field in FURTHER_FIELDS):
        kept |= kept_of(client.id)
    wanted = _checked(actor, data, kept)
    if client.version != data.version:
        raise StaleVersion
    changed = [field for field, value in wanted.fields.items() if kept[field] != value]
    had = _tag_ids(client.id)
    if data.tags is not None and any(tag_key(name) not in had for name in wanted.tags):
        hold_team()  # nobody deletes a tag while it is given
    tag_ids = had if data.tags is None else tags_named(wanted.tags)
    others = None if data.identifiers is None else identifiers_kept(client.id)
    if others is not None and set(wanted.identifiers) != set(others):
        changed.append("identifiers")
    if not changed and tag_ids == had:
        trail.nothing_changed()
        return
    write_changes(
        actor,
        client,
        {field: wanted.fields[field] for field in changed if field != "identifiers"},
        identifiers=wanted.identifiers if "identifiers" in changed else None,
        tags=(set(had.values()), set(tag_ids.values())),
    )


def write_changes(
    actor: Actor,
    client: Client,
    values: Mapping[str, str | date | None],
    *,
    identifiers: tuple[Identifier, ...] | None = None,
    tags: tuple[set[UUID], set[UUID]] | None = None,
) -> None:
    """Write what changes about one client, checked before, with all that is derived from it; record which fields.

    `identifiers` replace those that are kept, and `tags` are those the client has and will have. Raises StaleVersion
    when somebody saved since the client was read.
    """
    own = [field for field in values if field in FIELDS]
    for field in own:
        setattr(client, field, values[field])
    keyed(client)
    _save(client, own, clock.now())
    further = {field: str(value) for field, value in values.items() if field in FURTHER_FIELDS}
    if further:
        keep(client.id, further)
    changed = list(values)
    if identifiers is not None:
        replace_identifiers(client.id, identifiers)
        changed.append("identifiers")
    if _INDEXED.intersection(changed):
        index_again(client)
    if tags is not None and tags[0] != tags[1]:
        had, wanted = tags
        changed.append("tags")
        ClientTag.objects.filter(client_id=client.id, tag_id__in=had - wanted).delete()
        ClientTag.objects.bulk_create(tag_client(client, wanted - had))
    trail.record(actor, "client.changed", subject=("client", client.id), fields=changed)


def _checked(actor: Actor, data: ChangeClient, kept: Mapping[str, str | date | None]) -> Checked:
    """What was typed anew, checked. What stays as it is was taken once, and is not what this edit is about."""
    given = {
        field: typed
        for field, value in kept.items()
        if (typed := getattr(data, field)) is not None and typed.strip() != _text(value)
    }
    checked, problems = check(
        given,
        data.tags or (),
        emails_optional=emails_are_optional(),
        country=actor.country,
        today=clock.today(actor.time_zone),
        identifiers=data.identifiers or (),
    )
    if problems:
        raise InvalidInput(problems)
    return checked


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _tag_ids(client_id: UUID) -> dict[str, UUID]:
    return dict(ClientTag.objects.filter(client_id=client_id).values_list("tag__key", "tag_id"))


def _save(client: Client, changed: list[str], now: datetime) -> None:
    values = {field: getattr(client, field) for field in (*changed, "sort_key")}
    saved = Client.objects.filter(pk=client.id, version=client.version).update(
        **values, updated_at=now, version=F("version") + 1
    )
    if not saved:
        raise StaleVersion
