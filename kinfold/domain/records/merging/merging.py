"""Making one record of two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, OuterRef

from kinfold.domain.access.actors import Actor
from kinfold.domain.care.models import Risk, Session, SessionStatus
from kinfold.domain.changes.models import UNDO_TIME, ChangeSet, ChangeState
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.further import keep, kept_of
from kinfold.domain.clients.index import index_again, keyed
from kinfold.domain.clients.models import (
    AssignmentKind,
    Client,
    ClientIdentifier,
    ClientKind,
    ClientLogin,
    ClientStatus,
    ClientTag,
    FormerClient,
    Registration,
    Relationship,
)
from kinfold.domain.clients.profile import FURTHER_FIELDS, MOST_IDENTIFIERS, MOST_TAGS
from kinfold.domain.clients.ties import KIND_OF_CLIENT
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.identity import initial_passwords
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.records.errors import MergedMeanwhile, SessionsOverlap, TooMuchTogether, WishesWait
from kinfold.domain.records.hanging import LINKS, AtMerge
from kinfold.domain.records.models import LegalHold, Merge

from .periods import Closing, Pair, closing
from .rows import digest, hand_over, identity, rows_of, written

KIND = "merge"
_WISHES = next(link for link in LINKS if link.field == "own.ProfileWish.client")
_HOLD_GOES_ON = "The record was merged. The legal hold of the other record goes on."


def pair_of(actor: Actor, kept_id: UUID, gone_id: UUID) -> tuple[Client, Client]:
    """Two records that can become one. Raises a refusal with its own sentence for each reason why not."""
    if kept_id == gone_id:
        raise InvalidInput.one("other_id", "This is the same record. Choose another one.")
    found = {client.id: client for client in visible_to(actor).filter(pk__in=(kept_id, gone_id))}
    if len(found) < 2:
        missing = {kept_id, gone_id} - found.keys()
        if FormerClient.objects.filter(pk__in=missing, into__in=visible_to(actor).values("id")).exists():
            raise MergedMeanwhile
        raise NotFound
    if any(client.status != ClientStatus.ACTIVE for client in found.values()):
        raise ClientArchived("One of the two is archived. Bring it back from Archived first, then merge.")
    return found[kept_id], found[gone_id]


def refuse_what_cannot_be_one(pair: Pair) -> None:
    """Raise SessionsOverlap and TooMuchTogether where people have to decide something first."""
    sessions = Session.objects.exclude(status=SessionStatus.CANCELLED)
    same = sessions.filter(
        client_id=pair.kept, member_id=OuterRef("member_id"), starts_at=OuterRef("starts_at")
    )
    if sessions.filter(client_id=pair.gone, starts_at__in=same.values("starts_at")).exists():
        raise SessionsOverlap
    waiting = _WISHES.model.objects.filter(client_id__in=pair, state="pending")
    if waiting.count() > 1:
        raise WishesWait
    tags = ClientTag.objects.filter(client_id__in=pair).values("tag_id").distinct().count()
    others = ClientIdentifier.objects.filter(client_id__in=pair).values("system_key").distinct().count()
    if tags > MOST_TAGS or others > MOST_IDENTIFIERS:
        raise TooMuchTogether


def merge(
    by: UUID, kept: Client, gone: Client, taken: Collection[str], of_gone: bool, now: datetime
) -> Merge:
    """Make one record of two, inside the running transaction. `taken` are the fields that the other record decides."""
    pair = Pair(kept.id, gone.id)
    ending = closing(pair, of_gone, now)
    done = Merge(kept_id=kept.id, kept_then_id=kept.id, gone_id=gone.id, merged_at=now)
    done.closed = [[row._meta.label, str(row.pk), _text(row.until)] for row in (*ending.ties, *ending.others)]
    _close(by, ending, now)
    done.removed = [written(gone)]
    further = {pair.kept: kept_of(pair.kept), pair.gone: kept_of(pair.gone)}
    _move(pair, done)
    done.before = _fill(kept, gone, further, taken)
    done.change_set = ChangeSet.objects.create(
        kind=KIND,
        state=ChangeState.DONE,
        made_by_id=by,
        made_at=now,
        applied_at=now,
        undo_until=now + UNDO_TIME,
        rows=2,
        rows_done=1,
    )
    done.save(force_insert=True)
    FormerClient.objects.create(id=gone.id, into_id=kept.id, by_id=by, at=now)
    RegistrationCode.objects.filter(subject_id=gone.id, ended_at__isnull=True).update(ended_at=now)
    initial_passwords.end([gone.id])
    # The tags and words of the other have gone on already, so nothing points at it any more.
    Client.objects.filter(pk=gone.id)._raw_delete(DEFAULT_DB_ALIAS)
    save_with_what_follows(kept, now)
    PracticeTally.objects.update(active_clients=F("active_clients") - 1)
    return done


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _close(by: UUID, ending: Closing, now: datetime) -> None:
    for tie in ending.ties:
        # A cover that was to begin later never was.
        type(tie).objects.filter(pk=tie.pk).update(until=max(now, tie.since), ended_by_id=by)
    for other in ending.others:
        row = type(other).objects.filter(pk=other.pk)
        if isinstance(other, LegalHold):
            row.update(until=now, lifted_by_id=by, lifted_reason=_HOLD_GOES_ON)
        elif isinstance(other, ClientLogin):
            row.update(until=now, ended_by_id=by)
        else:
            row.update(until=now)


def _move(pair: Pair, done: Merge) -> None:
    """Everything that hangs on the other record goes where `LINKS` says, and is noted."""
    for link in LINKS:
        if link.at_merge is AtMerge.FOLLOWS:
            continue
        theirs = list(rows_of(link, pair.gone))
        if link.at_merge is AtMerge.DERIVED:
            rows_of(link, pair.gone)._raw_delete(DEFAULT_DB_ALIAS)
            continue
        staying: set[str] = set()
        if link.at_merge is AtMerge.JOINS:
            staying = {identity(link, row) for row in rows_of(link, pair.kept)}
        moving = [
            row for row in theirs if link.at_merge is not AtMerge.GOES and identity(link, row) not in staying
        ]
        for row in theirs:
            if row not in moving:
                done.removed.append(written(row))
                link.model.objects.filter(pk=row.pk)._raw_delete(DEFAULT_DB_ALIAS)
        for row in hand_over(link, moving, pair.kept):
            done.moved.append([link.field, identity(link, row), digest(link, row)])


def _fill(
    kept: Client, gone: Client, further: dict[UUID, dict[str, str]], taken: Collection[str]
) -> dict[str, list[Any]]:
    """Write the fields that the other record decides. Returns what each said before, and says now."""
    before: dict[str, list[Any]] = {}
    own: dict[str, Any] = {}
    apart: dict[str, str] = {}
    for field in taken:
        if field in FURTHER_FIELDS:
            was, says = further[kept.id][field], further[gone.id][field]
            if was != says:
                apart[field] = says
        else:
            was, says = getattr(kept, field), getattr(gone, field)
            if was != says:
                own[field] = says
        if was != says:
            before[field] = [_plain(was), _plain(says)]
    if kept.created_at > gone.created_at:
        before["created_at"] = [kept.created_at.isoformat(), gone.created_at.isoformat()]
        own["created_at"] = gone.created_at
    if apart:
        keep(kept.id, apart)
    for field, value in own.items():
        setattr(kept, field, value)
    return before


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def save_with_what_follows(client: Client, now: datetime) -> None:
    """Save a record with all that is derived: keys and words, and what the open periods say of therapist and risk."""
    tie = client.assignments.filter(until__isnull=True, kind__in=KIND_OF_CLIENT).first()
    client.primary_id = tie.member_id if tie else None
    client.kind = KIND_OF_CLIENT[AssignmentKind(tie.kind)] if tie else ClientKind.PRACTICE
    risk = Risk.objects.filter(client_id=client.id, until__isnull=True)
    client.risk = risk.values_list("level", flat=True).first() or ""
    own = ClientLogin.objects.filter(client_id=client.id, until__isnull=True, relationship=Relationship.SELF)
    if own.exists():
        client.registration = Registration.REGISTERED
    elif client.registration == Registration.REGISTERED:
        client.registration = Registration.NONE
    client.updated_at = now
    keyed(client)
    names = [f.attname for f in Client._meta.concrete_fields if f.name not in {"id", "practice", "version"}]
    Client.objects.filter(pk=client.id).update(
        **{name: getattr(client, name) for name in names}, version=F("version") + 1
    )
    index_again(client)
