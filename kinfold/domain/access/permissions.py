"""Every permission there is, each with one sentence that a practice owner understands (SPEC section 3)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Permission(StrEnum):
    """One thing a role can allow. Roles, tokens and reference pages list these; commands and queries name one each."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        """A permission is its `resource:action` and the sentence that explains it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    PRACTICE_OWN = (
        "practice:own",
        "Give and take the Owner role, and decide who may open direct clients' charts.",
    )
    PRACTICE_CHANGE = "practice:change", "Change the practice's name and settings."
    MEMBERS_NAMES = "members:names", "See the names and roles of the team."
    MEMBERS_READ = "members:read", "Open the team list with email addresses and pending invitations."
    MEMBERS_INVITE = "members:invite", "Invite people to the team, and resend or delete invitations."
    MEMBERS_CHANGE = "members:change", "Correct the names of team members."
    ROLES_ASSIGN = "roles:assign", "Give roles to team members and take them away, up to one's own rights."
    SUPERVISION_MANAGE = "supervision:manage", "Decide who supervises whom, and from when until when."
    CLIENTS_SEE_OWN = "clients:see-own", "See the clients who are assigned to them."
    CLIENTS_SEE_SUPERVISED = "clients:see-supervised", "See the clients of the people they supervise."
    CLIENTS_SEE_ALL = "clients:see-all", "See every client of the practice in lists and search."
    CLIENTS_PROFILE = (
        "clients:profile",
        "See contact details, birth date, tags and history of clients they may see.",
    )
    CLIENTS_CHART = "clients:chart", "Open the full record of clients whose record they may see."
    CLIENTS_CREATE = "clients:create", "Add clients."
    CLIENTS_CHANGE = "clients:change", "Edit the profiles and tags of clients they may see."
    CLIENTS_ASSIGN = "clients:assign", "Assign clients to therapists and end assignments."
    CLIENTS_IMPORT = "clients:import", "Import clients from a file, and undo an import."
    ACCESS_EXPLAIN = "access:explain", "Ask who can see a client, and why."
    AUDIT_ALL = "audit:all", "See everything that was done and opened in the practice."
    AUDIT_OWN = "audit:own", "See what they did and opened themselves."
    TOKENS_OWN = "tokens:own", "Make API tokens that act with their own rights, and revoke them."


# The permission of each `resource:action`, for names that come from stored roles and tokens.
BY_NAME: dict[str, Permission] = {permission.value: permission for permission in Permission}

# What a permission is worthless without. Turning one on turns these on, and says so (SPEC section 3).
NEEDS: dict[Permission, frozenset[Permission]] = {
    Permission.MEMBERS_READ: frozenset({Permission.MEMBERS_NAMES}),
    Permission.MEMBERS_INVITE: frozenset({Permission.MEMBERS_READ}),
    Permission.MEMBERS_CHANGE: frozenset({Permission.MEMBERS_READ}),
    Permission.ROLES_ASSIGN: frozenset({Permission.MEMBERS_READ}),
    Permission.SUPERVISION_MANAGE: frozenset({Permission.MEMBERS_READ}),
    Permission.CLIENTS_CHANGE: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_ASSIGN: frozenset({Permission.MEMBERS_NAMES}),
    Permission.CLIENTS_IMPORT: frozenset({Permission.CLIENTS_CREATE}),
    Permission.ACCESS_EXPLAIN: frozenset({Permission.MEMBERS_NAMES}),
    Permission.AUDIT_ALL: frozenset({Permission.AUDIT_OWN}),
}


def with_needs(permissions: frozenset[Permission]) -> frozenset[Permission]:
    """The permissions together with everything they need."""
    complete = permissions
    while True:
        wider = complete.union(*(NEEDS.get(p, frozenset()) for p in complete)) if complete else complete
        if wider == complete:
            return complete
        complete = wider
