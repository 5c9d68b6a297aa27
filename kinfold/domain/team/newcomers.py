"""Taking people in: the rows that make somebody a member, whichever way they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.kernel.text import sort_key

from .errors import AlreadyOnTeam, OnAnotherTeam
from .models import Member, MemberRole, Seat


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """Somebody who is about to be a member, active at once (SPEC 8.7)."""

    first_name: str
    last_name: str
    email: str
    role_ids: tuple[UUID, ...]


def take_in(people: Sequence[Newcomer], now: datetime) -> list[Member]:
    """Make people members with their roles. Raises AlreadyOnTeam when an address has a place here by now."""
    practice_id = current_practice_id()
    members = [
        Member(
            id=uuid4(),
            practice_id=practice_id,
            first_name=person.first_name,
            last_name=person.last_name,
            sort_key=sort_key(person.last_name, person.first_name),
            email=person.email,
            joined_at=now,
            updated_at=now,
        )
        for person in people
    ]
    try:
        with transaction.atomic():
            Member.objects.bulk_create(members)
    except IntegrityError as error:
        raise AlreadyOnTeam from error
    MemberRole.objects.bulk_create(
        MemberRole(practice_id=practice_id, member=member, role_id=role_id, since=now)
        for member, person in zip(members, people, strict=True)
        for role_id in person.role_ids
    )
    return members


def seat(member: Member, login_id: UUID) -> None:
    """Let a login take a member's place. A login has one place on one team (SPEC O35).

    Raises AlreadyOnTeam when the login is another member here, and OnAnotherTeam when it works for another practice.
    """
    try:
        with transaction.atomic():
            Seat.objects.create(login_id=login_id, practice_id=member.practice_id, member_id=member.id)
            Member.objects.filter(pk=member.pk).update(login_id=login_id)
    except IntegrityError as error:
        here = Member.objects.filter(login_id=login_id).exists()
        raise (AlreadyOnTeam if here else OnAnotherTeam) from error
