"""Registering: how a client, or a guardian who acts for one, comes to a login (SPEC U40–U43, 8.5, 8.14).

They show that the record is theirs with a registration code and the client's date of birth. Whatever of it is wrong is
answered alike, and so is a code of a client who has registered by now or is archived. Without a known date of birth
nobody gets a code: the code would be the only proof (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from kinfold.domain.access.actors import CLIENT, Actor, guest_actor
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity import initial_passwords, registration_codes
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.registration_codes import IssuedCode, Recognised
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.many import blocks
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.granting import hold_team

from . import emails
from .errors import ActsAlready, IsClientAlready
from .models import Client, ClientLogin, ClientPlace, ClientStatus, Registration, Relationship

says(
    client__registered="registered as a client",
    client__guardian_registered="registered to act for a client",
)

KIND: Final = "client"
GUARDIAN: Final = "guardian"
KINDS: Final = (KIND, GUARDIAN)
# Who can be given a code: an active client whose date of birth is known and who has no login of their own.
GETS_CODES: Final = Q(status=ClientStatus.ACTIVE, birth_date__isnull=False) & ~Q(
    registration=Registration.REGISTERED
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientProof:
    """What somebody types to show that a client's record is theirs; a birth date is YYYY-MM-DD."""

    code: str
    birth_date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a code and a date of birth stand for: a client, and the guardian who holds the code, if one does."""

    client: Client
    guardian: ClientLogin | None

    @property
    def email(self) -> str:
        """The address that the practice has for whoever registers."""
        return self.guardian.email if self.guardian else self.client.email

    @property
    def name(self) -> str:
        """The name of whoever registers."""
        if self.guardian:
            return self.guardian.full_name
        return f"{self.client.first_name} {self.client.last_name}".strip()


def guest_with_client_code(proof: ClientProof, *, whence: str, login_id: UUID | None = None) -> Actor:
    """Whoever holds a code and knows the date of birth, as a guest of the practice. One counted try from one place.

    Raises InvalidInput for what is missing or mistyped, SlowDown after too many tries, and CodeRefused.
    """
    _check(proof)
    found = registration_codes.try_code(
        KINDS, proof.code, whence=whence, fits=lambda found: _claim(found, proof) is not None
    )
    name, time_zone, support = Practice.objects.values_list("name", "time_zone", "support_email").get(
        pk=found.practice_id
    )
    return guest_actor(found.practice_id, name, login_id=login_id, time_zone=time_zone, support_email=support)


def claim_with(actor: Actor, proof: ClientProof) -> tuple[Recognised, Claim]:
    """The code and what a proof stands for, inside the guest's practice. Raises CodeRefused."""
    _check(proof)
    found = registration_codes.recognise(KINDS, proof.code)
    claim = _claim(found, proof) if found.practice_id == actor.practice_id else None
    if claim is None:
        raise CodeRefused
    return found, claim


def proves_address(code: Recognised, claim: Claim) -> bool:
    """Whether holding a code shows that mail to the address of its holder is read by them."""
    return bool(claim.email) and code.proves == claim.email


def hand_out(
    practice_id: UUID, clients: Iterable[Client], *, mailed: bool, at: datetime | None = None
) -> list[IssuedCode]:
    """Make a fresh code for each of these clients, who are known to be able to get one; those from before end.

    `at` is when all of them count as made.
    """
    issued = []
    for client in clients:
        address = client.email if mailed else ""
        code = registration_codes.issue(KIND, client.id, practice_id, sent_to=address, at=at)
        if mailed:
            emails.send_code(practice_id, code.id)
        issued.append(code)
    return issued


def note_lapsed_codes(practice_id: UUID) -> None:
    """Let it show of clients that their newest code has expired."""
    lapsed = registration_codes.lapsed(KIND, practice_id)
    with entered(practice_id):  # nobody waits for this while there is nothing to note
        if not any(_sent(ids).exists() for ids in blocks(lapsed)):
            return
    with entered(practice_id, writing=True):
        hold_team()
        for ids in blocks(registration_codes.lapsed(KIND, practice_id)):
            _sent(ids).update(registration=Registration.EXPIRED)


