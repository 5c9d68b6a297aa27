"""Who may do something now: for mail that goes to whoever looks after a matter."""

from __future__ import annotations

from uuid import UUID

from kinfold.domain.access.permissions import Permission

from .models import Member
from .rights import rights_now
from .statuses import WORKS


def members_who_may(permission: Permission) -> frozenset[UUID]:
    """The members who can sign in and whose rights include a permission."""
    rights = rights_now()
    able = [member_id for member_id in rights.held if permission in rights.permissions(member_id)]
    working = Member.objects.filter(pk__in=able, status__in=WORKS, login__is_active=True)
    return frozenset(working.values_list("id", flat=True))
