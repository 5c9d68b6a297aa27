"""What somebody who registers as a client, or as a guardian, is shown before they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.clients.registration import ClientProof, claim_with, proves_address
from kinfold.domain.identity.queries import find_login
from kinfold.domain.kernel import clock


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenClientRegistration:
    """What shows that the record is theirs."""

    proof: ClientProof


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientRegistration:
    """Whose page it will be, for whoever showed that they may. `acts_for` is "" for the client, else whom they act for.

    `email` is the address the practice has, "" for none; `has_login`: it has a login already; `proved`: the code came
    to it, so a login may be signed in at once. `since` is set where a guardian begins to act on a later day.
    """

    practice_name: str
    name: str
    acts_for: str
    email: str
    has_login: bool
    proved: bool
    since: datetime | None


@query(None)
def open_client_registration(actor: Actor, data: OpenClientRegistration) -> ClientRegistration:
    """What a registration code is for. Asking changes nothing (SPEC 8.14). Raises CodeRefused."""
    code, claim = claim_with(actor, data.proof)
    client, guardian = claim.client, claim.guardian
    return ClientRegistration(
        practice_name=actor.practice_name,
        name=claim.name,
        acts_for=f"{client.first_name} {client.last_name}".strip() if guardian else "",
        email=claim.email,
        has_login=bool(claim.email) and find_login(claim.email) is not None,
        proved=proves_address(code, claim),
        since=guardian.since if guardian and guardian.since > clock.now() else None,
    )
