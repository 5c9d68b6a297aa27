"""The areas that help is divided into, and which of them fits a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Area:
    """One help page: the end of its address, its title, and what it answers."""

    slug: str
    title: str
    about: str


AREAS = (
    Area(
        "people",
        "People and states",
        "What Active, On hold, Inactive and Archived mean, and what each allows.",
    ),
    Area("adding", "Adding team members", "Adding and inviting people, and how they come to their login."),
    Area("roles", "Roles", "What a role allows, how several add up, and who may give which."),
    Area(
        "permissions",
        "What each permission allows",
        "Every feature that a role can allow, what it needs, and which roles start with it.",
    ),
    Area("supervision", "Supervision", "Naming supervisors, what they see, and what happens without one."),
    Area(
        "licences", "Licenses", "What is kept of each person, reminders, and what an expired license stops."
    ),
    Area("clients", "Clients", "Adding and finding clients, and giving them to therapists."),
    Area("sessions", "Sessions and notes", "Booking sessions, walk-ins, and signing and co-signing notes."),
    Area("import", "Importing clients", "Bringing clients in from a file, and taking an import back."),
    Area("access", "Who can see whom", "Why somebody sees a client, and how to find that out."),
    Area("security", "Signing in and security", "Passwords, the second step, sessions and API tokens."),
)

_BY_SLUG = {area.slug: area for area in AREAS}

# Which area a page belongs to, by how its route's name begins; the longest beginning counts.
_BEGINNINGS = {
    "team": "people",
    "member": "people",
    "team-add": "adding",
    "team-invite": "adding",
    "admin-": "adding",
    "registration-codes": "adding",
    "register": "adding",
    "invitation": "adding",
    "own-invitation": "adding",
    "own-profile": "people",
    "member-access": "access",
    "member-sessions": "sessions",
    "member-roster": "clients",
    "member-roles": "roles",
    "member-permissions": "roles",
    "role": "roles",
    "supervision": "supervision",
    "member-credentials": "licences",
    "member-npi": "licences",
    "member-degree": "licences",
    "credential": "licences",
    "licence": "licences",
    "own-credentials": "licences",
    "manage-clients": "clients",
    "my-clients": "clients",
    "client": "clients",
    "tags": "clients",
    "change": "clients",
    "deletion": "clients",
    "duplicates": "clients",
    "merge": "clients",
    "retention": "clients",
    "export": "clients",
    "care": "sessions",
    "billing": "roles",
    "requests": "clients",
    "clients-invite": "clients",
    "client-guardian": "clients",
    "change-codes": "clients",
    "sign-up": "clients",
    "import": "import",
    "activity": "access",
    "settings": "access",
    "account_": "security",
    "mfa_": "security",
    "session": "security",
    "token": "security",
    "api-docs": "security",
}


def area_called(slug: str) -> Area | None:
    """The area of an address, or None when there is none."""
    return _BY_SLUG.get(slug)


@lru_cache(maxsize=512)
def area_for(route: str) -> Area | None:
    """The area that fits a page, by its route's name; None where no single one does."""
    fitting = [beginning for beginning in _BEGINNINGS if route.startswith(beginning)]
    return _BY_SLUG[_BEGINNINGS[max(fitting, key=len)]] if fitting else None
