"""Reading and writing what is kept of clients apart from what lists read: further fields, and IDs in other systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from kinfold.domain.kernel.many import insert
from kinfold.domain.kernel.tenancy import current_practice_id

from .keys import tag_key
from .models import ClientIdentifier, ClientProfile
from .profile import FURTHER_FIELDS, Checked, Identifier


def keep_new(client_ids: Sequence[str], people: Sequence[Checked]) -> None:
    """Write it for new clients, in the same order."""
    practice = {"practice_id": current_practice_id()}
    told = [
        (client_id, person)
        for client_id, person in zip(client_ids, people, strict=True)
        if any(person.fields.get(field) for field in FURTHER_FIELDS)
    ]
    if told:
        columns = {field: [person.fields.get(field, "") for _, person in told] for field in FURTHER_FIELDS}
        insert(ClientProfile, practice, {"client_id": [client_id for client_id, _ in told], **columns})
    others = [
        (client_id, other)
        for client_id, person in zip(client_ids, people, strict=True)
        for other in person.identifiers
    ]
    if others:
        insert(
            ClientIdentifier,
            practice,
            {
                "client_id": [client_id for client_id, _ in others],
                "system": [other.system for _, other in others],
                "system_key": [tag_key(other.system) for _, other in others],
                "value": [other.value for _, other in others],
            },
        )


def kept_of(client_id: UUID) -> dict[str, str]:
    """The further fields of one client; what is not known is ""."""
    row = ClientProfile.objects.filter(client_id=client_id).values(*FURTHER_FIELDS).first()
    return {**row} if row else dict.fromkeys(FURTHER_FIELDS, "")


def keep(client_id: UUID, values: Mapping[str, str]) -> None:
    """Write these further fields of one client, and leave the others."""
    if not ClientProfile.objects.filter(client_id=client_id).update(**values):
        ClientProfile(client_id=client_id, **values).save(force_insert=True)


def identifiers_kept(client_id: UUID) -> tuple[Identifier, ...]:
    """A client's IDs in other systems, by system."""
    rows = ClientIdentifier.objects.filter(client_id=client_id).order_by("system_key")
    return tuple(Identifier(*row) for row in rows.values_list("system", "value"))


def replace_identifiers(client_id: UUID, wanted: Iterable[Identifier]) -> None:
    """Keep these IDs of one client and no others."""
    ClientIdentifier.objects.filter(client_id=client_id).delete()
    ClientIdentifier.objects.bulk_create(
        ClientIdentifier(
            practice_id=current_practice_id(),
            client_id=client_id,
            system=other.system,
            system_key=tag_key(other.system),
            value=other.value,
        )
        for other in wanted
    )
