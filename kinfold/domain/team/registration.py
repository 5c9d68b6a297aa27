"""Registering: how a member who was added without a login comes to theirs (SPEC 8.7, 8.8).

They show that the record is theirs with a registration code, their last name and their e-mail address. Whatever of it
is wrong is answered alike, and so is a code of somebody who has a login by now or may not sign in.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor, guest_actor
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.registration_codes import Recognised
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.practices.models import Practice

from .models import Member
from .statuses import WORKS

KIND = "member"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What somebody types to show that a member's record is theirs."""

    code: str
    last_name: str
    email: str


def guest_with_code(proof: Proof, *, whence: str, login_id: UUID | None = None) -> Actor:
    """Whoever holds a code and knows whose it is, as a guest of its practice. One counted try from one place.

    Raises InvalidInput for what is missing or mistyped, SlowDown after too many tries, and CodeRefused.
    """
    _check(proof)
    found = registration_codes.try_code(
        KIND, proof.code, whence=whence, fits=lambda found: _member(found, proof) is not None
    )
    name, time_zone = Practice.objects.values_list("name", "time_zone").get(pk=found.practice_id)
    return guest_actor(found.practice_id, name, login_id=login_id, time_zone=time_zone)


def member_with(actor: Actor, proof: Proof) -> tuple[Recognised, Member]:
    """The code and the member a proof is for, inside the guest's practice. Raises CodeRefused."""
    _check(proof)
    found = registration_codes.recognise(KIND, proof.code)
    member = _member(found, proof) if found.practice_id == actor.practice_id else None
    if member is None:
        raise CodeRefused
    return found, member


def _check(proof: Proof) -> None:
    problems: list[Problem] = []
    if not proof.last_name.strip():
        problems.append(Problem("last_name", "Enter your last name."))
    try:
        canonical_email(proof.email)
    except NotAnEmailAddress as error:
        problems.extend(error.problems)
    if problems or not proof.code.strip():
        raise InvalidInput([*registration_codes.misread(proof.code), *problems])


def _member(found: Recognised, proof: Proof) -> Member | None:
    """The member of a code, if the name and the address are theirs and they have yet to register."""
    with entered(found.practice_id):
        member = Member.objects.filter(
            pk=found.subject_id, login__isnull=True, status__in=WORKS, ended_at__isnull=True
        ).first()
    if member is None or member.email != canonical_email(proof.email):
        return None
    return member if sort_key(member.last_name) == sort_key(proof.last_name) else None
