"""First passwords that a practice chose for people whose records it brought (SPEC 8.10, docs/decisions/0019).

One opens nothing: whoever knows it and the address is mailed a registration code, which proves the address, and then
chooses a password of their own. No login is made or touched before that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from kinfold.domain.identity import limits
from kinfold.domain.identity.limits import Limit
from kinfold.domain.identity.models import InitialPassword
from kinfold.domain.identity.passwords import normalised
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.many import blocks
from kinfold.domain.kernel.secrets import derive

LIFETIME = timedelta(days=30)
FROM_ONE_PLACE = Limit("first password, address", burst=10, pause=60)
FOR_ONE_EMAIL = Limit("first password, email", burst=5, pause=600)
# The newest are looked at for each try, and as many where there are fewer: what is there shows in no answer's time.
_LOOKED_AT: Final = 3
_BATCH: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenPassword:
    """A first password, hashed, and whose it is. `email` is the address as it is stored."""

    subject_id: UUID
    email: str
    verifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """A record whose first password somebody knows."""

    subject_id: UUID
    practice_id: UUID
    address: str

    def is_for(self, email: str) -> bool:
        """Whether the first password was kept for this address."""
        return self.address == _address(email)


def hashed(password: str) -> str:
    """What is kept of a first password."""
    return make_password(_plain(password))


def keep(chosen: Iterable[ChosenPassword], practice_id: UUID, made_in: UUID) -> None:
    """Keep first passwords of new records, which have none yet."""
    now = clock.now()
    rows = [
        InitialPassword(
            subject_id=one.subject_id,
            for_practice=practice_id,
            made_in=made_in,
            address=_address(one.email),
            verifier=one.verifier,
            made_at=now,
            expires_at=now + LIFETIME,
        )
        for one in chosen
    ]
    InitialPassword.objects.bulk_create(rows, batch_size=_BATCH)


def fitting(email: str, password: str, *, whence: str) -> tuple[UUID, ...]:
    """Which first passwords for this address are this one, after one counted try. Raises SlowDown.

    Call it outside of any transaction: a try that is rolled back was never counted.
    """
    address = _address(email)
    limits.take_all((FROM_ONE_PLACE, (whence,)), (FOR_ONE_EMAIL, (address,)))
    waiting = InitialPassword.objects.filter(address=address, expires_at__gt=clock.now())
    rows = list(waiting.order_by("-made_at", "id")[:_LOOKED_AT])
    plain = _plain(password)
    for _ in range(_LOOKED_AT - len(rows)):
        check_password(plain, _nobodys())
    return tuple(row.id for row in rows if check_password(plain, row.verifier))


def opened(ids: Collection[UUID]) -> tuple[Fitting, ...]:
    """The records of first passwords that fitted, as far as those are there."""
    rows = InitialPassword.objects.filter(pk__in=ids).order_by("id")
    return tuple(
        Fitting(subject_id=row.subject_id, practice_id=row.for_practice, address=row.address) for row in rows
    )


def is_the_first(subject_id: UUID, password: str) -> bool:
    """Whether this is the first password that the practice chose for a record: nobody keeps that one."""
    row = InitialPassword.objects.filter(subject_id=subject_id).first()
    return row is not None and check_password(_plain(password), row.verifier)


def end(subject_ids: Iterable[UUID]) -> None:
    """Forget the first passwords of these records."""
    for some in blocks(list(subject_ids)):
        InitialPassword.objects.filter(subject_id__in=some).delete()


def take_back(made_in: UUID, *, but: Collection[UUID]) -> None:
    """Forget the first passwords that one import brought, except those of the records in `but`."""
    brought = InitialPassword.objects.filter(made_in=made_in).values_list("subject_id", flat=True)
    end(subject_id for subject_id in brought if subject_id not in but)


def end_all(practice_id: UUID) -> None:
    """Forget all first passwords of a practice, which takes none any more."""
    InitialPassword.objects.filter(for_practice=practice_id).delete()


def forget_past_ones() -> None:
    """Delete those that have expired."""
    InitialPassword.objects.filter(expires_at__lte=clock.now()).delete()


def _plain(password: str) -> str:
    """Without spaces around it, which a cell of a file has by accident, and which make no other password of it."""
    return normalised(password.strip())


def _address(email: str) -> str:
    return derive("identity.initial-password", email)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return make_password("nobody's first password")
