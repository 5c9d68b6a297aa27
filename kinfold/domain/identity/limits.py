"""Limits against guessing and flooding, counted in the database and exact under parallel processes.

Each limit lets a burst through and then one try after every pause: it slows down and never locks out for
good. One number per subject is enough for that (the "generic cell rate algorithm"), and one conditional
UPDATE moves it, so fifty processes at once get exactly the burst (RELIABILITY 1.16; a cache in each process
let fifty of fifty through).

Call these outside of a transaction that may roll back: a refused try that is rolled back was never counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Greatest

from kinfold.domain.identity.models import Attempts
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import TooManyTries
from kinfold.domain.kernel.secrets import derive


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` tries at once, then one more after every `pause` seconds."""

    name: str
    burst: int
    pause: int


class SlowDown(TooManyTries):
    """A limit was reached; `wait` says in how many seconds the next try counts again."""

    def __init__(self, wait: int) -> None:
        minutes = math.ceil(wait / 60)
        super().__init__(f"Too many tries. Try again in {minutes} minute{'' if minutes == 1 else 's'}.")
        self.wait = wait


def take(limit: Limit, *subject: str) -> None:
    """Count one try of a subject, or raise SlowDown without counting it."""
    key = derive("identity.limit", limit.name, *subject)
    now, pause = _now(), limit.pause * 1000
    free = Attempts.objects.filter(key=key, busy_until__lte=now + (limit.burst - 1) * pause)
    # Without the type, Django binds a Value as a four-byte integer on PostgreSQL, which cuts it off silently.
    step = Greatest(F("busy_until"), Value(now, BigIntegerField())) + Value(pause, BigIntegerField())
    if free.update(busy_until=step):
        return
    known = Attempts.objects.filter(key=key).values_list("busy_until", flat=True).first()
    if known is None:
        Attempts.objects.bulk_create([Attempts(key=key, busy_until=0)], ignore_conflicts=True)
    # Made just now, by this process or by one that was quicker: there may be room all the same.
    busy_until = known or 0
    if busy_until <= now + (limit.burst - 1) * pause:
        if free.update(busy_until=step):
            return
        busy_until = now + limit.burst * pause
    raise SlowDown(max(1, math.ceil((busy_until - now - (limit.burst - 1) * pause) / 1000)))


def take_all(*tries: tuple[Limit, tuple[str, ...]]) -> None:
    """Count one try against several limits, narrowest first; all of them count it or none does.

    Narrowest first, so that whoever hammers from one place is stopped there and cannot use up the wider
    limit that others share.
    """
    for done, (limit, subject) in enumerate(tries):
        try:
            take(limit, *subject)
        except SlowDown:
            give_back(*tries[:done])
            raise


def give_back(*tries: tuple[Limit, tuple[str, ...]]) -> None:
    """Uncount tries that turned out to be right."""
    for limit, subject in tries:
        key = derive("identity.limit", limit.name, *subject)
        Attempts.objects.filter(key=key).update(busy_until=F("busy_until") - limit.pause * 1000)


def forget_past_attempts() -> None:
    """Delete numbers that no longer stop anybody."""
    Attempts.objects.filter(busy_until__lt=_now()).delete()


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
