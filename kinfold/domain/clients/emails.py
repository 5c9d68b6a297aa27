"""What people receive by mail about clients."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from kinfold.domain.access.permissions import Permission
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.team.holders import members_who_may
from kinfold.domain.team.models import Member

from .models import DuplicateNotice
from .notices import members_who_settle


@mail_kind("clients.duplicates", "New clients who may be known already")
def duplicates_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who see both, while pairs wait. It names nobody."""
    waiting = DuplicateNotice.objects.filter(settled_at__isnull=True).count()
    if practice_id is None or not waiting or member_id not in members_who_settle():
        return None
    address = Member.objects.values_list("login__email", flat=True).get(pk=member_id)
    what = "A new client looks" if waiting == 1 else f"{waiting} new clients look"
    return Mail(
        to=address,
        subject="A new client may be known already",
        text=f"{what} like somebody whom their creator may not see.\n\n"
        f"Compare them here:\n{settings.PUBLIC_URL}{settings.REQUESTS_PATH}\n",
    )


def tell_admins(practice_id: UUID) -> None:
    """Queue a mail to everybody who can add any client to a roster. One that still waits is enough for each."""
    for member_id in sorted(_admins()):
        enqueue("clients.roster", practice_id, member_id)


@mail_kind("clients.roster", "A client to be added to a roster")
def roster_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who see and assign all clients. It names nobody, since whoever asked may have meant somebody else."""
    if practice_id is None or member_id not in _admins():
        return None
    return Mail(
        to=Member.objects.values_list("login__email", flat=True).get(pk=member_id),
        subject="Somebody asks for a client to be added to a roster",
        text=(
            "A member of your team wanted to add a client whom they do not see to a roster.\n"
            "The activity says who, and whose roster it is. Ask them which client they mean.\n\n"
            f"Add the client on the therapist's roster:\n{settings.PUBLIC_URL}{settings.TEAM_PATH}\n"
        ),
    )


def _admins() -> frozenset[UUID]:
    return members_who_may(Permission.CLIENTS_SEE_ALL) & members_who_may(Permission.CLIENTS_ASSIGN)
