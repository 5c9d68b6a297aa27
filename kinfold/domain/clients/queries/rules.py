"""What those who write down clients have to know about the practice."""

from __future__ import annotations

from dataclasses import dataclass

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.practices.queries import emails_are_optional


@dataclass(frozen=True, kw_only=True, slots=True)
class GetClientRules:
    """What this practice wants to know about a client."""


@dataclass(frozen=True, slots=True)
class ClientRules:
    """`email_optional`: clients need no e-mail address here (SPEC 8.13)."""

    email_optional: bool


@query(None)
def get_client_rules(actor: Actor, data: GetClientRules) -> ClientRules:
    """The practice's rules for those who add or edit clients."""
    if not (actor.may(Permission.CLIENTS_CREATE) or actor.may(Permission.CLIENTS_CHANGE)):
        raise NotAllowed
    return ClientRules(email_optional=emails_are_optional())
