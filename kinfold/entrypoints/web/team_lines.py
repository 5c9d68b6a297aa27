"""Members as lines of the team list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.caseloads import CountCaseloads, count_caseloads
from kinfold.domain.credentials.queries.team import ListLicences, list_licences
from kinfold.domain.kernel import clock
from kinfold.domain.team.columns import Column
from kinfold.domain.team.queries.arranged import GetTeamLayout, get_team_layout
from kinfold.domain.team.queries.members import MemberRow
from kinfold.domain.team.statuses import WORKS

from . import several


def lines(actor: Actor, rows: Sequence[MemberRow]) -> list[dict[str, Any]]:
    """What the list shows of these members, with their licences and how many clients they have."""
    shown = tuple(row.id for row in rows)
    licences = list_licences(actor, ListLicences(member_ids=shown))
    counted = count_caseloads(actor, CountCaseloads(member_ids=shown)) if actor.sees_clients else {}
    waiting = registrations(rows)
    return [
        {
            "row": row,
            "licence": licences[row.id],
            "clients": counted.get(row.id, 0),
            "registration": waiting.get(row.id),
        }
        for row in rows
    ]


def options(actor: Actor, *, on_the_team: bool) -> dict[str, Any]:
    """What is alike on every line of a view: its columns, and what the actor may do to whoever is `on_the_team`."""
    return {
        "columns_shown": [column.value for column in get_team_layout(actor, GetTeamLayout()).shown],
        "may": {
            "invite": actor.may(Permission.MEMBERS_INVITE),
            "change": actor.may(Permission.MEMBERS_CHANGE),
            "set_roles": actor.may(Permission.ROLES_ASSIGN) and on_the_team,
            "ticks": on_the_team and bool(several.offered(actor)),
        },
    }


def heads(shown: Iterable[Column]) -> list[dict[str, str]]:
    """The heads of the columns that are shown; the list can be ordered by each."""
    return [{"name": column.value, "label": column.label} for column in shown]


def registrations(rows: Iterable[MemberRow]) -> dict[UUID, dict[str, Any]]:
    """Who of these members has to register before they can sign in, and how their code stands."""
    now = clock.now()
    return {
        row.id: {
            "code_until": row.code_until,
            "code_expired": row.code_until is not None and row.code_until <= now,
        }
        for row in rows
        if not row.registered and row.state in WORKS
    }
