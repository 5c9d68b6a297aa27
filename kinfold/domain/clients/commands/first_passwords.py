"""First passwords that a practice chose for its clients, used at the first sign-in (SPEC 8.10, docs/decisions/0019)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kinfold.domain.access.actors import Actor, guest_actor
from kinfold.domain.access.doors import command
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.models import Client, Registration
from kinfold.domain.clients.registration import GETS_CODES, hand_out
from kinfold.domain.identity import initial_passwords
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem

says(client_code__asked="asked for their registration code with a first password")


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSignIn:
    """What somebody types who was given a first password."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskForOwnCode:
    """A client whose first password somebody knows, and the address they typed."""

    client_id: UUID
    email: str


def sign_in_first(data: FirstSignIn, *, whence: str) -> None:
    """Mail whoever was given this first password a registration code, with which they choose a password of their own.

    Nobody is told whether they fit: only who reads mail at the address learns it. One counted try from one place.
    Raises InvalidInput for what is missing, and SlowDown after too many tries.
    """
    address, problems = "", []
    try:
        address = canonical_email(data.email)
    except NotAnEmailAddress as error:
        problems.append(Problem("email", error.message))
    if not data.password:
        problems.append(Problem("password", "Enter the first password your practice gave you."))
    if problems:
        raise InvalidInput(problems)
    for found in initial_passwords.fitting(address, data.password, whence=whence):
        guest = guest_actor(found.practice_id)
        ask_for_own_code(guest, AskForOwnCode(client_id=found.subject_id, email=address))


@command(None)
def ask_for_own_code(actor: Actor, data: AskForOwnCode) -> None:
    """Mail a client their registration code, unless they registered, left, or have another address by now."""
    waiting = Client.objects.filter(GETS_CODES, pk=data.client_id, email=data.email)
    client = waiting.select_for_update(no_key=True).first()
    if client is None:
        trail.nothing_changed()
        return
    hand_out(actor.practice_id, [client], mailed=True)
    Client.objects.filter(pk=client.pk).update(registration=Registration.SENT)
    trail.record(actor, "client_code.asked", subject=("client", client.pk))
