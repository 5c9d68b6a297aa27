"""What the API of roles takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from kinfold.domain.access.permissions import Permission

from .team_schemas import Body, NameOut

Modifier = Literal["", "HN", "HO", "HP"]
Start = Literal[
    "administrator", "client-administrator", "billing-administrator", "practitioner", "supervisor", "nothing"
]
# Permissions that are on or off whatever the roles say; what is left out is as the roles have it.
Name = Annotated[str, StringConstraints(max_length=40)]
Overrides = Annotated[dict[Name, bool], Field(max_length=len(Permission))]


class PermissionOut(Schema):
    """One thing a role can allow, the sentence that explains it, and what it needs."""

    name: str
    area: str
    label: str
    sentence: str
    needs: list[str]


class PermissionsOut(Schema):
    """Every permission there is."""

    items: list[PermissionOut]


class _Role(Schema):
    """What everybody on the team may know of a role."""

    id: UUID
    key: str
    name: str
    description: str
    clinical: bool
    requires_supervision: bool
    may_supervise: bool
    modifier: Modifier
    system: bool
    allows: list[str]


class RoleOut(_Role):
    """A role and what it allows; `grantable` when the caller may give it."""

    grantable: bool


class RolesOut(Schema):
    """All roles of the practice."""

    items: list[RoleOut]


class RoleDetailOut(_Role):
    """All that a role says, and who holds it. `version` goes into If-Match for changes."""

    starting_point: str
    overrides: dict[str, bool]
    holders: list[NameOut]
    invitations: int
    changeable: bool
    deletable: bool
    version: int


class RoleIn(Body):
    """All that is said about a role."""

    name: str
    description: str = ""
    starting_point: Start
    overrides: Overrides = {}
    clinical: bool = False
    requires_supervision: bool = False
    may_supervise: bool = False
    modifier: Modifier = ""


class RoleChangeIn(RoleIn):
    """The same; `accept_own_loss` says that the caller knows they lose the right to take the change back."""

    accept_own_loss: bool = False


class CopyIn(Body):
    """The name of the copy."""

    name: str


class DeletionIn(Body):
    """What holders and invited people get instead, where there are any."""

    replacement_id: UUID | None = None


class RoleDeletionIn(DeletionIn):
    """The same; `accept_own_loss` says that the caller knows they lose the right to take the change back."""

    accept_own_loss: bool = False


class OverridesIn(Body):
    """All the exceptions that shall hold for a member."""

    overrides: Overrides


class OverridesChangeIn(OverridesIn):
    """The same; `accept_own_loss` says that the caller knows they lose the right to take the change back."""

    accept_own_loss: bool = False


class OverridesOut(Schema):
    """A member's exceptions, what their roles allow, and what they may do. `version` goes into If-Match for changes."""

    overrides: dict[str, bool]
    by_roles: list[str]
    allows: list[str]
    version: int


class PersonEffectOut(Schema):
    """What one member would gain and lose; of how many clients they would see the name, or the whole record."""

    member_id: UUID
    name: str
    gains: list[str]
    loses: list[str]
    shown: int
    hidden: int
    opened: int
    closed: int
    needs_supervisor: bool


class EffectOut(Schema):
    """Everybody for whom something would change. Clients are counted as far as the caller sees them (`counts_all`)."""

    holders: int
    people: list[PersonEffectOut]
    loses_own: list[str]
    counts_all: bool
