"""Rows that change clients whom the practice has: found by their external ID, shown field by field, taken back.

Only what was chosen explicitly comes here. A client is found by their external ID as it is compared everywhere, without
regard to case and accents. Tags are added and never taken off, and what must not be empty is never emptied.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Final, NamedTuple
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.commands.changing import write_changes
from kinfold.domain.clients.models import (
    Client,
    ClientIdentifier,
    ClientProfile,
    ClientStatus,
    ClientTag,
    Tag,
)
from kinfold.domain.clients.profile import (
    FIELDS,
    FURTHER_FIELDS,
    MISSING,
    MOST_TAGS,
    TOO_MANY_TAGS,
    Identifier,
    identifiers_of,
    identifiers_text,
)
from kinfold.domain.clients.tags import tags_named
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.imports.checking import BadRow, CheckedBlock, RowProblem
from kinfold.domain.imports.errors import FileRefused
from kinfold.domain.imports.fields import further_in
from kinfold.domain.imports.models import Import, Mode, StagedKind, UpdatedClient
from kinfold.domain.imports.staging import Staged, chosen
from kinfold.domain.kernel.many import blocks as some_at_a_time
from kinfold.domain.kernel.text import folded

# Each is written as an edit by hand is, in one transaction that others wait for.
MOST: Final = 5_000
_AT_ONCE: Final = 500
_MAIN: Final = (
    "first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id", "phone",
)  # fmt: skip

_NO_ID: Final = "Enter the external ID of the client to update."
_NOBODY: Final = "No client has this external ID."
_SEVERAL: Final = "Several clients have this external ID. Correct that first."
_ARCHIVED: Final = "The client with this external ID is archived. Unarchive them first."


class Update(NamedTuple):
    """What one row changes: by field what it was and what it becomes, as text, and tags that are added."""

    line: int
    client_id: str
    version: int
    name: str
    changes: dict[str, list[str]]
    tags: list[str]


class Rows(NamedTuple):
    """Rows of one file by what becomes of them; those to add are left in `blocks`."""

    blocks: list[CheckedBlock]
    updates: list[Update]
    unchanged: int
    bad: list[BadRow]

    def fields_changed(self) -> dict[str, int]:
        """In how many clients each field changes."""
        return dict(Counter(chain.from_iterable(names_of(update) for update in self.updates)))


def names_of(update: Update) -> list[str]:
    """The fields that one row changes."""
    return [*update.changes, *(["tag"] if update.tags else [])]


def sort_out(actor: Actor, job: Import, blocks: Sequence[CheckedBlock]) -> Rows:
    """Tell apart which checked rows update a client, which are to be added, and which are neither.

    Raises FileRefused for more updates than can be made at once.
    """
    known = _by_external_id(actor)
    sorting = _Sorting(job, {}, [], [])
    left = [
        chosen(block, [sorting.is_new(row, known) for row in _rows(block, job.mapping)]) for block in blocks
    ]
    if len(sorting.found) > MOST:
        raise FileRefused(f"A file updates at most {MOST:,} clients at once. Split it and import the parts.")
    updates: list[Update] = []
    kept = _as_they_are([row.client_id for row in sorting.found])
    for row in sorting.found:
        update = _difference(row, kept[row.client_id], job)
        if len(kept[row.client_id].tags) + len(update.tags) > MOST_TAGS:
            sorting.refuse(row.line, row.values, "tag", TOO_MANY_TAGS)
        else:
            updates.append(update)
    real = [update for update in updates if update.changes or update.tags]
    return Rows(left, real, len(updates) - len(real), sorted(sorting.bad))


def write_updates(updates: Sequence[Update]) -> Iterator[Staged]:
    """Updates as some texts."""
    for start in range(0, len(updates), _AT_ONCE):
        some = updates[start : start + _AT_ONCE]
        yield Staged(StagedKind.UPDATE, start, len(some), json.dumps(some, ensure_ascii=False))


def read_updates(body: str) -> list[Update]:
    """As `write_updates` wrote them."""
    return [Update(*row) for row in json.loads(body)]


def as_checked(actor: Actor, updates: Sequence[Update]) -> dict[UUID, Client] | None:
    """The clients to update, locked until the transaction ends; None when any was edited since the file was checked."""
    ids = [UUID(update.client_id) for update in updates]
    clients = _locked(actor, ids)
    same = all(
        client_id in clients and clients[client_id].version == update.version
        for client_id, update in zip(ids, updates, strict=True)
    )
    return clients if same else None


def carry_out(
    actor: Actor, change_set_id: UUID, updates: Sequence[Update], clients: Mapping[UUID, Client]
) -> list[UUID]:
    """Change the clients, inside the running transaction. Returns the ids of tags that were new."""
    before = set(Tag.objects.values_list("id", flat=True))
    tag_ids = tags_named(chain.from_iterable(update.tags for update in updates))
    by_name = {folded(name): tag_id for name, tag_id in tag_ids.items()}
    had = _tags_of([*clients])
    rows = []
    for update in updates:
        client = clients[UUID(update.client_id)]
        added = {by_name[folded(name)] for name in update.tags}
        tags = had.get(client.id, {})
        wanted = {name: becomes for name, (_, becomes) in update.changes.items()}
        rows.append(
            UpdatedClient(
                practice_id=client.practice_id,
                change_set_id=change_set_id,
                client_id=client.id,
                version=client.version + 1,
                before={name: was for name, (was, _) in update.changes.items()},
                tags=[str(tag_id) for tag_id in added - set(tags)],
            )
        )
        _write(actor, client, wanted, set(tags), set(tags) | added)
    UpdatedClient.objects.bulk_create(rows, batch_size=_AT_ONCE)
    return [tag_id for tag_id in by_name.values() if tag_id not in before]


def restore(actor: Actor, change_set_id: UUID) -> tuple[int, list[UUID]]:
    """Give clients back what an import changed, unless they were edited since, inside the running transaction.

    Returns how many were restored, and the ids of those kept as they are now.
    """
    rows = list(UpdatedClient.objects.filter(change_set_id=change_set_id))
    ids = [row.client_id for row in rows]
    clients = _locked(actor, ids)
    had = _tags_of(ids)
    kept: list[UUID] = []
    restored: list[UUID] = []
    for row in rows:
        client = clients.get(row.client_id)
        if client is None or client.version != row.version:
            kept.append(row.client_id)
            continue
        tags = set(had.get(client.id, {}))
        _write(actor, client, row.before, tags, tags - {UUID(tag_id) for tag_id in row.tags})
        restored.append(row.id)
    for done in some_at_a_time(restored):
        UpdatedClient.objects.filter(pk__in=done).delete()
    return len(restored), kept


class _Row(NamedTuple):
    """A row with its values by field, and the client it is about."""

    line: int
    values: dict[str, str | tuple[str, ...]]
    client_id: UUID


class _Kept(NamedTuple):
    """A client as the practice has them: every field as text, and the keys of their tags."""

    version: int
    fields: dict[str, str]
    tags: frozenset[str]


@dataclass(slots=True)
class _Sorting:
    job: Import
    lines: dict[str, int]  # where each external ID stood first
    found: list[_Row]
    bad: list[BadRow]
    columns: tuple[str | None, ...] = field(init=False)
    shown: tuple[str | None, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = tuple(self.job.mapping)
        # All tags are read together by now: of several columns with tags the first one holds them.
        self.shown = tuple(
            None if name in self.columns[:place] else name for place, name in enumerate(self.columns)
        )

    def is_new(
        self, given: tuple[int, dict[str, str | tuple[str, ...]]], known: Mapping[str, list[tuple[UUID, str]]]
    ) -> bool:
        """Whether a row is to be added; otherwise it is noted as found, or with what is wrong."""
        line, values = given
        key = folded(str(values["external_id"]))
        clients = known.get(key, []) if key else []
        earlier = self.lines.setdefault(key, line) if key else line
        if earlier != line:
            self.refuse(line, values, "external_id", f"Line {earlier} of this file has the same external ID.")
        elif len(clients) > 1:
            self.refuse(line, values, "external_id", _SEVERAL)
        elif clients and clients[0][1] != ClientStatus.ACTIVE:
            self.refuse(line, values, "external_id", _ARCHIVED)
        elif clients:
            self.found.append(_Row(line, values, clients[0][0]))
        elif self.job.mode == Mode.UPDATE:
            self.refuse(line, values, "external_id", _NOBODY if key else _NO_ID)
        else:
            missing = {
                name: why for name, why in MISSING.items() if self._asks_for(name) and not values[name]
            }
            for name, why in missing.items():
                self.refuse(line, values, name, why)
            return not missing
        return False

    def refuse(self, line: int, values: Mapping[str, str | tuple[str, ...]], name: str, reason: str) -> None:
        """Note what is wrong with a row."""
        if self.bad and self.bad[-1].line == line:
            self.bad[-1].problems.append(RowProblem(line, name, reason))
            return
        cells = [_text(values.get(column or "", "")) for column in self.shown]
        self.bad.append(BadRow(line, cells, [RowProblem(line, name, reason)]))

    def _asks_for(self, name: str) -> bool:
        return name in self.columns and not (name == "email" and self.job.emails_optional)


def _rows(
    block: CheckedBlock, mapping: Sequence[str | None]
) -> Iterator[tuple[int, dict[str, str | tuple[str, ...]]]]:
    names = (*_MAIN, "tag")
    further = further_in(mapping)
    for line, (*values, more) in zip(block.lines, zip(*block.people, strict=True), strict=True):
        yield line, {**dict(zip(names, values, strict=True)), **dict(zip(further, more, strict=True))}


def _difference(row: _Row, kept: _Kept, job: Import) -> Update:
    changes: dict[str, list[str]] = {}
    for name in dict.fromkeys(job.mapping):
        if name is None or name in {"external_id", "tag"}:
            continue
        becomes = _text(row.values[name])
        was = kept.fields.get(name, "")
        may_empty = job.erase and (name not in MISSING or (name == "email" and job.emails_optional))
        if becomes != was and (becomes or may_empty):
            changes[name] = [was, becomes]
    tags = [name for name in row.values["tag"] if folded(name) not in kept.tags]
    who = f"{kept.fields['first_name']} {kept.fields['last_name']}"
    return Update(row.line, str(row.client_id), kept.version, who, changes, tags)


def _by_external_id(actor: Actor) -> dict[str, list[tuple[UUID, str]]]:
    found: dict[str, list[tuple[UUID, str]]] = {}
    rows = visible_to(actor).exclude(external_id="").values_list("id", "status", "external_id")
    for client_id, status, external_id in rows.iterator(5_000):
        found.setdefault(folded(external_id), []).append((client_id, status))
    return found


def _locked(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Client]:
    """Active clients, for the rest of the transaction."""
    clients: dict[UUID, Client] = {}
    for some in some_at_a_time(ids):
        seen = visible_to(actor).filter(pk__in=some, status=ClientStatus.ACTIVE).values("id")
        clients |= {
            client.id: client for client in Client.objects.filter(pk__in=seen).select_for_update(no_key=True)
        }
    return clients


def _as_they_are(ids: Sequence[UUID]) -> dict[UUID, _Kept]:
    """Everything that a file can change about some clients."""
    found: dict[UUID, _Kept] = {}
    tags = _tags_of(ids)
    for some in some_at_a_time(ids):
        profiles = ClientProfile.objects.filter(client_id__in=some).values("client_id", *FURTHER_FIELDS)
        more = {row.pop("client_id"): row for row in profiles}
        others: dict[UUID, list[Identifier]] = {}
        kept = ClientIdentifier.objects.filter(client_id__in=some).order_by("client_id", "system_key")
        for client_id, system, value in kept.values_list("client_id", "system", "value"):
            others.setdefault(client_id, []).append(Identifier(system, value))
        for row in Client.objects.filter(pk__in=some).values("id", "version", *FIELDS):
            client_id, version = row.pop("id"), row.pop("version")
            fields = {name: _as_text(value) for name, value in {**row, **more.get(client_id, {})}.items()}
            fields["identifiers"] = identifiers_text(others.get(client_id, ()))
            found[client_id] = _Kept(version, fields, frozenset(tags.get(client_id, {}).values()))
    return found


def _tags_of(ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    """By client, their tags with what two spellings of each have in common."""
    found: dict[UUID, dict[UUID, str]] = {}
    for some in some_at_a_time(ids):
        rows = ClientTag.objects.filter(client_id__in=some).values_list("client_id", "tag_id", "tag__key")
        for client_id, tag_id, key in rows:
            found.setdefault(client_id, {})[tag_id] = key
    return found


def _write(actor: Actor, client: Client, wanted: Mapping[str, str], had: set[UUID], tags: set[UUID]) -> None:
    values: dict[str, str | date | None] = {**wanted}
    others = values.pop("identifiers", None)
    if "birth_date" in values:
        values["birth_date"] = date.fromisoformat(wanted["birth_date"]) if wanted["birth_date"] else None
    write_changes(
        actor,
        client,
        values,
        identifiers=None if others is None else identifiers_of(str(others)),
        tags=(had, tags),
    )


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
