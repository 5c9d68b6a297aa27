"""The work behind an import, done in the background: reading and checking a file, and making its rows clients.

A worker may die anywhere and another begins again: nothing is written before the last step of each, which is one
transaction that takes the job from one state to the next, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, OperationalError

from kinfold.domain.access.actors import Actor, system_actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.changes.models import UNDO_TIME, ChangeSet, ChangeState
from kinfold.domain.clients.tags import tag_keys
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.imports import files, first_passwords
from kinfold.domain.imports.admitting import admit_to, admit_to_mode
from kinfold.domain.imports.checking import CheckedBlock, Checking, People, TakesPassword
from kinfold.domain.imports.commands import begin_check, date_order_of, short_years_of
from kinfold.domain.imports.comparing import came_meanwhile, known
from kinfold.domain.imports.duplicates import identities, likely_duplicates
from kinfold.domain.imports.fields import FIRST_PASSWORD, further_in
from kinfold.domain.imports.members import MemberRow, can_still_come, check_rows, read_rows, write_rows
from kinfold.domain.imports.models import Import, ImportState, Mode, StagedKind, StagedRows, Whom
from kinfold.domain.imports.publishing import Prepared, prepare, publish
from kinfold.domain.imports.reading import read
from kinfold.domain.imports.staging import BadRows, Sorter, Staged, read_people, stage, write_bad
from kinfold.domain.imports.updating import (
    Rows,
    Update,
    as_checked,
    carry_out,
    read_updates,
    sort_out,
    write_updates,
)
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError
from kinfold.domain.kernel.tasks import report, task
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.actors import actor_for_member
from kinfold.domain.team.commands.adding import take_in_recorded
from kinfold.domain.team.granting import hold_team

CHECKED_AGAIN: Final = (
    "Clients came in since this file was checked, and some of them are likely in it. It was checked again: look at the "
    "likely duplicates before you import."
)
EDITED_AGAIN: Final = (
    "Some of the clients to update were edited since this file was checked. It was checked again: look at the changes "
    "before you import."
)
GIVEN_UP: Final = "The import could not be finished. Nothing was saved. Try again, or ask for help."
TEAM_CHECKED_AGAIN: Final = (
    "The team or its roles changed since this file was checked. It was checked again: look at the rows before you "
    "import."
)
_NO_RIGHT: Final = "Whoever uploaded the file may not import it any more. Nothing was saved."
_BETWEEN_REPORTS: Final = 0.5  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordCheck:
    """What the check of a file found. `attempt` says which check it was, `moment` when it looked at the clients."""

    import_id: UUID
    attempt: int
    moment: datetime
    staged: tuple[Staged, ...]
    ready: int
    bad: int
    duplicates: int
    notes: tuple[str, ...]
    updates: int = 0
    unchanged: int = 0
    fields_changed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyImport:
    """An import whose people are prepared, and what it changes about others."""

    import_id: UUID
    people: Prepared
    updates: tuple[Update, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyMembersImport:
    """An import of team members, and the rows that were checked."""

    import_id: UUID
    rows: tuple[MemberRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FailImport:
    """An import that cannot go on from `state`, and why, in a sentence."""

    import_id: UUID
    state: ImportState
    problem: str


@task()
def check_file(practice_id: UUID, import_id: UUID, attempt: int) -> None:
    """Check every row of a file and put the result where the preview finds it."""
    with entered(practice_id):
        job = Import.objects.filter(pk=import_id, attempt=attempt, state=ImportState.READING).first()
    if job is not None:
        _do(job, ImportState.READING, _check_members if job.whom == Whom.MEMBERS else _check)


@task()
def apply_file(practice_id: UUID, import_id: UUID) -> None:
    """Make the checked rows clients, or members of the team."""
    with entered(practice_id):
        job = Import.objects.filter(pk=import_id, state=ImportState.RUNNING).first()
    if job is not None:
        _do(job, ImportState.RUNNING, _apply_members if job.whom == Whom.MEMBERS else _apply)


def do_now(practice_id: UUID, import_id: UUID) -> None:
    """Do what is queued for an import in this process: for commands that wait for the result.

    A worker may be at it as well; whoever is done first is believed.
    """
    with entered(practice_id):
        found = Import.objects.filter(pk=import_id).values_list("state", "attempt").first()
    if found and found[0] == ImportState.READING:
        check_file(practice_id, import_id, found[1])
    elif found and found[0] == ImportState.RUNNING:
        apply_file(practice_id, import_id)


@command(Permission.CLIENTS_IMPORT)
def record_check(actor: Actor, data: RecordCheck) -> None:
    """Keep what a check found, unless the file was matched anew or discarded meanwhile."""
    rows = data.ready + data.bad + data.duplicates + data.updates + data.unchanged
    mine = Import.objects.filter(pk=data.import_id, attempt=data.attempt, state=ImportState.READING)
    if not mine.update(
        state=ImportState.READY,
        rows=rows,
        ready=data.ready,
        bad=data.bad,
        duplicates=data.duplicates,
        updates=data.updates,
        unchanged=data.unchanged,
        fields_changed=dict(data.fields_changed),
        done=rows,
        notes=list(data.notes),
        checked_at=data.moment,
    ):
        trail.nothing_changed()
        return
    StagedRows.objects.filter(import_job_id=data.import_id)._raw_delete(DEFAULT_DB_ALIAS)
    stage(data.import_id, data.staged)
    trail.record(
        actor,
        "import.checked",
        subject=("import", data.import_id),
        detail={
            "rows": rows,
            "ready": data.ready,
            "bad": data.bad,
            "duplicates": data.duplicates,
            "updates": data.updates,
        },
    )


@command(Permission.CLIENTS_IMPORT)
def apply_import(actor: Actor, data: ApplyImport) -> None:
    """Make prepared people clients, in this one transaction, unless another worker did so already.

    When clients came since the check who are likely some of them, nobody becomes a client: the file is checked again.
    """
    PracticeTally.objects.select_for_update().first()  # two imports at once would not see each other's clients
    job = Import.objects.filter(pk=data.import_id, state=ImportState.RUNNING).first()
    if job is None:
        trail.nothing_changed()
        return
    first_passwords.admit(job)
    if not job.with_duplicates and came_meanwhile(actor, job, data.people):
        _pause(actor, job, CHECKED_AGAIN)
        return
    clients = as_checked(actor, data.updates)
    if clients is None:
        _pause(actor, job, EDITED_AGAIN)
        return
    now = clock.now()
    change_set = _change_set(job, len(data.people.ids) + len(data.updates), now)
    tags = [
        *carry_out(actor, change_set.id, data.updates, clients),
        *publish(data.people, change_set.id, now),
    ]
    job.tags_made = [str(tag_id) for tag_id in tags]
    job.updated = len(data.updates)
    _finish(actor, job, change_set, data.people.digest)


@command(Permission.MEMBERS_INVITE)
def apply_members_import(actor: Actor, data: ApplyMembersImport) -> None:
    """Make the checked rows of a file members, in this one transaction, unless another worker did so already.

    When somebody among them came or a role went since the check, nobody becomes a member: the file is checked again.
    """
    hold_team()
    job = Import.objects.filter(pk=data.import_id, state=ImportState.RUNNING).first()
    if job is None:
        trail.nothing_changed()
        return
    people = [row.as_newcomer() for row in data.rows]
    if not can_still_come(actor, people):
        _pause(actor, job, TEAM_CHECKED_AGAIN)
        return
    change_set = _change_set(job, len(people), clock.now())
    job.members_made = [str(member.id) for member in take_in_recorded(actor, people)]
    _finish(actor, job, change_set, sha256("\n".join(job.members_made).encode()).hexdigest())


@command(Permission.CLIENTS_IMPORT)
def fail_import(actor: Actor, data: FailImport) -> None:
    """Note that an import ended without a result, and why."""
    ended = Import.objects.filter(pk=data.import_id, state=data.state)
    if not ended.update(state=ImportState.FAILED, problem=data.problem, samples=[], ended_at=clock.now()):
        trail.nothing_changed()
        return
    StagedRows.objects.filter(import_job_id=data.import_id)._raw_delete(DEFAULT_DB_ALIAS)
    trail.record(actor, "import.failed", subject=("import", data.import_id), outcome="failed")


def _pause(actor: Actor, job: Import, why: str) -> None:
    """Import nothing and check the file again, since what the person saw is not so any more."""
    job.problem = why
    begin_check(job)
    job.save()
    trail.record(actor, "import.paused", subject=("import", job.id))


def _change_set(job: Import, rows: int, now: datetime) -> ChangeSet:
    return ChangeSet.objects.create(
        kind="import",
        state=ChangeState.DONE,
        made_by_id=job.made_by_id,
        made_at=now,
        applied_at=now,
        undo_until=now + UNDO_TIME,
        rows=rows,
        rows_done=rows,
    )


def _finish(actor: Actor, job: Import, change_set: ChangeSet, created_ids_digest: str) -> None:
    """Note that a file's people are in, and forget their rows."""
    job.state = ImportState.DONE
    job.done = change_set.rows
    job.created = change_set.rows - job.updated
    job.change_set = change_set
    job.samples = []
    job.problem = ""
    job.ended_at = change_set.applied_at
    job.save()
    used = [StagedKind.READY, StagedKind.UPDATE, *([StagedKind.DUPLICATE] if job.with_duplicates else [])]
    StagedRows.objects.filter(import_job=job, kind__in=used)._raw_delete(DEFAULT_DB_ALIAS)
    trail.record(
        actor,
        "import.applied",
        subject=("import", job.id),
        detail={
            "change_set": str(change_set.id),
            "created": job.created,
            "updated": job.updated,
            "fields": sorted(job.fields_changed),
            "created_ids_sha256": created_ids_digest,
            "file_sha256": job.digest,
        },
    )


