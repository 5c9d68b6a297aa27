"""Registration codes: with one, somebody whose record already exists makes their login (SPEC 1, 8.8, 8.14).

A code is 75 random bits as 15 letters and digits that cannot be mistaken for one another, and a sixteenth that shows a
typing mistake, in groups of four. The first five find the row, the others are kept as an argon2 hash. Like a link's
secret a code is derived from the installation key, its row and a nonce, so that a mail sent again carries the same
code and the database alone knows none (docs/decisions/0003).

Whose record it is, and what besides the code must fit (a last name, a birth date), is up to the package that owns the
record; it gives each kind of record a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from kinfold.domain.identity import limits
from kinfold.domain.identity.errors import CodeMistyped, CodeRefused
from kinfold.domain.identity.limits import Limit
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import Problem
from kinfold.domain.kernel.secrets import derive, digest, new_nonce

LIFETIME = timedelta(days=14)
MOST_TRIES = 5
KEPT_AFTERWARDS = timedelta(days=30)
# Narrowest first: one network is stopped before it uses up what the whole practice has.
FROM_ONE_PLACE = Limit("registration, address", burst=10, pause=60)
IN_ONE_PRACTICE = Limit("registration, practice", burst=50, pause=60)

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKS_LIKE: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212_.]+")
_LENGTH, _SELECTOR = 15, 5
# Fifty random bits need no slow hash: trying them all is hopeless with this one too, and fifty people are done at once.
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
_NOBODYS: Final = _HASHER.hash("nobody's code")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """A code that works, and the record it stands for. `proves` is the address it was mailed to, "" when to none."""

    id: UUID
    kind: str
    subject_id: UUID
    practice_id: UUID
    proves: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedCode:
    """A code as it is handed out."""

    id: UUID
    code: str
    expires_at: datetime


def issue(
    kind: str, subject_id: UUID, practice_id: UUID, *, sent_to: str = "", at: datetime | None = None
) -> IssuedCode:
    """Make a fresh code for a record; the one before ends. Two at once for one record must wait for each other.

    `at` is when it counts as made, the same for all of one act.
    """
    now = at or clock.now()
    for _ in range(5):  # of 33 million selectors one may be taken
        end(kind, [subject_id])
        code_id, nonce = uuid4(), new_nonce()
        plain = _derived(code_id, nonce)
        try:
            with transaction.atomic():
                RegistrationCode.objects.create(
                    id=code_id,
                    kind=kind,
                    subject_id=subject_id,
                    for_practice=practice_id,
                    selector=plain[:_SELECTOR],
                    verifier=_HASHER.hash(plain[_SELECTOR:]),
                    nonce=nonce,
                    sent_to=sent_to,
                    issued_at=now,
                    expires_at=now + LIFETIME,
                )
        except IntegrityError:
            continue
        return IssuedCode(id=code_id, code=_grouped(plain), expires_at=now + LIFETIME)
    raise RuntimeError("No registration code could be made.")


def issued(code_id: UUID) -> tuple[IssuedCode, UUID, str] | None:
    """A code that still works, its record and the address it goes to, for its mail; None when it has ended."""
    row = _open().filter(id=code_id).first()
    if row is None:
        return None
    code = IssuedCode(id=row.id, code=_grouped(_derived(row.id, row.nonce)), expires_at=row.expires_at)
    return code, row.subject_id, row.sent_to


def try_code(
    kind: str | tuple[str, ...], typed: str, *, whence: str, fits: Callable[[Recognised], bool]
) -> Recognised:
    """One try with a code from one place; raises CodeMistyped, SlowDown, or CodeRefused for all else that is wrong.

    `fits` says whether what was typed besides belongs to the record. A try is counted before it is looked at, so that
    fifty at once get five answers (RELIABILITY 1.16), and given back when it was right. Call it outside of any
    transaction: a refusal that is rolled back was never counted.
    """
    plain = _read(typed)
    row = RegistrationCode.objects.filter(kind__in=_kinds(kind), selector=plain[:_SELECTOR]).first()
    place = (FROM_ONE_PLACE, (whence,))
    limits.take_all(place, (IN_ONE_PRACTICE, (str(row.for_practice) if row else "none",)))
    counted = row is not None and _open().filter(id=row.id, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    found = _recognised(row, plain) if counted else _recognised(None, plain)
    if found is None or not fits(found):
        raise CodeRefused
    RegistrationCode.objects.filter(id=found.id).update(tries=F("tries") - 1)
    limits.give_back(place, (IN_ONE_PRACTICE, (str(found.practice_id),)))
    return found


def recognise(kind: str | tuple[str, ...], typed: str) -> Recognised:
    """The same without counting, for what follows a try that was right. Raises CodeMistyped or CodeRefused."""
    plain = _read(typed)
    row = _open().filter(kind__in=_kinds(kind), selector=plain[:_SELECTOR], tries__lt=MOST_TRIES).first()
    found = _recognised(row, plain)
    if found is None:
        raise CodeRefused
    return found


def kind_of(typed: str) -> str:
    """The kind of record that a code is or was for; "" for a code that nobody was given. Raises CodeMistyped.

    It says which questions fit a code and counts as no try: the whole code is compared, which nobody guesses. Anybody
    may ask without a limit, so the code is worked out again instead of hashed slowly: asking is as cheap as any page.
    """
    plain = _read(typed)
    row = RegistrationCode.objects.filter(selector=plain[:_SELECTOR]).first()
    code_id, nonce = (row.id, row.nonce) if row else (UUID(int=0), "")
    same = compare_digest(_derived(code_id, nonce), plain)
    return row.kind if row and same else ""


def misread(typed: str) -> list[Problem]:
    """What is wrong with a code as it was typed, to be said along with what else is wrong; [] when it can be read."""
    if not typed.strip():
        return [Problem("code", "Enter the registration code.")]
    try:
        _read(typed)
    except CodeMistyped as mistyped:
        return list(mistyped.problems)
    return []


def use(code_id: UUID) -> None:
    """Use a code up; of two at the same time one gets it and the other hears CodeRefused."""
    if not _open().filter(id=code_id, tries__lt=MOST_TRIES).update(ended_at=clock.now()):
        raise CodeRefused


def end(kind: str, subject_ids: Iterable[UUID]) -> None:
    """Make the open codes of these records worthless."""
    open_codes = RegistrationCode.objects.filter(kind=kind, subject_id__in=subject_ids, ended_at__isnull=True)
    open_codes.update(ended_at=clock.now())


def expiries(kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Until when the newest code of each record is good, or was; a code that was used or replaced is none."""
    rows = RegistrationCode.objects.filter(kind=kind, subject_id__in=subject_ids, ended_at__isnull=True)
    return dict(rows.values_list("subject_id", "expires_at"))


