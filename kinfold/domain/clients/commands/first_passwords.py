"""First passwords that a practice chose for its clients, used at the first sign-in (SPEC 8.10, docs/decisions/0019)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from kinfold.domain.access.actors import guest_actor
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.models import Client, Registration
from kinfold.domain.clients.registration import GETS_CODES, hand_out
from kinfold.domain.identity import initial_passwords
from kinfold.domain.identity.initial_passwords import Fitting
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.kernel.tasks import later, task
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.granting import hold_team

says(client_code__asked="asked for their registration code with a first password")

MAIL_CODES: Final = "kinfold.domain.clients.commands.first_passwords.mail_codes"


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSignIn:
    """What somebody types who was given a first password."""

    email: str
    password: str = field(repr=False)


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
    fitting = initial_passwords.fitting(address, data.password, whence=whence)
    # Work is queued for a miss too, so that an answer takes as long whether something fits or not.
    later(MAIL_CODES, *(fitting or [uuid4()]))


@task()
def mail_codes(*ids: UUID) -> None:
    """Mail those whose first password somebody typed their registration code. One that is gone by now does nothing."""
    for one in initial_passwords.opened(ids):
        _mail_code(one)


def _mail_code(found: Fitting) -> None:
    """Unless they registered, left, or have another address by now. Begun again, it mails the newest code only."""
    with entered(found.practice_id, writing=True):
        hold_team()
        hold_client(found.subject_id)
        client = Client.objects.filter(GETS_CODES, pk=found.subject_id).first()
        if client is None or not found.is_for(client.email):
            return
        hand_out(found.practice_id, [client], mailed=True)
        Client.objects.filter(pk=client.pk).update(registration=Registration.SENT)
        guest = guest_actor(found.practice_id)
        trail.record(guest, "client_code.asked", subject=("client", client.pk))