def _do(job: Import, state: ImportState, work: Callable[[Import, Actor], None]) -> None:
    """Work with the rights that the uploader has now. What cannot succeed is noted; a busy database is tried again."""
    actor = actor_for_member(job.practice_id, job.made_by_id)
    if actor is None or not actor.may(Permission.CLIENTS_IMPORT):
        _fail(job, state, _NO_RIGHT)
        return
    try:
        admit_to(actor, job.whom)
        admit_to_mode(actor, job)
        work(job, actor)
    except OperationalError:
        raise
    except DomainError as error:
        _fail(job, state, error.message)
    except Exception as error:  # noqa: BLE001 - the person must learn of it, and no retry would help
        report(f"import {job.id}", error)
        _fail(job, state, GIVEN_UP)


def _fail(job: Import, state: ImportState, problem: str) -> None:
    kinfold = system_actor(job.practice_id, "Import", Permission.CLIENTS_IMPORT)
    fail_import(kinfold, FailImport(import_id=job.id, state=state, problem=problem))


def _check(job: Import, actor: Actor) -> None:
    with entered(job.practice_id):
        tags_there = tag_keys() if "tag" in job.mapping else frozenset()
    checking = Checking(
        read(files.fetch(job.practice_id, job.id, job.digest), sheet=job.sheet),
        tuple(job.mapping),
        emails_optional=job.emails_optional,
        country=actor.country,
        today=clock.today(actor.time_zone),
        date_order=date_order_of(job),
        short_years=short_years_of(job),
        mode=Mode(job.mode),
        first_passwords=_sealing(job, actor) if FIRST_PASSWORD in job.mapping else None,
        tags_there=tags_there,
    )
    progress = _Progress(job)
    blocks: list[CheckedBlock] = []
    bad = BadRows(checking.mapping)
    for block in checking.blocks():
        if job.mode == Mode.ADD:
            bad.add(block.bad)
            block.bad.clear()
        blocks.append(block)
        progress.add(len(block.lines))
    notes = checking.notes()
    if FIRST_PASSWORD in job.mapping:
        notes = (*notes, first_passwords.NOTE)
    moment = clock.now()
    rows = Rows(blocks, [], 0, [])
    if job.mode != Mode.ADD:
        with entered(job.practice_id):
            rows = sort_out(actor, job, blocks)
        bad.add(sorted(chain(rows.bad, *(block.bad for block in blocks))))  # in the order of the file
        blocks = rows.blocks
    bad.flush()

    with entered(job.practice_id):
        matches = likely_duplicates(
            [line for block in blocks for line in block.lines],
            identities(block.people for block in blocks),
            known(visible_to(actor)),
        )
    sorter = Sorter(matches)
    staged = [*bad.staged, *write_updates(rows.updates)]
    for block in blocks:
        staged.extend(sorter.sort(block))
    record_check(
        actor,
        RecordCheck(
            import_id=job.id,
            attempt=job.attempt,
            moment=moment,
            staged=tuple(staged),
            ready=sorter.ready,
            bad=bad.count,
            duplicates=sorter.duplicates,
            updates=len(rows.updates),
            unchanged=rows.unchanged,
            fields_changed=rows.fields_changed(),
            notes=notes,
        ),
    )


