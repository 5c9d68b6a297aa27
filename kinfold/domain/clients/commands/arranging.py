"""How a person wants to see the list of clients; each has their own (SPEC U58, U59)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.columns import DEFAULT, PAGE_SIZES, Column
from kinfold.domain.clients.models import ListLayout
from kinfold.domain.clients.visibility import refuse_unless_sees_clients
from kinfold.domain.kernel.columns import chosen
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed

says(layout__changed="arranged the list of clients")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangeList:
    """All columns in their order, and which of them are shown; None leaves them as they are, () as they came.

    `page_size`: how many rows stand on a page; None leaves it as it is.
    """

    columns: tuple[str, ...] | None = None
    shown: frozenset[str] = frozenset()
    page_size: int | None = None


@command(None)
def arrange_list(actor: Actor, data: ArrangeList) -> None:
    """Keep how the actor wants their list. The name is always shown, and first.

    Raises InvalidInput for a column that does not exist, and for a size that is not offered.
    """
    refuse_unless_sees_clients(actor)
    if actor.member_id is None:
        raise NotAllowed
    changed: dict[str, object] = {}
    if data.columns is not None:
        changed["columns"] = chosen(Column, DEFAULT, data.columns, data.shown)
    if data.page_size is not None:
        if data.page_size not in PAGE_SIZES:
            raise InvalidInput.one("page_size", "Choose 25, 50, 100 or 200 rows.")
        changed["page_size"] = data.page_size
    mine = ListLayout.objects.filter(member_id=actor.member_id)
    if not mine.update(**changed):
        try:
            with transaction.atomic():
                ListLayout.objects.create(member_id=actor.member_id, **changed)
        except IntegrityError:  # another window was first
            mine.update(**changed)
    trail.record(actor, "layout.changed", subject=("member", actor.member_id), fields=list(changed))
