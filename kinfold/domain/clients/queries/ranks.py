"""In which order members stand by what the team does not know itself: their caseload, their licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.caseloads import CountCaseloads, count_caseloads
from kinfold.domain.credentials.queries.team import LicenceOfMember, ListLicences, list_licences
from kinfold.domain.team.models import Member

RANKED: Final = frozenset({"clients", "licence"})
_NEVER: Final = 10**6


@dataclass(frozen=True, kw_only=True, slots=True)
class RankMembers:
    """By "clients", how many they have, or by "licence", the day it expires; "-" in front changes nothing here."""

    by: str


@query(Permission.MEMBERS_READ)
def rank_members(actor: Actor, data: RankMembers) -> Mapping[UUID, int] | None:
    """The rank of each member, for `ListMembers.ranks`; None for any other order, or what the actor may not know.

    Licences that expired come first, then those that expire soonest; whoever has or needs none comes last.
    """
    by = data.by.removeprefix("-")
    if by == "clients" and actor.sees_clients:
        return count_caseloads(actor, CountCaseloads(member_ids=None))
    if by == "licence":
        everybody = tuple(Member.objects.filter(ended_at__isnull=True).values_list("id", flat=True))
        lines = list_licences(actor, ListLicences(member_ids=everybody))
        return {member_id: _days(line) for member_id, line in lines.items()}
    return None


def _days(line: LicenceOfMember) -> int:
    if line.days_left is not None:
        return line.days_left
    return _NEVER + (not line.given) + (not line.needed)