def _sealing(job: Import, actor: Actor) -> TakesPassword:
    with entered(job.practice_id):
        first_passwords.admit(job)
    return first_passwords.Sealing(job.id, actor.practice_name).sealed


def _apply(job: Import, actor: Actor) -> None:
    kinds = [StagedKind.READY, StagedKind.DUPLICATE] if job.with_duplicates else [StagedKind.READY]
    with entered(job.practice_id):
        bodies = list(
            StagedRows.objects.filter(import_job=job, kind__in=kinds).values_list("body", flat=True)
        )
        changes = [*StagedRows.objects.filter(import_job=job, kind=StagedKind.UPDATE).order_by("start")]
    progress = _Progress(job)
    people: list[People] = []
    further = further_in(job.mapping)
    for body in bodies:
        some = read_people(body).people
        if FIRST_PASSWORD in further:
            some = first_passwords.hashed(some, further.index(FIRST_PASSWORD), job.id, progress.add)
        else:
            progress.add(len(some.emails))
        people.append(some)
    updates = tuple(update for part in changes for update in read_updates(part.body))
    prepared = prepare(people, further)
    apply_import(actor, ApplyImport(import_id=job.id, people=prepared, updates=updates))


def _check_members(job: Import, actor: Actor) -> None:
    with entered(job.practice_id):
        table = read(files.fetch(job.practice_id, job.id, job.digest), sheet=job.sheet)
        ready, bad = check_rows(actor, table, tuple(job.mapping))
    record_check(
        actor,
        RecordCheck(
            import_id=job.id,
            attempt=job.attempt,
            moment=clock.now(),
            staged=(*([write_bad(bad, tuple(job.mapping), 0)] if bad else ()), *write_rows(ready)),
            ready=len(ready),
            bad=len(bad),
            duplicates=0,
            notes=(),
        ),
    )


def _apply_members(job: Import, actor: Actor) -> None:
    with entered(job.practice_id):
        staged = StagedRows.objects.filter(import_job=job, kind=StagedKind.READY).order_by("start")
        rows = [row for body in staged.values_list("body", flat=True) for row in read_rows(body)]
    apply_members_import(actor, ApplyMembersImport(import_id=job.id, rows=tuple(rows)))


class _Progress:
    """Tells the page how far the work is, now and then, and never in the transaction of the work itself."""

    def __init__(self, job: Import) -> None:
        self._job = job
        self._done = 0
        self._told = time.monotonic()

    def add(self, rows: int) -> None:
        self._done += rows
        if time.monotonic() - self._told > _BETWEEN_REPORTS:
            with entered(self._job.practice_id, writing=True):
                Import.objects.filter(pk=self._job.pk, state=self._job.state).update(done=self._done)
            self._told = time.monotonic()
