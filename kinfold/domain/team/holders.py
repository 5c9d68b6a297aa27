"""Who may do something now: for mail that goes to whoever looks after a matter."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from kinfold.domain.access.definitions import definitions
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of_member
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds

from .models import MemberRole
from .statuses import WORKS


def members_who_may(permission: Permission) -> frozenset[UUID]:
    """The members who can sign in and whose rights include a permission."""
    said = definitions()
    held = MemberRole.objects.filter(
        holds(clock.now()), member__status__in=WORKS, member__login__is_active=True
    )
    allowed: defaultdict[UUID, list[frozenset[Permission]]] = defaultdict(list)
    overrides: dict[UUID, dict[str, bool]] = {}
    for member_id, role_id, own in held.values_list("member_id", "role_id", "member__overrides"):
        allowed[member_id].append(said[role_id].permissions)
        overrides[member_id] = own
    return frozenset(
        member_id
        for member_id, theirs in allowed.items()
        if permission in permissions_of_member(theirs, overrides[member_id])
    )
