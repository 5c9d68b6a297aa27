"""What the tests of bulk acts do again and again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    AddTags,
    ArchiveClients,
    ReassignClients,
    RemoveTags,
    SelectClients,
    UnarchiveClients,
    UndoChange,
    add_tags,
    archive_clients,
    reassign_clients,
    remove_tags,
    select_clients,
    unarchive_clients,
    undo_change,
)
from kinfold.domain.clients.queries.bulk import (
    ChangePreview,
    OpenChange,
    PreviewChange,
    open_change,
    preview_change,
)
from kinfold.domain.clients.queries.listing import ListClients
from tests.domain.clients.steps import card
from tests.personas import Cast, Person


def choose(who: Person, act: Act, *client_ids: UUID, **matching: Any) -> UUID:
    """Choose clients by id, or by what a list is narrowed down to."""
    wanted = None if client_ids else ListClients(**matching)
    return select_clients(who.actor, SelectClients(act=act, client_ids=client_ids, matching=wanted))


def archive(who: Person, *client_ids: UUID) -> UUID:
    """Archive clients."""
    change_id = choose(who, Act.ARCHIVE, *client_ids)
    return archive_clients(who.actor, ArchiveClients(change_id=change_id))


def unarchive(who: Person, *client_ids: UUID) -> UUID:
    """Bring clients back."""
    change_id = choose(who, Act.UNARCHIVE, *client_ids)
    return unarchive_clients(who.actor, UnarchiveClients(change_id=change_id))


def tag(who: Person, names: tuple[str, ...], *client_ids: UUID) -> UUID:
    """Add tags."""
    change_id = choose(who, Act.ADD_TAGS, *client_ids)
    return add_tags(who.actor, AddTags(change_id=change_id, tags=names))


def untag(who: Person, tag_ids: tuple[UUID, ...], *client_ids: UUID) -> UUID:
    """Remove tags."""
    change_id = choose(who, Act.REMOVE_TAGS, *client_ids)
    return remove_tags(who.actor, RemoveTags(change_id=change_id, tag_ids=tag_ids))


def reassign(who: Person, to: Person | None, *client_ids: UUID, reason: str = "") -> UUID:
    """Give clients to somebody, or to nobody."""
    change_id = choose(who, Act.REASSIGN, *client_ids)
    member_id = to.member_id if to else None
    return reassign_clients(
        who.actor, ReassignClients(change_id=change_id, member_id=member_id, reason=reason)
    )


def undo(who: Person, change_id: UUID) -> None:
    """Take a bulk act back."""
    undo_change(who.actor, UndoChange(change_id=change_id))


def preview(who: Person, change_id: UUID, **decided: Any) -> ChangePreview:
    """What an act would do."""
    return preview_change(who.actor, PreviewChange(change_id=change_id, **decided))


def outcomes(who: Person, change_id: UUID) -> dict[str, set[str]]:
    """Who became what, by first name."""
    found = open_change(who.actor, OpenChange(change_id=change_id))
    return {group.outcome: {client.first_name for client in group.clients} for group in found.groups}


def therapist_of(cast: Cast, client_id: UUID) -> tuple[str, str]:
    """Whom a client has, and as what."""
    found = card(cast.ada, client_id)
    return found.therapist, found.kind
