"""Overrides on the person: what one member may or may not do, whatever their roles say (SPEC section 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds

from .defining import checked_overrides
from .errors import AboveOwnRights, OwnersHaveAll
from .models import Member, MemberOverride
from .rights import RightsChange, refuse_impossible, rights_now


def overrides_at(at: datetime, member_ids: Collection[UUID] | None = None) -> Mapping[UUID, dict[str, bool]]:
    """The overrides that held at a moment, of everybody or of some members."""
    rows = MemberOverride.objects.filter(holds(at))
    if member_ids is not None:
        rows = rows.filter(member_id__in=member_ids)
    found: defaultdict[UUID, dict[str, bool]] = defaultdict(dict)
    for member_id, permission, allowed in rows.values_list("member_id", "permission", "allowed"):
        found[member_id][permission] = allowed
    return found


@dataclass(frozen=True, slots=True)
class ProposedOverrides:
    """The overrides a member would have, checked, and what that would change."""

    member: Member
    overrides: dict[str, bool]
    rights: RightsChange


def proposed_overrides(actor: Actor, member_id: UUID, overrides: Mapping[str, bool]) -> ProposedOverrides:
    """A change of overrides, refused as saving it would be, so that a preview and the act cannot disagree."""
    member = Member.objects.filter(pk=member_id, ended_at__isnull=True).first()
    if member is None:
        raise NotFound
    wanted, now = checked_overrides(overrides), rights_now()
    change = RightsChange(now, now.overriding(member.id, wanted))
    before, after = now.permissions(member.id), change.after.permissions(member.id)
    if Permission.PRACTICE_OWN in before:
        raise OwnersHaveAll
    if not actor.permissions.issuperset(before | after):
        raise AboveOwnRights(
            "You can make exceptions only for people who may do no more than you, and only with rights of your own."
        )
    refuse_impossible(change)
    return ProposedOverrides(member, wanted, change)
