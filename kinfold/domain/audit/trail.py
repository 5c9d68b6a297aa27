"""Writing and checking the audit trail.

`hash = SHA-256(previous hash ‖ canonical row)`. The row of the practice's head is locked while an entry is added, so
numbers have no gaps and no two entries share a predecessor. The head carries a seal made with the installation key:
who edits the database alone can neither change, drop, swap nor cut entries without `verify` saying so
(RELIABILITY 1.12).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple, Protocol, TypeAlias
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import QuerySet

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.driver import together
from kinfold.domain.kernel.many import insert
from kinfold.domain.kernel.prepared import prepared, prepared_update
from kinfold.domain.kernel.tenancy import current_practice_id, entered

from .models import AuditDetail, AuditEntry, AuditHead

START = "0" * 64

# An entry as its hash covers it: practice, number, moment, action, outcome, who (kind, id, token), about what (kind,
# id), digest of the detail.
Row: TypeAlias = tuple[str, int, str, str, str, str, str, str, str, str, str]

_in_ascii = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Who(Protocol):
    """As much of an actor as the trail keeps."""

    @property
    def kind(self) -> str: ...
    @property
    def practice_id(self) -> UUID: ...
    @property
    def acting_id(self) -> UUID | None: ...
    @property
    def token_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to record: a past-tense action, what it was about, and which fields it touched."""

    action: str
    subject: tuple[str, UUID] | None = None
    fields: Sequence[str] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    outcome: str = "done"


class _Told(NamedTuple):
    """What is to be written of an event, worked out as far as it can be before its place in the chain is known."""

    who: Who
    event: Event
    subject_kind: str
    subject_id: str
    salt: str
    detail: str
    digest: str


@dataclass(slots=True)
class _Watch:
    """What one command leaves: how many entries, and those that are not written yet."""

    practice_id: UUID
    count: int = 0
    waiting: list[_Told] = field(default_factory=list)


_watch: ContextVar[_Watch | None] = ContextVar("kinfold_audit_watch", default=None)


@contextmanager
def watching() -> Iterator[_Watch]:
    """Keep what a command records until it is done, and count it; the door refuses to commit when that is nothing.

    What a command leaves is written when all else is, also when it calls others. So the end of the chain is the last
    row that it waits for by itself. What a new row names is looked up later still, at the commit: whoever names a
    row that others may delete holds it before (clients/holding.py), so that nobody who waits for the end is waited for.
    """
    outer = _watch.get()
    watch = _Watch(current_practice_id())
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)
    if outer is None or outer.practice_id != watch.practice_id:
        _append(watch.waiting)
    else:
        outer.waiting += watch.waiting
    if outer is not None:
        outer.count += watch.count


def nothing_changed() -> None:
    """Say that a command rightly wrote nothing, so there is nothing to record."""
    watch = _watch.get()
    if watch is not None:
        watch.count += 1


def start_trail() -> None:
    """Begin the chain of the entered practice, once, when it is created."""
    practice_id = current_practice_id()
    AuditHead.objects.create(hash=START, number=0, seal=_seal(practice_id, 0, START))


def record(
    who: Who,
    action: str,
    *,
    subject: tuple[str, UUID] | None = None,
    fields: Sequence[str] = (),
    detail: dict[str, Any] | None = None,
    outcome: str = "done",
) -> None:
    """Add one entry. Fields are names, details are ids and counts: never values of a person's record."""
    record_all(who, [Event(action, subject, fields, detail or {}, outcome)])


def record_all(who: Who, events: Sequence[Event]) -> None:
    """Add several entries in order, in the running transaction: at once, or when the running command is done."""
    salts = secrets.token_hex(16 * len(events))
    told = [_told(who, event, salts[32 * place : 32 * place + 32]) for place, event in enumerate(events)]
    watch = _watch.get()
    if watch is None or watch.practice_id != current_practice_id():
        _append(told)
    else:
        watch.waiting += told
    if watch is not None:
        watch.count += len(told)


def _told(who: Who, event: Event, salt: str) -> _Told:
    body = {**event.detail, "fields": sorted(event.fields)} if event.fields else event.detail
    kind, subject = (event.subject[0], str(event.subject[1])) if event.subject else ("", "")
    if not body:
        return _Told(who, event, kind, subject, "", "", "")
    detail = _canonical(body)
    return _Told(who, event, kind, subject, salt, detail, _salted(salt, detail))


def _append(told: Sequence[_Told]) -> None:
    if not told:
        return
    practice_id = current_practice_id()
    ((number, previous),) = _head()
    at = clock.now()
    with together():
        for _, same in groupby(told, key=lambda one: id(one.who)):
            by_one = list(same)
            previous = _chain(by_one, number, previous, at)
            number += len(by_one)
        _move_head(number=number, head=previous, seal=_seal(practice_id, number, previous))


