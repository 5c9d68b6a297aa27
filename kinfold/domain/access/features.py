"""How permissions are shown where somebody decides about them: a line for each, and in words what comes of it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .permissions import Area, Permission, decided, with_needs

SEES_ALL = Permission.CLIENTS_SEE_ALL
# What is left of these where a role does not show all clients.
_OF_THEIRS = dict.fromkeys(
    (
        Permission.CLIENTS_PROFILE,
        Permission.CLIENTS_CHART,
        Permission.CLIENTS_RISK,
        Permission.CLIENTS_SET_RISK,
        Permission.CLIENTS_CHANGE,
        Permission.CLIENTS_REGISTER,
        Permission.CLIENTS_ASSIGN,
        Permission.CLIENTS_EXPORT,
        Permission.ACCESS_EXPLAIN,
    ),
    "only of clients they may see",
)
_ALWAYS = {
    Permission.CLIENTS_SEE_OWN: "only those assigned to them",
    Permission.CLIENTS_SEE_SUPERVISED: "only while they supervise",
    Permission.ROLES_ASSIGN: "up to their own rights",
    Permission.ROLES_DEFINE: "up to their own rights",
}


_BY_AREA = sorted(Permission, key=lambda permission: list(Area).index(permission.area))


@dataclass(frozen=True, slots=True)
class Feature:
    """One permission: what it starts from, what is decided about it, and what comes of that.

    `decision` is None where nothing is. `note` says when another decision is the reason.
    """

    permission: Permission
    base: bool
    decision: bool | None
    allowed: bool
    limit: str
    note: str


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that people can or cannot do, with the limit it has; `changed` where that is not as it started."""

    label: str
    limit: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Abilities:
    """In words, what somebody can do, can do within limits, and cannot do."""

    can: tuple[Ability, ...]
    within_limits: tuple[Ability, ...]
    cannot: tuple[Ability, ...]


def features(base: frozenset[Permission], decisions: Mapping[str, bool]) -> tuple[Feature, ...]:
    """Every permission that can be decided about, in order; owning the practice comes with the Owner role only."""
    allowed = decided(base, decisions)
    return tuple(
        Feature(
            permission=permission,
            base=permission in base,
            decision=decisions.get(permission),
            allowed=permission in allowed,
            limit=limit(permission, allowed) if permission in allowed else "",
            note=_note(permission, base, allowed, decisions),
        )
        for permission in _BY_AREA
        if permission is not Permission.PRACTICE_OWN
    )


def limit(permission: Permission, allowed: frozenset[Permission]) -> str:
    """What limits a permission besides whether it is there; "" for nothing."""
    if permission in _ALWAYS:
        return _ALWAYS[permission]
    if SEES_ALL not in allowed:
        return _OF_THEIRS.get(permission, "")
    return "not of others' direct clients" if permission is Permission.CLIENTS_CHART else ""


def abilities(
    allowed: frozenset[Permission],
    started: frozenset[Permission],
    *,
    requires_supervision: bool,
    may_supervise: bool,
) -> Abilities:
    """What somebody with these permissions can do; `started` is what the changes are marked against."""
    shown = [p for p in _BY_AREA if p is not Permission.PRACTICE_OWN or p in allowed]
    can, within, cannot = [], [], []
    for permission in shown:
        ability = Ability(
            permission.label, limit(permission, allowed), (permission in allowed) != (permission in started)
        )
        if permission not in allowed:
            cannot.append(Ability(ability.label, "", ability.changed))
        elif ability.limit:
            within.append(ability)
        else:
            can.append(ability)
    if requires_supervision:
        within.append(
            Ability("Work with clients", "under a supervisor, and flagged while there is none", False)
        )
    (can if may_supervise else cannot).append(Ability("Supervise others", "", False))
    return Abilities(tuple(can), tuple(within), tuple(cannot))


def _note(
    permission: Permission,
    base: frozenset[Permission],
    allowed: frozenset[Permission],
    decisions: Mapping[str, bool],
) -> str:
    if permission in allowed and permission not in base and not decisions.get(permission):
        needing = [p for p in allowed if p != permission and permission in with_needs(frozenset({p}))]
        return f"Comes with {_named(p for p in needing if decisions.get(p))}"
    wanted = permission in base or decisions.get(permission)
    if wanted and permission not in allowed and decisions.get(permission) is not False:
        needed = with_needs(frozenset({permission})) - {permission}
        return f"Needs {_named(p for p in needed if decisions.get(p) is False)}"
    return ""


def _named(permissions: Iterable[Permission]) -> str:
    chosen = set(permissions)
    labels = [f"“{p.label}”" for p in Permission if p in chosen]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
