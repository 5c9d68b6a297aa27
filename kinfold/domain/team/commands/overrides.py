"""Exceptions for one person: permissions switched on or off whatever their roles say (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import StaleVersion
from kinfold.domain.team.granting import acting_member, hold_team
from kinfold.domain.team.models import Member, MemberOverride
from kinfold.domain.team.overrides import proposed_overrides
from kinfold.domain.team.rights import refuse_losing_own_rights

says(member__overrides_changed="changed the exceptions for a team member")


@dataclass(frozen=True, kw_only=True, slots=True)
class SetMemberOverrides:
    """All the exceptions that shall hold for a member, and the version the member was read at.

    `accept_own_loss` says that the acting person knows they lose the right to take the change back.
    """

    member_id: UUID
    version: int
    overrides: Mapping[str, bool]
    accept_own_loss: bool = False


@command(Permission.ROLES_ASSIGN)
def set_member_overrides(actor: Actor, data: SetMemberOverrides) -> None:
    """Switch permissions on or off for one person; it counts from their next request.

    Raises OwnersHaveAll for an owner, AboveOwnRights for somebody who may do more than the actor before or after,
    NobodyAdministers, LosesOwnRights, InvalidInput and StaleVersion.
    """
    hold_team()
    proposed = proposed_overrides(actor, data.member_id, data.overrides)
    member, wanted = proposed.member, proposed.overrides
    changed = {
        name for name in {*member.overrides, *wanted} if member.overrides.get(name) != wanted.get(name)
    }
    if not changed:
        trail.nothing_changed()
        return
    refuse_losing_own_rights(actor, proposed.rights, accepted=data.accept_own_loss)
    now = clock.now()
    read = Member.objects.filter(pk=member.id, version=data.version)
    if not read.update(overrides=wanted, version=F("version") + 1, updated_at=now):
        raise StaleVersion
    MemberOverride.objects.filter(member=member, permission__in=changed, until__isnull=True).update(until=now)
    MemberOverride.objects.bulk_create(
        MemberOverride(
            practice_id=actor.practice_id,
            member=member,
            permission=name,
            allowed=wanted[name],
            since=now,
            set_by_id=acting_member(actor),
        )
        for name in sorted(changed & wanted.keys())
    )
    trail.record(
        actor,
        "member.overrides_changed",
        subject=("member", member.id),
        detail={
            "on": sorted(name for name in changed if wanted.get(name) is True),
            "off": sorted(name for name in changed if wanted.get(name) is False),
            "as_roles": sorted(changed - wanted.keys()),
        },
    )
