"""The team's pages in two practices beside that of the other jobs.

In one the team fills a page of the list; the other has 500 members and 50 roles. "team" is the list of the team,
"access" the tab that says whom a clinician can see and why; "access supervisor" is about somebody in the large practice
who reaches some 2,000 clients through the people they supervise.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple
from uuid import UUID

from .asked import OK, Asked, checked
from .load import request


class Size(NamedTuple):
    """A practice: how many members, roles of its own beside those that are shipped, and clients of each clinician."""

    members: int
    roles: int
    clients_each: int


SIZES = {"small": Size(50, 0, 40), "large": Size(500, 41, 44)}
# By the supervisor of a practice, who reaches their clients: some 2,000 in the large one.
TEAM_SUPERVISED = 50
TEAM_JOBS = ("team small", "team large", "access small", "access large", "access supervisor")

_SELECT = "SELECT m.id, m.first_name, m.last_name, m.status, m.version"
QUERIES = {
    "team": f"{_SELECT} FROM team_member m WHERE m.practice_id = ? AND m.ended_at IS NULL "
    "AND m.status IN ('active', 'on_hold', 'inactive') ORDER BY m.sort_key, m.id LIMIT 51",
    "access": "SELECT c.id, c.first_name, c.last_name FROM clients_client c WHERE c.practice_id = ? AND c.id IN "
    "(SELECT a.client_id FROM clients_assignment a WHERE a.practice_id = ? AND a.until IS NULL AND (a.member_id = ? "
    "OR a.member_id IN (SELECT s.supervisee_id FROM team_supervision s WHERE s.practice_id = ? AND s.until IS NULL "
    "AND s.supervisor_id = ?))) ORDER BY c.sort_key, c.id LIMIT 51",
}


class About(NamedTuple):
    """What a row asks about: "team" or "access", in which seeded practice, and of which of its members."""

    what: str
    team: dict[str, Any]
    member: str

    @property
    def practice(self) -> UUID:
        """Its id."""
        return UUID(self.team["practice"])

    @property
    def parameters(self) -> tuple[UUID, ...]:
        """What the raw query asks with, after the practice."""
        member = UUID(self.member)
        return () if self.what == "team" else (self.practice, member, self.practice, member)


def about(job: str, seeded: dict[str, Any]) -> About:
    """What one of TEAM_JOBS is about."""
    what, _, which = job.partition(" ")
    team = seeded["teams"]["small" if which == "small" else "large"]
    return About(what, team, team["supervisor" if which == "supervisor" else "clinician"])


def team_page(port: int, job: str, seeded: dict[str, Any]) -> Asked:
    """The row as a page."""
    what, team, member = about(job, seeded)
    cookies = {
        seeded["session_cookie"]: team["owner"]["session"],
        seeded["csrf_cookie"]: team["owner"]["csrf"],
    }
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    path = "/manage/team/" if what == "team" else f"/manage/team/{member}/access/"
    return checked(Asked(port, _over_and_over(path, port, headers), OK), "<tr")


def team_api(port: int, job: str, seeded: dict[str, Any]) -> Asked:
    """The row by API token."""
    what, team, member = about(job, seeded)
    headers = {"Authorization": f"Bearer {team['owner']['token']}"}
    path = "/api/v1/members?limit=50" if what == "team" else f"/api/v1/members/{member}/access?limit=50"
    return checked(Asked(port, _over_and_over(path, port, headers), OK), '"id"')


def _over_and_over(path: str, port: int, headers: dict[str, str]) -> Iterator[bytes]:
    return cycle([request("GET", path, port, headers=headers)])
