"""The two doors: every change goes through `@command`, every question through `@query`.

A command refuses without its permission and keeps the refusal as evidence, runs in one transaction, can be retried
under a key without a second effect, and does not commit a change that left no audit entry. A query refuses without
its permission and reads inside the actor's practice only. Both register, so that tests, reference pages and the role
editor can list every use case.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from django.db.models import JSONField, QuerySet, Value
from django.db.models.functions import Cast

from kinfold.domain.audit import trail
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import DomainError, NotAllowed
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.prepared import prepared_update
from kinfold.domain.kernel.tenancy import entered

from .actors import CLIENT, Actor
from .models import Replay
from .own import OwnRight
from .permissions import Permission

D_contra = TypeVar("D_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)
D = TypeVar("D")
R = TypeVar("R")

_depth: ContextVar[int] = ContextVar("kinfold_door_depth", default=0)

REPLAYS_KEPT = timedelta(hours=24)


class KeyReused(DomainError):
    """The same idempotency key came with different data."""

    code = "key-reused"
    status = 422
    message = "This key was already used for another request. Use a new Idempotency-Key."


class NothingRecorded(AssertionError):
    """A command changed something and recorded nothing: a fault in Kinfold; nothing is committed."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """One registered command or query."""

    name: str
    permission: Permission | OwnRight | None
    kind: str  # command, query
    function: Callable[..., Any]


USE_CASES: dict[str, UseCase] = {}


class CommandDoor(Protocol[D_contra, R_co]):
    """A command as surfaces call it."""

    def __call__(self, actor: Actor, data: D_contra, *, once: str | None = None) -> R_co: ...


class QueryDoor(Protocol[D_contra, R_co]):
    """A query as surfaces call it."""

    def __call__(self, actor: Actor, data: D_contra) -> R_co: ...


def command(
    permission: Permission | OwnRight | None,
) -> Callable[[Callable[[Actor, D], R]], CommandDoor[D, R]]:
    """Make a function one that changes things. `None` is for acts a link or the person themselves entitles to."""

    def decorate(function: Callable[[Actor, D], R]) -> CommandDoor[D, R]:
        name = _register(function, permission, "command")

        @functools.wraps(function)
        def door(actor: Actor, data: D, *, once: str | None = None) -> R:
            try:
                with (
                    _outermost() as outermost,
                    entered(actor.practice_id, writing=True),
                    trail.watching() as watch,
                ):
                    _refuse_looking_back(actor)
                    _admit(actor, permission)
                    if once:
                        result = _only_once(name, function, actor, data, once)
                    else:
                        result = function(actor, data)
                    if not watch.count:
                        raise NothingRecorded(name)
                    return result
            except NotAllowed:
                if outermost:
                    _record_refusal(actor, name)
                raise

        return cast("CommandDoor[D, R]", door)

    return decorate


def query(
    permission: Permission | OwnRight | None, *, records: bool = False
) -> Callable[[Callable[[Actor, D], R]], QueryDoor[D, R]]:
    """Make a function one that answers. With `records` it leaves an audit entry of the look, so it may write that."""

    def decorate(function: Callable[[Actor, D], R]) -> QueryDoor[D, R]:
        name = _register(function, permission, "query")

        @functools.wraps(function)
        def door(actor: Actor, data: D) -> R:
            try:
                with _outermost() as outermost, entered(actor.practice_id, writing=records):
                    _admit(actor, permission)
                    return function(actor, data)
            except NotAllowed:
                if outermost:
                    _record_refusal(actor, name)
                raise

        return cast("QueryDoor[D, R]", door)

    return decorate


def admit(actor: Actor, permission: Permission, name: str) -> None:
    """Refuse at once what a door would refuse later, for pages that ask a question before they act; as evident."""
    if permission not in actor.permissions:
        _record_refusal(actor, name)
        raise NotAllowed


def _register(function: Callable[..., Any], permission: Permission | OwnRight | None, kind: str) -> str:
    name = f"{function.__module__.removeprefix('kinfold.domain.')}.{function.__name__}"
    USE_CASES[name] = UseCase(name, permission, kind, function)
    return name


def _admit(actor: Actor, permission: Permission | OwnRight | None) -> None:
    """Members, guests and the system by their permissions; who acts for a client by their own doors and no other."""
    if actor.kind == CLIENT or isinstance(permission, OwnRight):
        allowed = isinstance(permission, OwnRight) and permission in actor.own_rights
    else:
        allowed = permission is None or permission in actor.permissions
    if not allowed:
        raise NotAllowed


def _refuse_looking_back(actor: Actor) -> None:
    """Whoever was archived reads their history and changes nothing, also where no permission is asked for."""
    if actor.looks_back:
        raise NotAllowed("You have left this team. You can read your own history, and change nothing.")


@contextmanager
def _outermost() -> Iterator[bool]:
    """Whether this door was not opened from inside another one, which would record the refusal itself."""
    depth = _depth.get()
    token = _depth.set(depth + 1)
    try:
        yield depth == 0
    finally:
        _depth.reset(token)


def _record_refusal(actor: Actor, name: str) -> None:
    """Outside the refused transaction, which is rolled back."""
    with entered(actor.practice_id, writing=True):
        trail.record(actor, "access.refused", detail={"use_case": name}, outcome="refused")


def _only_once(name: str, function: Callable[[Actor, D], R], actor: Actor, data: D, key: str) -> R:
    who = actor.acting_id or actor.practice_id
    key_digest = hashlib.sha256(f"{actor.token_id or ''}\x1f{key}".encode()).hexdigest()
    data_digest = hashlib.sha256(_canonical(data).encode()).hexdigest()
    known = {"actor_id": who, "key_digest": key_digest}
    mine = ordered_ids(1)
    claimed = insert(
        Replay,
        {
            "practice_id": actor.practice_id,
            **known,
            "command": name,
            "data_digest": data_digest,
            "result": None,
            "at": clock.now(),
        },
        {"id": mine},
        unless_there=True,
    )
    if not claimed:
        earlier = Replay.objects.get(**known)
        if earlier.at > clock.now() - REPLAYS_KEPT:
            if (earlier.command, earlier.data_digest) != (name, data_digest):
                raise KeyReused
            trail.nothing_changed()
            return cast("R", _revive(earlier.result))
        earlier.delete()
        return _only_once(name, function, actor, data, key)
    result = function(actor, data)
    _keep_result(replay_id=UUID(mine[0]), result=json.dumps(_dried(result)))
    return result


@prepared_update
def _keep_result(*, replay_id: UUID, result: str) -> tuple[QuerySet[Replay], dict[str, Any]]:
    return Replay.objects.filter(pk=replay_id), {"result": Cast(Value(result), JSONField())}


def _canonical(data: Any) -> str:
    plain = (
        dataclasses.asdict(data) if dataclasses.is_dataclass(data) and not isinstance(data, type) else data
    )
    return json.dumps(plain, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(str(v) for v in value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(value)


def _dried(result: Any) -> Any:
    """Results of commands are ids, or nothing; only those can be given again."""
    if result is None:
        return None
    if isinstance(result, UUID):
        return {"id": str(result)}
    if isinstance(result, Iterable) and not isinstance(result, (str, bytes)):
        return {"ids": [str(i) for i in result]}
    raise TypeError(f"a command that can be retried returns ids, not {type(result).__name__}")


def _revive(stored: Any) -> Any:
    if stored is None:
        return None
    if "id" in stored:
        return UUID(stored["id"])
    return tuple(UUID(i) for i in stored["ids"])
