"""What cannot be done with somebody's place on the team, known before anything is typed (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import Conflict, NotAllowed
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.moving import MemberAct, member_to_move, refuse_move

from .leaving import admin_roles_to_take
from .statuses import refuse_without_role

_BY_STATUS = (MemberAct.ACTIVATE, MemberAct.HOLD, MemberAct.DEACTIVATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRefusal:
    """Which member, and what somebody means to do with their place on the team."""

    member_id: UUID
    act: MemberAct


@query(None)
def get_refusal(actor: Actor, data: GetRefusal) -> str:
    """Why an act on somebody would be refused whatever is typed in its box; "" when it would not.

    It spares people a box that cannot end well; the act's command asks again. Whom and what they have to hand over
    first is in `get_leaving`. Raises NotFound, and NotAllowed for those who do none of these acts.
    """
    if not (actor.may(Permission.MEMBERS_STATUS) or actor.may(Permission.MEMBERS_REMOVE)):
        raise NotAllowed
    try:
        member = member_to_move(actor, data.member_id)
        if data.act in _BY_STATUS:
            refuse_without_role(member)
        if data.act is MemberAct.REMOVE_ADMIN:
            admin_roles_to_take(member)
        else:
            refuse_move(member, data.act.leads_to)
    except (Conflict, AboveOwnRights) as refused:
        return refused.message
    return ""
