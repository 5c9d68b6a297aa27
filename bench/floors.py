"""What Kinfold has to reach, as ratios to the peer of the same run, since machines differ.

They come from measuring five products once on one machine (docs/decisions/performance.md): the best of them on each
job, next to this same Django admin. Requests per second, except J6 (rows per second), J4 and J7 (milliseconds).
"""

from __future__ import annotations

from dataclasses import dataclass

HTML, JSON, PEER, RAW = "kinfold_html", "kinfold_json", "django_admin", "raw"
CONTENDERS = (RAW, HTML, JSON, PEER)

# Best product and this admin, on one machine: requests per second with eight people.
_J1 = 260 / 33
_J2 = 61 / 17
_J3 = 314 / 54
_J5 = 336 / 196
_J6 = 706 / 659
_J7 = 104 / 761


@dataclass(frozen=True, slots=True)
class Floor:
    """How many times the admin's rate a job must and should reach."""

    floor: float
    goal: float


FLOORS: dict[tuple[str, str], Floor] = {
    ("J1", HTML): Floor(_J1, 2 * _J1),
    ("J1", JSON): Floor(2 * _J1, 5 * _J1),
    ("J2", HTML): Floor(2 * _J2, 5 * _J2),
    ("J2", JSON): Floor(2 * _J2, 5 * _J2),
    ("J3", HTML): Floor(1.5 * _J3, 3 * _J3),
    ("J3", JSON): Floor(1.5 * _J3, 3 * _J3),
    ("J3 supervisor", HTML): Floor(1.5 * _J3, 3 * _J3),
    ("J3 supervisor", JSON): Floor(1.5 * _J3, 3 * _J3),
    ("J5", HTML): Floor(_J5, 2 * _J5),
    ("J5", JSON): Floor(_J5, 2 * _J5),
    ("J6", HTML): Floor(10 * _J6, 20 * _J6),
    ("J7", JSON): Floor(5 * _J7, 10 * _J7),
}
DEEP_AT_MOST = 1.3  # J4's p50 as a multiple of J1's
SEARCH_P95_AT_MOST = 3.0  # J2's p95 as a multiple of its p50
# p50 with 500 members and 50 roles as a multiple of that with 50 and 9, a page of the list.
LARGE_TEAM_AT_MOST = 2.0
PAGE_GOAL_MS = 4.0  # J1's p50 as a page
IMPORT_FLOOR, IMPORT_GOAL = 7000.0, 14300.0  # rows per second
REASSIGN_FLOOR, REASSIGN_GOAL = 150.0, 70.0  # milliseconds
OTHERS_AT_MOST = 2.0  # J1's p95 during an import as a multiple of its p95 without one
GROWTH_AT_MOST, GROWTH_GOAL = 2.0, 1.3  # p50 at the largest size as a multiple of the smallest
