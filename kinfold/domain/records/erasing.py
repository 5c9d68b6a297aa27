"""The one place where a client's record is destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F

from kinfold.domain.audit.sentences import says
from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.models import Client, ClientLogin, ClientPlace, FormerClient
from kinfold.domain.identity import initial_passwords
from kinfold.domain.identity.models import RegistrationCode
from kinfold.domain.kernel.many import blocks
from kinfold.domain.kernel.tenancy import current_practice_id
from kinfold.domain.practices.models import PracticeTally

from .hanging import remove

says(client__deleted="deleted a client")


class Wish(NamedTuple):
    """Who wanted a client deleted, and why."""

    by: UUID | None
    reason: str


def erase(wishes: Mapping[UUID, Wish], now: datetime) -> list[Event]:
    """Destroy archived clients and all that hangs on them. Returns what to record.

    A tombstone stays for each, without a word about the person; the trail keeps the name (SPEC 8.11).
    """
    ids: list[UUID] = list(wishes)
    events: list[Event] = []
    if not ids:
        return events
    for some in blocks(ids):
        for client_id, first, last in Client.objects.filter(pk__in=some).values_list(
            "id", "first_name", "last_name"
        ):
            detail = {"name": f"{first} {last}".strip()}
            events.append(Event("client.deleted", ("client", client_id), detail=detail))
    places, logins = _who_acted(ids)
    remove(ids)
    _forget_places(logins)
    for some in blocks([*ids, *places]):
        RegistrationCode.objects.filter(subject_id__in=some).delete()
    initial_passwords.end(ids)
    gone = [
        FormerClient(
            practice_id=current_practice_id(), id=client_id, by_id=wish.by, reason=wish.reason, at=now
        )
        for client_id, wish in wishes.items()
    ]
    FormerClient.objects.bulk_create(gone, batch_size=500)
    for some in blocks(ids):
        Client.objects.filter(pk__in=some)._raw_delete(DEFAULT_DB_ALIAS)
    PracticeTally.objects.update(archived_clients=F("archived_clients") - len(ids))
    return events


def _who_acted(client_ids: list[UUID]) -> tuple[list[UUID], set[UUID]]:
    """Who was to act for these clients, ever: those rows, to which guardians' codes belong, and the logins."""
    places: list[UUID] = []
    logins: set[UUID] = set()
    for some in blocks(client_ids):
        for place_id, login_id in ClientLogin.objects.filter(client_id__in=some).values_list(
            "id", "login_id"
        ):
            places.append(place_id)
            logins.update({login_id} - {None})
    return places, logins


def _forget_places(logins: set[UUID]) -> None:
    """That somebody was in care here goes as well, unless they act or acted for another client who is still here."""
    for some in blocks(sorted(logins)):
        still = ClientLogin.objects.filter(login_id__in=some).values_list("login_id", flat=True)
        gone = set(some) - set(still)
        ClientPlace.objects.filter(login_id__in=gone, for_practice=current_practice_id()).delete()