def issued_at(kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the newest code of each record was made; a code that was used or replaced is none."""
    rows = RegistrationCode.objects.filter(kind=kind, subject_id__in=subject_ids, ended_at__isnull=True)
    return dict(rows.values_list("subject_id", "issued_at"))


def forget_past_codes() -> None:
    """Delete codes a month after they expired; until then the lists still say that they did."""
    RegistrationCode.objects.filter(expires_at__lt=clock.now() - KEPT_AFTERWARDS).delete()


def lapsed(kind: str, practice_id: UUID) -> list[UUID]:
    """The records of a practice whose newest code has expired."""
    rows = RegistrationCode.objects.filter(
        kind=kind, for_practice=practice_id, ended_at__isnull=True, expires_at__lte=clock.now()
    )
    return list(rows.values_list("subject_id", flat=True))


def _kinds(kind: str | tuple[str, ...]) -> tuple[str, ...]:
    return (kind,) if isinstance(kind, str) else kind


def _open() -> QuerySet[RegistrationCode]:
    return RegistrationCode.objects.filter(ended_at__isnull=True, expires_at__gt=clock.now())


def _recognised(row: RegistrationCode | None, plain: str) -> Recognised | None:
    """Whether a code is the row's. Without a row it takes as long."""
    try:
        _HASHER.verify(row.verifier if row else _NOBODYS, plain[_SELECTOR:])
    except VerifyMismatchError:
        return None
    if row is None:
        return None
    return Recognised(
        id=row.id,
        kind=row.kind,
        subject_id=row.subject_id,
        practice_id=row.for_practice,
        proves=row.sent_to,
    )


def _derived(code_id: UUID, nonce: str) -> str:
    """The code of a row, without its check character."""
    secret = derive("identity.registration-code", str(code_id), nonce)
    bits = int(digest(secret), 16) >> (256 - 5 * _LENGTH)
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(_LENGTH))


def _grouped(plain: str) -> str:
    whole = plain + _check(plain)
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def _read(typed: str) -> str:
    """The code that somebody means, without its check character, however they wrote it."""
    whole = _BETWEEN.sub("", typed[:200]).upper().translate(_LOOKS_LIKE)
    plain, check = whole[:-1], whole[-1:]
    if len(plain) != _LENGTH or not set(whole) <= set(_ALPHABET) or _check(plain) != check:
        raise CodeMistyped
    return plain


def _check(plain: str) -> str:
    """A check character that no single wrong character and no two exchanged ones leave the same.

    It is the value of a polynomial over the field of 32 elements, whose coefficients are the characters.
    """
    value = 0
    for character in plain:
        value = _doubled(value ^ _ALPHABET.index(character))
    return _ALPHABET[value]


def _doubled(value: int) -> int:
    return value << 1 ^ (0b100101 if value & 16 else 0)
