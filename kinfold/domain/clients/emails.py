"""What people receive by mail about clients."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from kinfold.domain.messages.kinds import Mail, mail_kind
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
