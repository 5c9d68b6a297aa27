"""Every permission there is, each with one sentence that a practice owner understands (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class Area(StrEnum):
    """The headings under which permissions stand in the role editor and in the reference."""

    CLIENTS = "Clients"
    CARE = "Sessions and notes"
    TEAM = "Team"
    OFFICE = "Office"


class Permission(StrEnum):
    """One thing a role can allow. Roles, tokens and reference pages list these; commands and queries name one each."""

    label: str
    sentence: str

    def __new__(cls, value: str, label: str, sentence: str) -> Self:
        """A permission is its `resource:action`, its name in the role editor, and the sentence that explains it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        return member

    PRACTICE_OWN = (
        "practice:own",
        "Own the practice",
        "Give and take the Owner role, approve new administrators, and decide who may open direct clients' charts.",
    )
    PRACTICE_CHANGE = (
        "practice:change",
        "Change the practice's settings",
        "Change the practice's name and settings.",
    )
    MEMBERS_NAMES = "members:names", "See the team's names", "See the names and roles of the team."
    MEMBERS_READ = (
        "members:read",
        "Open the team list",
        "Open the team list with email addresses and pending invitations.",
    )
    MEMBERS_INVITE = (
        "members:invite",
        "Add team members",
        "Add people to the team, invite them, and send or show their registration codes.",
    )
    MEMBERS_CHANGE = "members:change", "Edit team members", "Correct the names of team members."
    MEMBERS_STATUS = (
        "members:status",
        "Pause and archive team members",
        "Put team members on hold, make them inactive, archive them, and make them active again.",
    )
    MEMBERS_REMOVE = (
        "members:remove",
        "Remove admins and members",
        "Take admin access away, and remove people from the practice for good.",
    )
    ROLES_ASSIGN = (
        "roles:assign",
        "Give and take roles",
        "Give roles and exceptions to team members and take them away, up to one's own rights.",
    )
    ROLES_DEFINE = (
        "roles:define",
        "Create and change roles",
        "Create and change roles, up to one's own rights.",
    )
    SUPERVISION_MANAGE = (
        "supervision:manage",
        "Manage supervision",
        "Decide who supervises whom, and from when until when.",
    )
    LICENCES_MANAGE = (
        "licences:manage",
        "Keep licenses",
        "Keep the licenses, NPI, degree and malpractice coverage of the team, and be told before they expire.",
    )
    LICENCES_OVERRIDE = (
        "licences:override",
        "Make exceptions for expired licenses",
        "Let somebody with an expired license take new clients, with a reason and until a day.",
    )
    CLIENTS_SEE_OWN = "clients:see-own", "See own clients", "See the clients who are assigned to them."
    CLIENTS_SEE_SUPERVISED = (
        "clients:see-supervised",
        "See supervisees' clients",
        "See the clients of the people they supervise.",
    )
    CLIENTS_SEE_ALL = (
        "clients:see-all",
        "See all clients",
        "See every client of the practice in lists and search.",
    )
    CLIENTS_PROFILE = (
        "clients:profile",
        "See client profiles",
        "See contact details, birth date, tags and history of clients they may see.",
    )
    CLIENTS_CHART = (
        "clients:chart",
        "Open the full record",
        "Open the full record, and not only name and contact, of clients whose record they may see.",
    )
    CLIENTS_RISK = (
        "clients:risk",
        "See risk levels",
        "See at what level of risk clients are whom they may see, and why where they may open the record.",
    )
    CLIENTS_SET_RISK = (
        "clients:set-risk",
        "Set risk levels",
        "Say at what level of risk a client is whom they may see, and why.",
    )
    CLIENTS_CREATE = "clients:create", "Add clients", "Add clients."
    CLIENTS_ACCEPT = (
        "clients:accept",
        "Answer sign-up requests",
        "Read the requests from the practice's sign-up page, and accept or reject them.",
    )
    CLIENTS_CHANGE = (
        "clients:change",
        "Edit client profiles",
        "Edit the profiles and tags of clients they may see.",
    )
    CLIENTS_REGISTER = (
        "clients:register",
        "Let clients register",
        "Send and show registration codes of clients they may see, and decide which guardians act for a client.",
    )
    CLIENTS_ARCHIVE = (
        "clients:archive",
        "Archive clients",
        "Archive clients, and bring archived ones back.",
    )
    CLIENTS_DELETE = (
        "clients:delete",
        "Delete archived clients",
        "Delete archived clients, plan their destruction or take it back, and put records under a legal hold.",
    )
    CLIENTS_MERGE = (
        "clients:merge",
        "Merge duplicate clients",
        "Find clients who are there twice, merge their records into one, and take that back.",
    )
    CLIENTS_ASSIGN = (
        "clients:assign",
        "Assign clients",
        "Assign clients to therapists and end assignments.",
    )
    CLIENTS_IMPORT = (
        "clients:import",
        "Import clients",
        "Import clients from a file, team members too with the right to add them, and undo an import.",
    )
    CLIENTS_EXPORT = (
        "clients:export",
        "Export clients",
        "Export clients they may see to a file, with as much of them as their lists show.",
    )
    SESSIONS_SEE = (
        "sessions:see",
        "See sessions",
        "See their own sessions, and every session of clients whose record they may see.",
    )
    SESSIONS_BOOK = (
        "sessions:book",
        "Book own sessions",
        "Book and record sessions that they hold themselves, and change or cancel them.",
    )
    SESSIONS_MANAGE = (
        "sessions:manage",
        "Book sessions for everybody",
        "Book, record, change and cancel the sessions of every clinician.",
    )
    NOTES_SIGN = (
        "notes:sign",
        "Sign own notes",
        "Say that the note of a session they held is begun, and sign it.",
    )
    NOTES_COSIGN = "notes:cosign", "Co-sign notes", "Co-sign the notes of the people they supervise."
    ACCESS_EXPLAIN = "access:explain", "Ask who can see a client", "Ask who can see a client, and why."
    BILLING_ALL = (
        "billing:all",
        "See all billing lines",
        "See the service code, billing modifier and NPI under which every clinician's sessions are billed.",
    )
    BILLING_OWN = (
        "billing:own",
        "See own billing lines",
        "See the service code, billing modifier and NPI under which their own sessions are billed.",
    )
    AUDIT_ALL = "audit:all", "See all activity", "See everything that was done and opened in the practice."
    AUDIT_OWN = "audit:own", "See own activity", "See what they did and opened themselves."
    TOKENS_OWN = (
        "tokens:own",
        "Make API tokens",
        "Make API tokens that act with their own rights, and revoke them.",
    )

    @property
    def area(self) -> Area:
        """The heading under which it stands."""
        return AREAS[self.partition(":")[0]]


