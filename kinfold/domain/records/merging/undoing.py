"""Making two records again of what was merged: what nobody touched since goes back, the rest stays and is listed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q
from django.utils.dateparse import parse_datetime

from kinfold.domain.clients.fields import FIELD_BY_NAME, full_label
from kinfold.domain.clients.further import keep, kept_of
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, Client, FormerClient, Registration
from kinfold.domain.clients.profile import FURTHER_FIELDS
from kinfold.domain.credentials.gate import NOT_ACTIVE, why_no_new_clients
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.records.hanging import LINKS
from kinfold.domain.records.models import Merge

from .merging import save_with_what_follows
from .periods import Pair, opened_again
from .rows import digest, hand_over, identity, read, rows_of, still_fits

_BY_FIELD = {link.field: link for link in LINKS}


def take_apart(done: Merge, kept: Client, now: datetime) -> None:
    """Two records again, inside the running transaction. What stayed with the one is noted in `left`."""
    pair = Pair(kept.id, done.gone_id)
    gone = _come_back(done)
    shared = list(Assignment.objects.filter(_held_during(done.merged_at, now), client_id=pair.kept))
    left = _give_back(done, pair)
    _tell_of_the_time_between(shared, pair, done.merged_at, now)
    left += _fields_back(done, kept)
    _open_again(done, now)
    for client in (kept, gone):
        save_with_what_follows(client, now)
    PracticeTally.objects.update(active_clients=F("active_clients") + 1)
    done.left, done.removed, done.moved, done.closed, done.before = left, [], [], [], {}
    done.save()


def _come_back(done: Merge) -> Client:
    """The other record, with what went when it did. Its code was withdrawn, and stays so."""
    gone = cast("Client", read(done.removed[0]))
    gone.version, gone.primary_id = gone.version + 1, None
    if gone.registration == Registration.SENT:
        gone.registration = Registration.EXPIRED
    FormerClient.objects.filter(pk=gone.id).delete()
    gone.save(force_insert=True)
    for kept_row in done.removed[1:]:
        row = read(kept_row)
        if still_fits(row, gone.id):
            type(row)._default_manager.bulk_create([row], ignore_conflicts=True)
    return gone


def _give_back(done: Merge, pair: Pair) -> list[str]:
    """Everything that moved and says the same still. Returns in words what was changed or removed since."""
    changed: Counter[str] = Counter()
    for field, link in _BY_FIELD.items():
        moved = {name: said for of, name, said in done.moved if of == field}
        if not moved:
            continue
        there = {identity(link, row): row for row in rows_of(link, pair.kept)}
        same = [
            there[name] for name, said in moved.items() if name in there and digest(link, there[name]) == said
        ]
        list(hand_over(link, same, pair.gone))
        changed[field] += len(moved) - len(same)
    words = [(_BY_FIELD[field], count) for field, count in changed.items() if count]
    return [f"{count:,} {link.one if count == 1 else link.many}" for link, count in words if link.one]


def _held_during(since: datetime, until: datetime) -> Q:
    return Q(since__lt=until) & (Q(until__isnull=True) | Q(until__gt=since))


def _tell_of_the_time_between(shared: list[Assignment], pair: Pair, since: datetime, until: datetime) -> None:
    """While they were one, whoever saw the one saw the other: each record goes on telling so of that time."""
    now_with = dict(
        Assignment.objects.filter(pk__in=[tie.pk for tie in shared]).values_list("id", "client_id")
    )
    for tie in shared:
        other = pair.gone if now_with[tie.pk] == pair.kept else pair.kept
        values = {f.attname: getattr(tie, f.attname) for f in tie._meta.concrete_fields if f.name != "id"}
        values |= {
            "client_id": other,
            "since": max(tie.since, since),
            "until": min(tie.until or until, until),
        }
        Assignment.objects.create(**values)


def _fields_back(done: Merge, kept: Client) -> list[str]:
    """The fields as they were before. Returns those that somebody changed since."""
    left: list[str] = []
    further, apart = kept_of(kept.id), dict[str, str]()
    for name, (was, said) in done.before.items():
        if name in FURTHER_FIELDS:
            if further[name] == said:
                apart[name] = was
            else:
                left.append(full_label(FIELD_BY_NAME[name]))
            continue
        value = Client._meta.get_field(name)
        if name == "created_at" or getattr(kept, name) == value.to_python(said):  # type: ignore[union-attr]
            setattr(kept, name, value.to_python(was))  # type: ignore[union-attr]
        else:
            left.append(full_label(FIELD_BY_NAME[name]))
    if apart:
        keep(kept.id, apart)
    return left


def _open_again(done: Merge, now: datetime) -> None:
    """What ended because two became one begins again from now on, for whom it did; a therapist who takes none waits."""
    for label, pk, ended in done.closed:
        row: Any = apps.get_model(label)._default_manager.filter(pk=UUID(pk)).first()
        until = parse_datetime(ended) if ended else None
        if row is None or (until and until <= now) or _takes_none(row, now):
            continue
        again = opened_again(row, until, now)
        if again is not None:
            again.save(force_insert=True)


def _takes_none(row: Any, now: datetime) -> bool:
    """Whether it is the tie of a therapist who is given no clients now."""
    if not isinstance(row, Assignment) or row.kind not in THERAPIST_KINDS:
        return False
    return bool(why_no_new_clients(now, (row.member_id,)).get(row.member_id, NOT_ACTIVE))
