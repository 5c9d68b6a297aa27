"""Tidying the practice's tags: other names for them, two made one, and deleting those that nobody needs (SPEC U36)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.errors import TagExists
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.models import ClientTag, MovedTag, Tag
from kinfold.domain.clients.profile import Refused
from kinfold.domain.clients.profile import tag as clean_tag
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.team.granting import hold_team

says(
    tag__renamed="renamed a tag",
    tag__merged="made two tags one",
    tag__deleted="deleted a tag",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenameTag:
    """Which tag, and its new name. `merge`: if another tag has that name, both become that one."""

    tag_id: UUID
    name: str
    merge: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteTag:
    """Which tag."""

    tag_id: UUID


@command(Permission.CLIENTS_CHANGE)
def rename_tag(actor: Actor, data: RenameTag) -> None:
    """Give a tag another name, for all clients who have it.

    Raises InvalidInput, NotFound, TagExists when another tag has the name and merging was not asked for, and NotAllowed
    for those who do not see all clients.
    """
    found = _held(actor, data.tag_id)
    name = clean_tag(data.name)
    if isinstance(name, Refused) or not name:
        raise InvalidInput.one("name", str(name) or "Enter a name.")
    other = Tag.objects.filter(key=tag_key(name)).exclude(pk=found.pk).first()
    if other is None:
        if name == found.name:
            trail.nothing_changed()
            return
        Tag.objects.filter(pk=found.pk).update(name=name, key=tag_key(name))
        trail.record(actor, "tag.renamed", subject=("tag", found.pk), fields=["name"])
        return
    if not data.merge:
        raise TagExists
    have_both = ClientTag.objects.filter(tag_id=other.pk).values("client_id")
    ClientTag.objects.filter(tag_id=found.pk).exclude(client_id__in=have_both).update(tag_id=other.pk)
    _remove(found.pk)
    trail.record(actor, "tag.merged", subject=("tag", other.pk), detail={"other": str(found.pk)})


@command(Permission.CLIENTS_CHANGE)
def delete_tag(actor: Actor, data: DeleteTag) -> None:
    """Take a tag off everybody, and away. Raises NotFound, and NotAllowed for those who do not see all clients."""
    found = _held(actor, data.tag_id)
    _remove(found.pk)
    trail.record(actor, "tag.deleted", subject=("tag", found.pk))


def _held(actor: Actor, tag_id: UUID) -> Tag:
    """The tag, while nobody else tidies tags, makes one, or changes who has them by a bulk act."""
    if not actor.may(Permission.CLIENTS_SEE_ALL):
        raise NotAllowed
    hold_team()
    found = Tag.objects.filter(pk=tag_id).first()
    if found is None:
        raise NotFound
    return found


def _remove(tag_id: UUID) -> None:
    # A bulk act that moved it cannot put it back any more; undoing leaves the rest of it as it was.
    for rows in (MovedTag, ClientTag):
        rows.objects.filter(tag_id=tag_id)._raw_delete(DEFAULT_DB_ALIAS)
    Tag.objects.filter(pk=tag_id)._raw_delete(DEFAULT_DB_ALIAS)
