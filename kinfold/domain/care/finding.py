"""Whom a session is with: a client whom one sees, or one of the practice's clients whom one is about to meet.

Whoever meets a client who is not theirs knows the last name and an e-mail address or external ID, and names them
exactly. Nothing else leads to a client one does not see, and direct clients are never found so: a wrong name and
somebody else's direct client are answered alike. Each miss stays in the trail, and there are few in an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.clients import profile
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.models import Client, ClientKind, ClientStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem, TooManyTries
from kinfold.domain.kernel.text import folded

from .errors import NotMet

MOST_MISSES: Final = 10
WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finder:
    """What names one client exactly: the last name, with the e-mail address or the external ID."""

    last_name: str
    email: str = ""
    external_id: str = ""


def client_to_see(actor: Actor, client_id: UUID | None, find: Finder | None) -> Client:
    """The client whom a session is with.

    Raises InvalidInput when nobody is named, NotFound for an id one does not see, ClientArchived, and NotMet unless
    exactly one client fits what was typed. Whoever changes that client now is waited for, and waits until it is done.
    """
    if client_id is None:
        if find is None:
            raise InvalidInput.one("client_id", "Choose the client.")
        return _met(actor, find)
    client = visible_to(actor).select_for_update(no_key=True).filter(pk=client_id).first()
    if client is None:
        raise NotFound
    if client.status != ClientStatus.ACTIVE:
        raise ClientArchived
    return client


def _met(actor: Actor, find: Finder) -> Client:
    which = _which(find)
    refusals = AuditEntry.objects.filter(
        actor_id=actor.member_id, action="access.refused", at__gt=clock.now() - WITHIN
    )
    if refusals.count() >= MOST_MISSES:
        raise TooManyTries(
            "Too many tries. Ask the front desk to book this session, or try again in an hour."
        )
    theirs = Q(kind=ClientKind.PRACTICE) | Q(pk__in=visible_to(actor).values("id"))
    named = Client.objects.filter(which, theirs, status=ClientStatus.ACTIVE)
    fitting = [client for client in named if folded(client.last_name) == folded(find.last_name.strip())]
    if len(fitting) != 1:
        raise NotMet
    held = named.filter(pk=fitting[0].id).select_for_update(no_key=True).first()
    if held is None:
        raise NotMet
    return held


def _which(find: Finder) -> Q:
    problems: list[Problem] = []
    email, external_id = profile.email(find.email), profile.external_id(find.external_id)
    if not find.last_name.strip():
        problems.append(Problem("last_name", "Enter the client's last name."))
    for field, typed in (("email", email), ("external_id", external_id)):
        if isinstance(typed, profile.Refused):
            problems.append(Problem(field, typed))
    if not email and not external_id:
        problems.append(Problem("email", "Enter the client's email address or external ID."))
    if problems:
        raise InvalidInput(problems)
    by_email = Q(email=email) if email else Q()
    return by_email & (Q(external_id=external_id) if external_id else Q())
