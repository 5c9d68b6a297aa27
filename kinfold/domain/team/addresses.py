"""Whose an e-mail address is on this team: asked by whoever adds, invites or imports people, with one answer.

Of people on other teams nothing is said: only they learn that they must leave first (SPEC 8.12).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from kinfold.domain.kernel.errors import Conflict

from .errors import AlreadyInvited, AlreadyOnTeam, ArchivedHere
from .models import Invitation, InvitationState, Member
from .statuses import standing_of


def taken_here(emails: Iterable[str]) -> dict[str, Conflict]:
    """Those of these canonical addresses that have a place here or wait for one, each with why it cannot be added.

    A member is known by the address they were added with and by their login's, which they may have changed since.
    """
    wanted = set(emails)
    invited = Invitation.objects.filter(state=InvitationState.PENDING, email__in=wanted)
    found: dict[str, Conflict] = {
        email: AlreadyInvited() for email in invited.values_list("email", flat=True)
    }
    members = Member.objects.filter(ended_at__isnull=True).filter(
        Q(email__in=wanted) | Q(login__email__in=wanted)
    )
    for member_id, status, *addresses in members.values_list("id", "status", "email", "login__email"):
        archived = not standing_of(status).keeps_clients
        for email in wanted.intersection(addresses):
            found[email] = ArchivedHere(member_id) if archived else AlreadyOnTeam()
    return found


def refuse_taken(email: str) -> None:
    """Raise AlreadyOnTeam, ArchivedHere or AlreadyInvited for an address that has a place here or waits for one."""
    found = taken_here([email])
    if found:
        raise found[email]