def mark_registration(client_id: UUID, registration: Registration) -> None:
    """Write what became of a client's registration, one version further: an undo leaves them alone from now on."""
    Client.objects.filter(pk=client_id).update(registration=registration, version=F("version") + 1)


def act_from_now_on(actor: Actor, claim: Claim, login_id: UUID) -> None:
    """Let a login act for a client, as the client or as the guardian of the claim.

    Raises ActsAlready, IsClientAlready for a second client of one practice, and CodeRefused when somebody was first.
    """
    now, client = clock.now(), claim.client
    mine = ClientLogin.objects.filter(holds_or_will(now), login_id=login_id)
    if mine.filter(client_id=client.id).exists():
        raise ActsAlready
    if claim.guardian:
        waiting = ClientLogin.objects.filter(pk=claim.guardian.id, login__isnull=True)
        if not waiting.update(login_id=login_id, registered_at=now):
            raise CodeRefused
        action = "client.guardian_registered"
        row_id = claim.guardian.id
    else:
        if mine.filter(relationship=Relationship.SELF).exists():
            raise IsClientAlready
        try:
            with transaction.atomic():
                row = ClientLogin.objects.create(
                    client=client,
                    login_id=login_id,
                    relationship=Relationship.SELF,
                    since=now,
                    registered_at=now,
                )
        except IntegrityError as error:
            # Somebody else was first, or the same login with another client's code.
            if mine.filter(relationship=Relationship.SELF).exclude(client_id=client.id).exists():
                raise IsClientAlready from error
            raise CodeRefused from error
        mark_registration(client.id, Registration.REGISTERED)
        initial_passwords.end([client.id])
        action = "client.registered"
        row_id = row.id
    place = ClientPlace(login_id=login_id, for_practice=actor.practice_id)
    ClientPlace.objects.bulk_create([place], ignore_conflicts=True)
    # From here on it is known who the guest is: the client, or a guardian, who would else be told by the client's name.
    known = replace(actor, kind=CLIENT, acts_by=row_id)
    trail.record(known, action, subject=("client", client.id), detail={"login": str(row_id)})


def _sent(client_ids: Sequence[UUID]) -> QuerySet[Client]:
    """Those of these clients who wait with a code."""
    return Client.objects.filter(pk__in=client_ids, registration=Registration.SENT)


def _check(proof: ClientProof) -> None:
    problems: list[Problem] = []
    if not proof.birth_date.strip():
        problems.append(Problem("birth_date", "Enter the date of birth."))
    elif _day(proof) is None:
        problems.append(
            Problem("birth_date", "Choose the month, and write the day and all four digits of the year.")
        )
    if problems or not proof.code.strip():
        raise InvalidInput([*registration_codes.misread(proof.code), *problems])


def _day(proof: ClientProof) -> date | None:
    try:
        return date.fromisoformat(proof.birth_date.strip())
    except ValueError:
        return None


def _claim(found: Recognised, proof: ClientProof) -> Claim | None:
    """The client of a code, and its guardian, if the date of birth is right and they have yet to register."""
    with entered(found.practice_id):
        guardian = None
        client_id = found.subject_id
        if found.kind == GUARDIAN:
            waiting = ClientLogin.objects.filter(pk=found.subject_id, login__isnull=True)
            guardian = waiting.filter(holds_or_will(clock.now())).first()
            if guardian is None:
                return None
            client_id = guardian.client_id
        clients = Client.objects.filter(pk=client_id, status=ClientStatus.ACTIVE, birth_date=_day(proof))
        client = clients.first()
    if client is None or (guardian is None and client.registration == Registration.REGISTERED):
        return None
    return Claim(client=client, guardian=guardian)
