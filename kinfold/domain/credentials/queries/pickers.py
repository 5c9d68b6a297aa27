"""Whom new clients can be given to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.gate import why_no_new_clients
from kinfold.domain.credentials.queries.team import titles_now
from kinfold.domain.kernel import clock
from kinfold.domain.team.models import Member
from kinfold.domain.team.supervising import without_supervisor


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTakers:
    """All of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taker:
    """A member as pickers offer them: the letters behind the name, and what whoever chooses should know."""

    id: UUID
    name: str
    titles: str
    note: str

    @property
    def label(self) -> str:
        """As one line: "Theo Park, LMSW (no supervisor)"."""
        named = f"{self.name}, {self.titles}" if self.titles else self.name
        return f"{named} ({self.note})" if self.note else named


@query(Permission.MEMBERS_NAMES)
def list_takers(actor: Actor, data: ListTakers) -> tuple[Taker, ...]:
    """Everybody who may take new clients now, in name order (SPEC 2, N8)."""
    now = clock.now()
    able = [member_id for member_id, why in why_no_new_clients(now).items() if not why]
    letters, lacking = titles_now(able), without_supervisor(now)
    rows = Member.objects.filter(pk__in=able).order_by("sort_key", "id")
    return tuple(
        Taker(
            id=member_id,
            name=f"{first} {last}".strip(),
            titles=letters.get(member_id, ""),
            note="no supervisor" if member_id in lacking else "",
        )
        for member_id, first, last in rows.values_list("id", "first_name", "last_name")
    )