def _chain(told: Sequence[_Told], last: int, previous: str, at: datetime) -> str:
    """Write what one actor did behind the entry with this number and hash. Returns the hash of the last."""
    who, practice_id = told[0].who, current_practice_id()
    # What all have in common is put into words once: for a thousand it took as long as the chain itself.
    practice, moment = str(practice_id), _moment(at)
    actor = (who.kind, str(who.acting_id or ""), str(who.token_id or ""))
    rows: list[Row] = []
    hashes: list[str] = []
    details: list[tuple[int, str, str]] = []
    for number, (_, event, kind, subject, salt, detail, digest) in enumerate(told, last + 1):
        if digest:
            details.append((number, salt, detail))
        row = (practice, number, moment, event.action, event.outcome, *actor, kind, subject, digest)
        previous = _linked(previous, row)
        rows.append(row)
        hashes.append(previous)
    same = {
        "practice_id": practice_id,
        "at": at,
        "actor_kind": who.kind,
        "actor_id": who.acting_id,
        "token_id": who.token_id,
    }
    _write(same, rows, hashes, details)
    return previous


@prepared
def _head() -> QuerySet[AuditHead, Any]:
    return AuditHead.objects.select_for_update().values_list("number", "hash")


@prepared_update
def _move_head(*, number: int, head: str, seal: str) -> tuple[QuerySet[AuditHead], dict[str, Any]]:
    return AuditHead.objects.all(), {"number": number, "hash": head, "seal": seal}


def _write(
    same: dict[str, Any], rows: list[Row], hashes: list[str], details: list[tuple[int, str, str]]
) -> None:
    """Column by column: a bulk act records thousands at once, and objects of the ORM would take most of its time."""
    _, number, _, action, outcome, _, _, _, subject_kind, subject_id, digest = zip(*rows, strict=True)
    each: dict[str, Sequence[Any]] = {
        "number": number,
        "action": action,
        "outcome": outcome,
        "subject_kind": subject_kind,
        "subject_id": [subject or None for subject in subject_id],
        "detail_digest": digest,
        "hash": hashes,
    }
    insert(AuditEntry, same, each)
    if details:
        numbers, salts, bodies = zip(*details, strict=True)
        each = {"number": numbers, "salt": salts, "body": bodies}
        insert(AuditDetail, {"practice_id": same["practice_id"]}, each)


def detail_digest(salt: str, body: dict[str, Any]) -> str:
    """The salted digest by which an entry vouches for its body."""
    return _salted(salt, _canonical(body))


def _salted(salt: str, canonical: str) -> str:
    return hashlib.sha256(f"{salt}\x1f{canonical}".encode()).hexdigest()


def chained(previous: str, entry: AuditEntry) -> str:
    """The hash of an entry that follows `previous`."""
    row = (
        str(entry.practice_id),
        entry.number,
        _moment(entry.at),
        entry.action,
        entry.outcome,
        entry.actor_kind,
        str(entry.actor_id or ""),
        str(entry.token_id or ""),
        entry.subject_kind,
        str(entry.subject_id or ""),
        entry.detail_digest,
    )
    return _linked(previous, row)


def _canonical(value: Any) -> str:
    """What hashes are made of: JSON in ASCII, with keys in order and without spaces.

    A bulk act writes thousands of entries, and orjson is ten times as quick; but it leaves other letters and DEL as
    they are, and knows no numbers of more than 64 bits and no halves of letters, which a forged detail may hold.
    """
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _in_ascii(value)
    if written.isascii() and b"\x7f" not in written:
        return written.decode()
    return _in_ascii(value)


def _linked(previous: str, row: Row) -> str:
    return hashlib.sha256(f"{previous}{_canonical(row)}".encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _seal(practice_id: UUID, number: int, head: str) -> str:
    message = f"audit-head\x1f{practice_id}\x1f{number}\x1f{head}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def details(action: str, subject_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the trail keeps beside one act on each of these subjects; of several, the last."""
    entries = AuditEntry.objects.filter(subject_id__in=list(subject_ids), action=action).order_by("number")
    numbers = dict(entries.values_list("number", "subject_id"))
    bodies = AuditDetail.objects.filter(number__in=numbers).order_by("number").values_list("number", "body")
    return {subject_id: body for number, body in bodies if (subject_id := numbers[number])}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking one practice's chain found: how many entries, and the first fault if there is one."""

    practice_id: UUID
    entries: int
    fault: str | None
    checked_at: datetime


def verify(practice_id: UUID) -> Verdict:
    """Check the whole chain of one practice: every hash, every number, every detail, and the sealed end."""
    with entered(practice_id):
        count, fault = _check(practice_id)
    return Verdict(practice_id, count, fault, clock.now())


def _check(practice_id: UUID) -> tuple[int, str | None]:
    previous, number = START, 0
    digests: dict[int, str] = {}
    for entry in AuditEntry.objects.order_by("number").iterator(2000):
        if entry.number != number + 1:
            return number, f"Entry {number + 1} is missing."
        if chained(previous, entry) != entry.hash:
            return number, f"Entry {entry.number} was changed."
        previous, number = entry.hash, entry.number
        if entry.detail_digest:
            digests[entry.number] = entry.detail_digest
    for body in AuditDetail.objects.order_by("number").iterator(2000):
        if digests.get(body.number) != detail_digest(body.salt, body.body):
            return number, f"The detail of entry {body.number} was changed."
    head = AuditHead.objects.values_list("number", "hash", "seal").first()
    if head is None:
        return number, "The end of the chain is missing."
    if head[2] != _seal(practice_id, head[0], head[1]):
        return (
            number,
            "The seal at the end of the chain does not fit: the head was changed or the key is another.",
        )
    if (head[0], head[1]) != (number, previous):
        return number, f"The chain ends at entry {number}, and {head[0]} were sealed."
    return number, None
