"""Finding the clients that new people look like, by the one rule of `clients.duplicates`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.kernel.text import folded, sort_key

from .duplicates import SHARED, Key, Traits, found_under, looks_for
from .errors import Likeness
from .keys import squeezed
from .models import Client, ClientStatus, ClientWord
from .visibility import visible_to


class Unseen(NamedTuple):
    """A row that looks like a client whom the actor may not see. It is for others to look into, never for the actor."""

    row: int
    reason: str
    client_id: UUID


def among(actor: Actor, people: Sequence[Mapping[str, Any]]) -> tuple[list[Likeness], list[Unseen]]:
    """For each row that looks like a client the actor may see, or like an earlier row, the first such likeness.

    Clients whom the actor may not see are never hinted at (SPEC 8.4): the second list is not for them.
    """
    traits = [_traits(person) for person in people]
    here: dict[Key, tuple[UUID | None, str, int | None]] = {}
    hidden: dict[Key, UUID] = {}
    for client_id, name, known, seen in _candidates(actor, traits):
        for key in found_under(known):
            if seen:
                here.setdefault(key, (client_id, name, None))
            else:
                hidden.setdefault(key, client_id)
    found: list[Likeness] = []
    unseen: list[Unseen] = []
    for row, person in enumerate(traits):
        keys = list(looks_for(person))
        if met := next((key for key in keys if key in here), None):
            found.append(Likeness(row, SHARED[str(met[0])], *here[met]))
        if missed := next((key for key in keys if key in hidden), None):
            unseen.append(Unseen(row, SHARED[str(missed[0])], hidden[missed]))
        for key in found_under(person):
            here.setdefault(key, (None, "", row))
    return found, unseen


def _traits(person: Mapping[str, Any]) -> Traits:
    born = person["birth_date"]
    return Traits(
        person["email"],
        sort_key(person["last_name"], person["first_name"]),
        born.isoformat() if isinstance(born, date) else "",
        folded(person["external_id"]),
    )


def _candidates(actor: Actor, people: Sequence[Traits]) -> Iterator[tuple[UUID, str, Traits, bool]]:
    """The clients who are found under a key that one of these people looks for, the longest known first.

    The last of each says whether the actor may see them.
    """
    wanted = (
        _as_many([person.email for person in people]),
        _as_many([person.name for person in people]),
        _as_many([squeezed(person.external_id) for person in people]),
    )
    given = {f"v{place}": value for place, value in enumerate(chain(*wanted))}
    ids = {row[0] for row in _under(*map(len, wanted), **given)} if given else set()
    if not ids:
        return
    looked_for = {key for person in people for key in looks_for(person)}
    alike = [
        (client_id, f"{first} {last}".strip(), known)
        for client_id, first, last, email, key, born, external_id in _traits_of(
            len(ids), **{f"c{place}": client_id for place, client_id in enumerate(ids)}
        )
        if not looked_for.isdisjoint(
            found_under(known := Traits(email, key, born.isoformat() if born else "", folded(external_id)))
        )
    ]
    if alike:
        visible = visible_to(actor).filter(pk__in=[client_id for client_id, _, _ in alike])
        seen = set(visible.values_list("id", flat=True))
        yield from ((client_id, name, known, client_id in seen) for client_id, name, known in alike)


def _as_many(values: list[str]) -> list[str]:
    """With another in place of empty ones, unless all are, so that few numbers of values make few questions."""
    some = next(filter(None, values), None)
    return [value or some for value in values] if some else []


@prepared
def _traits_of(_count: int, **clients: UUID) -> QuerySet[Client, Any]:
    rows = Client.objects.filter(pk__in=list(clients.values())).order_by("created_at", "id")
    return rows.values_list("id", "first_name", "last_name", "email", "sort_key", "birth_date", "external_id")


@prepared
def _under(emails: int, names: int, _words: int, **given: str) -> QuerySet[Any, tuple[UUID]]:
    """Whoever has one of these e-mails, sort keys or words, which come in this order.

    One question, of which each part asks one index, whose first column besides the practice is the status.
    """
    values = list(given.values())
    by_email, by_name, by_word = values[:emails], values[emails:][:names], values[emails + names :]
    statuses = ClientStatus.values
    parts: list[QuerySet[Any, tuple[UUID]]] = []
    if by_email:
        parts.append(Client.objects.filter(status__in=statuses, email__in=by_email).values_list("id"))
    if by_name:
        parts.append(Client.objects.filter(status__in=statuses, sort_key__in=by_name).values_list("id"))
    if by_word:
        parts.append(
            ClientWord.objects.filter(status__in=statuses, word__in=by_word).values_list("client_id")
        )
    first, *others = parts
    return first.union(*others, all=True) if others else first
