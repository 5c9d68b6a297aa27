"""Whose an e-mail address is on this team: asked by whoever adds, invites or imports people, with one answer.

Of people on other teams nothing is said: only they learn that they must leave first (SPEC 8.12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q

from kinfold.domain.kernel.errors import Conflict, Problem

from .errors import AlreadyInvited, AlreadyOnTeam, AlreadyRequested, ArchivedHere, ArchivedRow, PeopleRefused
from .models import AdminRequest, AdminRequestState, Invitation, InvitationState, Member
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
    requested = AdminRequest.objects.filter(state=AdminRequestState.PENDING, email__in=wanted)
    found |= {email: AlreadyRequested() for email in requested.values_list("email", flat=True)}
    members = Member.objects.filter(ended_at__isnull=True).filter(
        Q(email__in=wanted) | Q(login__email__in=wanted)
    )
    for member_id, status, *addresses in members.values_list("id", "status", "email", "login__email"):
        archived = not standing_of(status).keeps_clients
        for email in wanted.intersection(addresses):
            found[email] = ArchivedHere(member_id) if archived else AlreadyOnTeam()
    return found


def refuse_taken(email: str) -> None:
    """Raise AlreadyOnTeam, ArchivedHere, AlreadyInvited or AlreadyRequested for an address that `taken_here` finds."""
    found = taken_here([email])
    if found:
        raise found[email]


def taken_rows(
    emails: Iterable[str], whose: Callable[[int], str] = "person {}".format
) -> tuple[list[Problem], list[ArchivedRow]]:
    """What is wrong with rows whose address cannot be added or stands in an earlier row, and who is archived here.

    `emails` are canonical, one for each row, and blank where a row's address could not be read. `whose` says what the
    row of a number, counting from 1, is called.
    """
    rows = [(row, email) for row, email in enumerate(emails) if email]
    taken = taken_here(email for _, email in rows)
    problems: list[Problem] = []
    archived: list[ArchivedRow] = []
    first: dict[str, int] = {}
    for row, email in rows:
        if email in first:
            sentence = f"This is also the email address of {whose(first[email] + 1)}."
            problems.append(Problem("email", sentence, row))
        elif refusal := taken.get(email):
            problems.append(Problem("email", refusal.message, row))
            if isinstance(refusal, ArchivedHere):
                archived.append(ArchivedRow(row, refusal.member_id))
        first.setdefault(email, row)
    return problems, archived


def refuse_rows(problems: Iterable[Problem], emails: Iterable[str]) -> None:
    """Raise PeopleRefused for the problems that rows have, and for addresses that cannot be added."""
    taken, archived = taken_rows(emails)
    found = sorted([*problems, *taken], key=lambda problem: -1 if problem.row is None else problem.row)
    if found:
        raise PeopleRefused(found, archived)
