"""What imports are called in the activity of a practice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.subjects import names
from kinfold.domain.imports.admitting import imports_of


@names("import")
def import_names(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Imports by the name of their file, for those who may import."""
    if Permission.CLIENTS_IMPORT not in actor.permissions:
        return {}
    return dict(imports_of(actor).filter(pk__in=set(ids)).values_list("id", "file_name"))
