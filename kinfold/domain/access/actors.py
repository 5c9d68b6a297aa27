"""Who is acting. Built once for each request from live state, in `team.actors`, and never stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kinfold.domain.kernel.errors import NotAllowed

from .own import OwnRight
from .permissions import Permission

CLIENT: Final = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, a token or the system at work in one practice, with the permissions that hold right now.

    Somebody who acts for a client has no permission at all, and `own_rights` instead; `acts_by` is the id of what makes
    them act for `client_id`.
    """

    practice_id: UUID
    practice_name: str
    name: str
    kind: str = "member"  # member, system, guest, client
    member_id: UUID | None = None
    client_id: UUID | None = None
    acts_by: UUID | None = None
    login_id: UUID | None = None
    token_id: UUID | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    role_names: tuple[str, ...] = ()
    clinical: bool = False
    demo: bool = False
    # They have to set one up before they see health data; `team.actors` finds out.
    lacks_second_factor: bool = False
    support_email: str = ""
    time_zone: str = "UTC"
    country: str = "US"
    own_rights: frozenset[OwnRight] = field(default_factory=frozenset)
    looks_back: bool = False  # archived: signs in to read their own profile and history, and changes nothing

    def may(self, *permissions: Permission) -> bool:
        """Whether all of these are allowed."""
        return self.permissions.issuperset(permissions)

    @property
    def acting_id(self) -> UUID | None:
        """Who it was, as the trail keeps it: a member, or what makes somebody act for a client."""
        return self.member_id or self.acts_by

    @property
    def own_client_id(self) -> UUID:
        """The client whose own page somebody is on. Raises NotAllowed for everybody else."""
        if self.client_id is None:
            raise NotAllowed
        return self.client_id

    @property
    def sees_clients(self) -> bool:
        """Whether any client can be visible to this actor at all."""
        return not self.permissions.isdisjoint(SEES_CLIENTS)

    @property
    def manages_users(self) -> bool:
        """Whether Manage users is open to this actor: team or client management (SPEC U02, U04)."""
        return not self.permissions.isdisjoint(MANAGES_USERS)


SEES_CLIENTS = frozenset(
    {Permission.CLIENTS_SEE_OWN, Permission.CLIENTS_SEE_SUPERVISED, Permission.CLIENTS_SEE_ALL}
)
MANAGES_USERS = frozenset(
    {
        Permission.MEMBERS_INVITE,
        Permission.MEMBERS_CHANGE,
        Permission.MEMBERS_STATUS,
        Permission.MEMBERS_REMOVE,
        Permission.ROLES_ASSIGN,
        Permission.CLIENTS_CREATE,
        Permission.CLIENTS_CHANGE,
        Permission.CLIENTS_REGISTER,
        Permission.CLIENTS_ARCHIVE,
        Permission.CLIENTS_DELETE,
        Permission.CLIENTS_MERGE,
        Permission.CLIENTS_ASSIGN,
        Permission.CLIENTS_IMPORT,
    }
)


def system_actor(practice_id: UUID, name: str, *permissions: Permission, practice_name: str = "") -> Actor:
    """Kinfold itself at work, for example applying an import; allowed exactly what is named."""
    return Actor(
        practice_id=practice_id,
        practice_name=practice_name,
        name=name,
        kind="system",
        permissions=frozenset(permissions),
    )


def guest_actor(
    practice_id: UUID,
    practice_name: str = "",
    *,
    login_id: UUID | None = None,
    time_zone: str = "UTC",
    support_email: str = "",
) -> Actor:
    """Someone who is no member: invited, with a link or a login, or at a public page. They may do only that."""
    return Actor(
        practice_id=practice_id,
        practice_name=practice_name,
        name="Invited person",
        kind="guest",
        login_id=login_id,
        time_zone=time_zone,
        support_email=support_email,
    )
