"""Whether those who invited may still give what they offered.

An invitation is worth as much as the person behind it: when they leave, or may not give one of its roles any more, it
is not valid until someone who may sends it again. It is asked when a link is opened and when it is accepted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import permissions_of

from .actors import permissions_now
from .models import InvitationRole


def still_vouched(invitation_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these invitations whose inviter may invite and holds everything that is offered, now."""
    offered: defaultdict[tuple[UUID, UUID], set[Permission]] = defaultdict(set)
    for invitation_id, inviter_id, starting_point, overrides in InvitationRole.objects.filter(
        invitation__in=list(invitation_ids)
    ).values_list("invitation_id", "invitation__invited_by_id", "role__starting_point", "role__overrides"):
        offered[invitation_id, inviter_id] |= permissions_of(starting_point, overrides)
    held = permissions_now(inviter_id for _, inviter_id in offered)
    return {
        invitation_id
        for (invitation_id, inviter_id), wanted in offered.items()
        if held.get(inviter_id, frozenset()) >= wanted | {Permission.MEMBERS_INVITE}
    }