# The area of each resource; a new resource needs its line here.
AREAS: dict[str, Area] = {
    "clients": Area.CLIENTS,
    "access": Area.CLIENTS,
    "sessions": Area.CARE,
    "notes": Area.CARE,
    "members": Area.TEAM,
    "roles": Area.TEAM,
    "supervision": Area.TEAM,
    "licences": Area.TEAM,
    "practice": Area.OFFICE,
    "billing": Area.OFFICE,
    "audit": Area.OFFICE,
    "tokens": Area.OFFICE,
}

# The permission of each `resource:action`, for names that come from stored roles and tokens.
BY_NAME: dict[str, Permission] = {permission.value: permission for permission in Permission}

# What a permission is worthless without. Turning one on turns these on, and says so (SPEC section 3).
NEEDS: dict[Permission, frozenset[Permission]] = {
    Permission.MEMBERS_READ: frozenset({Permission.MEMBERS_NAMES}),
    Permission.MEMBERS_INVITE: frozenset({Permission.MEMBERS_READ}),
    Permission.MEMBERS_CHANGE: frozenset({Permission.MEMBERS_READ}),
    Permission.MEMBERS_STATUS: frozenset({Permission.MEMBERS_READ}),
    Permission.MEMBERS_REMOVE: frozenset({Permission.MEMBERS_READ}),
    Permission.ROLES_ASSIGN: frozenset({Permission.MEMBERS_READ}),
    Permission.ROLES_DEFINE: frozenset({Permission.MEMBERS_NAMES}),
    Permission.SUPERVISION_MANAGE: frozenset({Permission.MEMBERS_READ}),
    Permission.LICENCES_MANAGE: frozenset({Permission.MEMBERS_READ}),
    Permission.LICENCES_OVERRIDE: frozenset({Permission.MEMBERS_READ}),
    Permission.CLIENTS_CHART: frozenset({Permission.CLIENTS_PROFILE}),
    # Whoever adds clients learns who is there already, by address and date of birth.
    Permission.CLIENTS_CREATE: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_ACCEPT: frozenset({Permission.CLIENTS_CREATE}),
    Permission.CLIENTS_CHANGE: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_MERGE: frozenset(
        {Permission.CLIENTS_CHANGE, Permission.CLIENTS_ASSIGN, Permission.CLIENTS_SEE_ALL}
    ),
    # Archived clients have nobody any more, so only those who see all clients see them.
    Permission.CLIENTS_DELETE: frozenset(
        {Permission.CLIENTS_ARCHIVE, Permission.CLIENTS_PROFILE, Permission.CLIENTS_SEE_ALL}
    ),
    Permission.CLIENTS_REGISTER: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_ASSIGN: frozenset({Permission.MEMBERS_NAMES, Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_IMPORT: frozenset({Permission.CLIENTS_CREATE}),
    Permission.CLIENTS_RISK: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.CLIENTS_SET_RISK: frozenset({Permission.CLIENTS_RISK}),
    Permission.SESSIONS_SEE: frozenset({Permission.CLIENTS_PROFILE}),
    Permission.SESSIONS_BOOK: frozenset({Permission.SESSIONS_SEE}),
    Permission.SESSIONS_MANAGE: frozenset({Permission.SESSIONS_BOOK, Permission.MEMBERS_NAMES}),
    Permission.NOTES_SIGN: frozenset({Permission.SESSIONS_SEE}),
    Permission.NOTES_COSIGN: frozenset({Permission.SESSIONS_SEE}),
    Permission.ACCESS_EXPLAIN: frozenset({Permission.MEMBERS_NAMES}),
    Permission.BILLING_ALL: frozenset({Permission.BILLING_OWN}),
    Permission.AUDIT_ALL: frozenset({Permission.AUDIT_OWN}),
}


def with_needs(permissions: frozenset[Permission]) -> frozenset[Permission]:
    """The permissions together with everything they need."""
    return permissions.union(*(_COMPLETE[permission] for permission in permissions))


def in_order(permissions: frozenset[Permission]) -> tuple[Permission, ...]:
    """Permissions in the order of the enumeration, which is the order on screen."""
    return tuple(permission for permission in Permission if permission in permissions)


def _complete(permission: Permission) -> frozenset[Permission]:
    found: set[Permission] = set()
    waiting = [permission]
    while waiting:
        found.add(waiting[-1])
        waiting.extend(NEEDS.get(waiting.pop(), frozenset()) - found)
    return frozenset(found)


# Each permission with all that it needs, directly or over others: actors are built from these for every request.
_COMPLETE = {permission: _complete(permission) for permission in Permission}


def decided(base: frozenset[Permission], decisions: Mapping[str, bool]) -> frozenset[Permission]:
    """What is allowed where `base` is, some permissions are switched on, and others off.

    What is on brings what it needs. What is off takes with it what needs it, and off wins. Names that stand for no
    permission any more decide nothing.
    """
    if not decisions:
        return base
    on = frozenset(BY_NAME[name] for name, switch in decisions.items() if switch and name in BY_NAME)
    off = frozenset(BY_NAME[name] for name, switch in decisions.items() if not switch and name in BY_NAME)
    return frozenset(
        permission for permission in with_needs(base | on) if off.isdisjoint(_COMPLETE[permission])
    )
