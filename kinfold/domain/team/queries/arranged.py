"""How a person sees the team list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.columns import Placed, as_it_comes, read
from kinfold.domain.team.columns import DEFAULT, Column
from kinfold.domain.team.models import TeamLayout


@dataclass(frozen=True, kw_only=True, slots=True)
class GetTeamLayout:
    """One's own."""


class TeamLayoutOfOne(NamedTuple):
    """All columns that the person may see, in their order."""

    columns: tuple[Placed[Column], ...]

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that are shown."""
        return tuple(column for column, shown in self.columns if shown)


@query(Permission.MEMBERS_READ)
def get_team_layout(actor: Actor, data: GetTeamLayout) -> TeamLayoutOfOne:
    """How the actor has arranged the team list, or how it comes. Who sees no clients sees no number of them either."""
    stored = _stored(actor.member_id) if actor.member_id else []
    columns = read(Column, stored) if stored else as_it_comes(Column, DEFAULT)
    return TeamLayoutOfOne(
        tuple(placed for placed in columns if actor.sees_clients or placed.column != Column.CLIENTS)
    )


def _stored(member_id: UUID) -> list[str]:
    rows: list[list[str]] = list(
        TeamLayout.objects.filter(member_id=member_id).values_list("columns", flat=True)
    )
    return rows[0] if rows else []
