"""The reference of permissions, made from the enumeration: for the help page and for docs/reference."""

from __future__ import annotations

from dataclasses import dataclass

from .permissions import NEEDS, Area, Permission, in_order
from .roles import DEFAULTS, StartingPoint


@dataclass(frozen=True, slots=True)
class PermissionEntry:
    """One permission with its sentence, the labels of what it needs, and of the roles that start with it."""

    name: str
    label: str
    sentence: str
    needs: tuple[str, ...]
    roles: tuple[str, ...]


def reference() -> tuple[tuple[str, tuple[PermissionEntry, ...]], ...]:
    """Every permission under its heading, in the order of the role editor."""
    by_area = {area: [p for p in Permission if p.area is area] for area in Area}
    return tuple(
        (area.value, tuple(_entry(permission) for permission in permissions))
        for area, permissions in by_area.items()
        if permissions
    )


def _entry(permission: Permission) -> PermissionEntry:
    return PermissionEntry(
        name=permission.value,
        label=permission.label,
        sentence=permission.sentence,
        needs=tuple(needed.label for needed in in_order(NEEDS.get(permission, frozenset()))),
        roles=tuple(start.label for start in StartingPoint if permission in DEFAULTS[start]),
    )


def as_markdown() -> str:
    """The reference as docs/reference/permissions.md holds it."""
    lines = [
        "# Permissions",
        "",
        "Every permission that a role, an exception for one person or an API token can name. Written from the code by",
        "`make reference`; change `kinfold/domain/access/permissions.py` instead of this page.",
    ]
    for area, entries in reference():
        lines += ["", f"## {area}", "", "| permission | name | what it allows | needs | starts with |"]
        lines += ["|---|---|---|---|---|"]
        lines += [
            f"| `{entry.name}` | {entry.label} | {entry.sentence} | {', '.join(entry.needs) or '–'} "
            f"| {', '.join(entry.roles)} |"
            for entry in entries
        ]
    return "\n".join(lines) + "\n"
