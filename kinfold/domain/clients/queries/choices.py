"""What lists of clients filter by, and what forms about clients have to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import ClientTag, Tag
from kinfold.domain.clients.visibility import members_reached, refuse_unless_sees_clients, viewer_of
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotAllowed
from kinfold.domain.kernel.periods import holds
from kinfold.domain.kernel.prepared import prepared
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.queries.listing import ON_THE_TEAM


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTags:
    """The tags one may filter by."""


@dataclass(frozen=True, slots=True)
class TagName:
    """A tag of the practice."""

    id: UUID
    name: str


@query(Permission.CLIENTS_PROFILE)
def list_tags(actor: Actor, data: ListTags) -> tuple[TagName, ...]:
    """Tags by name: all of the practice for those who see all clients, else those of clients one sees (SPEC U37).

    A tag's name can say something about the only person who carries it.
    """
    refuse_unless_sees_clients(actor)
    viewer = viewer_of(actor)
    reached = members_reached(viewer) if viewer else frozenset[UUID]()
    members = {f"m{n}": member for n, member in enumerate(reached or ())}
    rows = _tags(None if reached is None else len(members), **members)
    return tuple(TagName(tag_id, name) for tag_id, name in rows)


@prepared
def _tags(count: int | None, **members: UUID) -> QuerySet[Tag, tuple[UUID, str]]:
    tags = Tag.objects.order_by("key")
    if count is not None:
        theirs = ClientTag.objects.filter(
            tag_id=OuterRef("id"), client__primary_id__in=list(members.values())
        )
        tags = tags.filter(Exists(theirs))
    return tags.values_list("id", "name")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTherapists:
    """The therapists one may filter by."""


@dataclass(frozen=True, slots=True)
class TherapistName:
    """A member who sees clients."""

    id: UUID
    name: str


@query(None)
def list_therapists(actor: Actor, data: ListTherapists) -> tuple[TherapistName, ...]:
    """Those whose clients one sees, by name: the practice's clinicians, or oneself and whom one supervises."""
    refuse_unless_sees_clients(actor)
    viewer = viewer_of(actor)
    reached = members_reached(viewer) if viewer else frozenset[UUID]()
    members = {f"m{n}": member for n, member in enumerate(reached or ())}
    rows = _clinicians(at=clock.now()) if reached is None else _members(len(members), **members)
    return tuple(TherapistName(member_id, f"{first} {last}".strip()) for member_id, first, last in rows)


@prepared
def _clinicians(*, at: datetime) -> QuerySet[Member, tuple[UUID, str, str]]:
    clinical = MemberRole.objects.filter(holds(at), role__clinical=True)
    return (
        Member.objects.filter(
            pk__in=clinical.values("member_id"), status__in=ON_THE_TEAM, ended_at__isnull=True
        )
        .order_by("sort_key", "id")
        .values_list("id", "first_name", "last_name")
    )


@prepared
def _members(_count: int, **members: UUID) -> QuerySet[Member, tuple[UUID, str, str]]:
    rows = Member.objects.filter(pk__in=list(members.values())).order_by("sort_key", "id")
    return rows.values_list("id", "first_name", "last_name")


@dataclass(frozen=True, kw_only=True, slots=True)
class GetClientRules:
    """What this practice wants to know about a client."""


@dataclass(frozen=True, slots=True)
class ClientRules:
    """`email_optional`: clients need no e-mail address here (SPEC 8.13)."""

    email_optional: bool


@query(None)
def get_client_rules(actor: Actor, data: GetClientRules) -> ClientRules:
    """The practice's rules for those who write down clients."""
    if not (actor.may(Permission.CLIENTS_CREATE) or actor.may(Permission.CLIENTS_CHANGE)):
        raise NotAllowed
    needed = Practice.objects.values_list("clients_need_email", flat=True).get(pk=actor.practice_id)
    return ClientRules(email_optional=not needed)
