"""Finding the clients that new people look like, by the one rule of `clients.duplicates`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
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
    ids: set[UUID] = set()
    for ask, values in (
        (_with_email, {person.email for person in people}),
        (_with_sort_key, {person.name for person in people}),
        (_with_word, {squeezed(person.external_id) for person in people}),
    ):
        wanted = values - {""}
        if wanted:
            given = {f"v{place}": value for place, value in enumerate(wanted)}
            ids.update(row[0] for row in ask(len(given), **given))
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


@prepared
def _traits_of(_count: int, **clients: UUID) -> QuerySet[Client, Any]:
    rows = Client.objects.filter(pk__in=list(clients.values())).order_by("created_at", "id")
    return rows.values_list("id", "first_name", "last_name", "email", "sort_key", "birth_date", "external_id")


# Each asks one index, whose first column besides the practice is the status.


@prepared
def _with_email(_count: int, **given: str) -> QuerySet[Client, tuple[UUID]]:
    return Client.objects.filter(status__in=ClientStatus.values, email__in=list(given.values())).values_list(
        "id"
    )


@prepared
def _with_sort_key(_count: int, **given: str) -> QuerySet[Client, tuple[UUID]]:
    return Client.objects.filter(
        status__in=ClientStatus.values, sort_key__in=list(given.values())
    ).values_list("id")


@prepared
def _with_word(_count: int, **given: str) -> QuerySet[ClientWord, tuple[UUID]]:
    return ClientWord.objects.filter(
        status__in=ClientStatus.values, word__in=list(given.values())
    ).values_list("client_id")
