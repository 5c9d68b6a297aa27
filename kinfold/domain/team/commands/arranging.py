"""How a person wants to see the team list; each has their own (SPEC section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel.columns import chosen
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.team.columns import DEFAULT, Column
from kinfold.domain.team.models import TeamLayout

says(team_layout__changed="arranged the team list")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangeTeam:
    """All columns in their order, and which of them are shown; without an order they are as they came."""

    columns: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()


@command(Permission.MEMBERS_READ)
def arrange_team(actor: Actor, data: ArrangeTeam) -> None:
    """Keep how the actor wants their team list. The name is always shown, and first.

    Raises InvalidInput for a column that does not exist.
    """
    if actor.member_id is None:
        raise NotAllowed
    columns = chosen(Column, DEFAULT, data.columns, data.shown)
    mine = TeamLayout.objects.filter(member_id=actor.member_id)
    if not mine.update(columns=columns):
        try:
            with transaction.atomic():
                TeamLayout.objects.create(member_id=actor.member_id, columns=columns)
        except IntegrityError:  # another window was first
            mine.update(columns=columns)
    trail.record(actor, "team_layout.changed", subject=("member", actor.member_id))
