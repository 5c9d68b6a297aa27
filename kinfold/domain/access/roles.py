"""The roles every practice starts with, and what a role allows (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .permissions import Permission, decided


class StartingPoint(StrEnum):
    """What a role builds on before its own overrides."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    CLIENT_ADMINISTRATOR = "client-administrator"
    BILLING_ADMINISTRATOR = "billing-administrator"
    PRACTITIONER = "practitioner"
    SUPERVISOR = "supervisor"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """Its name on screen."""
        return self.value.replace("-", " ").title()


_OWN_ACTS = frozenset({Permission.AUDIT_OWN, Permission.TOKENS_OWN, Permission.MEMBERS_NAMES})
_PRACTITIONER = _OWN_ACTS | {
    Permission.CLIENTS_SEE_OWN,
    Permission.CLIENTS_PROFILE,
    Permission.CLIENTS_CHART,
    Permission.CLIENTS_RISK,
    Permission.CLIENTS_SET_RISK,
    Permission.SESSIONS_SEE,
    Permission.SESSIONS_BOOK,
    Permission.NOTES_SIGN,
    Permission.BILLING_OWN,
    Permission.ACCESS_EXPLAIN,
}
_CLIENT_ADMINISTRATOR = _OWN_ACTS | {
    Permission.MEMBERS_READ,
    Permission.CLIENTS_SEE_ALL,
    Permission.CLIENTS_PROFILE,
    Permission.CLIENTS_CHART,
    Permission.CLIENTS_RISK,
    Permission.CLIENTS_CREATE,
    Permission.CLIENTS_ACCEPT,
    Permission.CLIENTS_CHANGE,
    Permission.CLIENTS_REGISTER,
    Permission.CLIENTS_ARCHIVE,
    Permission.CLIENTS_ASSIGN,
    Permission.CLIENTS_MERGE,
    Permission.CLIENTS_IMPORT,
    Permission.CLIENTS_EXPORT,
    Permission.SESSIONS_SEE,
    Permission.SESSIONS_BOOK,
    Permission.SESSIONS_MANAGE,
    Permission.ACCESS_EXPLAIN,
}
_OWNER = frozenset(Permission)

DEFAULTS: dict[StartingPoint, frozenset[Permission]] = {
    StartingPoint.OWNER: _OWNER,
    StartingPoint.ADMINISTRATOR: _OWNER
    - {Permission.PRACTICE_OWN, Permission.LICENCES_OVERRIDE, Permission.MEMBERS_REMOVE},
    StartingPoint.CLIENT_ADMINISTRATOR: _CLIENT_ADMINISTRATOR,
    StartingPoint.BILLING_ADMINISTRATOR: _OWN_ACTS
    | {
        Permission.CLIENTS_SEE_ALL,
        Permission.CLIENTS_EXPORT,
        Permission.BILLING_ALL,
        Permission.BILLING_OWN,
    },
    StartingPoint.PRACTITIONER: _PRACTITIONER,
    StartingPoint.SUPERVISOR: _PRACTITIONER | {Permission.CLIENTS_SEE_SUPERVISED, Permission.NOTES_COSIGN},
    StartingPoint.NOTHING: frozenset(),
}


def permissions_of(starting_point: str, overrides: Mapping[str, bool]) -> frozenset[Permission]:
    """What a role allows: its starting point, then its overrides with what those bring along or take away."""
    return decided(DEFAULTS[StartingPoint(starting_point)], overrides)


def permissions_of_member(
    roles: Iterable[frozenset[Permission]], overrides: Mapping[str, bool]
) -> frozenset[Permission]:
    """What a member may do: the union of their roles, then the overrides on the person (SPEC section 3).

    Without a role there is nothing to override, and what an owner may do nobody overrides.
    """
    held = tuple(roles)
    united = frozenset[Permission]().union(*held)
    if not held or Permission.PRACTICE_OWN in united:
        return united
    return decided(united, overrides)


# The roles that every practice has for the same parts; the other shipped ones are there to start from.
SYSTEM_ROLES = frozenset(
    {"owner", "administrator", "client-administrator", "billing-administrator", "practitioner"}
)


@dataclass(frozen=True, slots=True)
class ShippedRole:
    """A role that comes with every practice."""

    key: str
    name: str
    description: str
    starting_point: StartingPoint
    clinical: bool = False
    requires_supervision: bool = False
    may_supervise: bool = False


SHIPPED: tuple[ShippedRole, ...] = (
    ShippedRole(
        "owner", "Owner", "Answers for the practice and can do everything in it.", StartingPoint.OWNER
    ),
    ShippedRole(
        "administrator",
        "Administrator",
        "Manages the team, the clients and settings.",
        StartingPoint.ADMINISTRATOR,
    ),
    ShippedRole(
        "client-administrator",
        "Client Administrator",
        "Manages all clients, and sees the team.",
        StartingPoint.CLIENT_ADMINISTRATOR,
    ),
    ShippedRole(
        "billing-administrator",
        "Billing Administrator",
        "Sees the names of all clients for billing, never their records.",
        StartingPoint.BILLING_ADMINISTRATOR,
    ),
    ShippedRole(
        "practitioner", "Practitioner", "Sees their own clients.", StartingPoint.PRACTITIONER, clinical=True
    ),
    ShippedRole(
        "intern",
        "Intern",
        "Sees their own clients under supervision.",
        StartingPoint.PRACTITIONER,
        clinical=True,
        requires_supervision=True,
    ),
    ShippedRole(
        "associate",
        "Associate",
        "Sees their own clients on the way to a full license.",
        StartingPoint.PRACTITIONER,
        clinical=True,
    ),
    ShippedRole(
        "licensed-therapist",
        "Licensed Therapist",
        "Sees their own clients independently.",
        StartingPoint.PRACTITIONER,
        clinical=True,
    ),
    ShippedRole(
        "supervisor",
        "Supervisor",
        "Sees their own clients and those of the people they supervise.",
        StartingPoint.SUPERVISOR,
        clinical=True,
        may_supervise=True,
    ),
)
