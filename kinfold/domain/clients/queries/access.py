"""Who can see a client, and why; and the reverse, for one member (SPEC section 9, N1 and N4).

The grounds are those of `clients.visibility`; here they only get their words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import Assignment
from kinfold.domain.clients.visibility import Level, Sight, sights, sights_of, viewers, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import Member, MemberRole

LEVEL_WORDS = {
    Level.CHART: "Full record",
    Level.FACE_SHEET: "Face sheet",
    Level.BILLING: "Billing details",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainAccess:
    """Which client, at which moment (now, unless given), and optionally one member to check."""

    client_id: UUID
    at: datetime | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground: what it is, the rule in words, where it comes from, and its period.

    `kind` is primary, direct, supervision or role.
    """

    kind: str
    rule: str
    source: str
    level: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonWithAccess:
    """A member who sees the client, the most they see, and every reason."""

    member_id: UUID
    name: str
    roles: tuple[str, ...]
    level: str
    since: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """The answer for one member: whether they see the client, and why or why not."""

    member_id: UUID
    name: str
    allowed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessExplanation:
    """Who can see one client at a moment, how many of the team cannot, and the member who was asked about."""

    client_id: UUID
    at: datetime
    people: tuple[PersonWithAccess, ...]
    others: int
    checked: AccessCheck | None


@query(Permission.ACCESS_EXPLAIN)
def explain_access(actor: Actor, data: ExplainAccess) -> AccessExplanation:
    """Everyone who can see a client, each with every reason; now, or at a past moment.

    Raises NotFound unless the actor sees the client now, and InvalidInput for a moment that is still to come.
    """
    now = clock.now()
    at = data.at or now
    if at > now:
        raise InvalidInput.one("at", "Choose a moment that has passed.")
    if not visible_to(actor).filter(pk=data.client_id).exists():
        raise NotFound
    team = viewers(at)
    found: defaultdict[UUID, list[Sight]] = defaultdict(list)
    for sight in sights(data.client_id, at, team):
        found[sight.member_id].append(sight)
    words = _Words(at, [sight for person in found.values() for sight in person])
    people = tuple(
        sorted(
            (words.person(member_id, grounds) for member_id, grounds in found.items()),
            key=lambda person: (_ORDER[person.reasons[0].kind], person.name.casefold(), person.member_id),
        )
    )
    checked = _check(data.member_id, people) if data.member_id else None
    return AccessExplanation(data.client_id, at, people, len(team) - len(people), checked)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessOfMember:
    """Whose access, at which moment."""

    member_id: UUID
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClientReached:
    """A client whom the member sees, as far as the asker sees them too, and the ties that let them."""

    client_id: UUID
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MemberAccess:
    """What one member reaches: every client by role, or these by their own ties and those of their supervisees."""

    member_id: UUID
    name: str
    at: datetime
    sees_all: bool
    clients: tuple[ClientReached, ...]


MOST_CLIENTS = 200


@query(Permission.ACCESS_EXPLAIN)
def access_of_member(actor: Actor, data: AccessOfMember) -> MemberAccess:
    """The clients one member sees, and why, as far as the asker may see those clients themselves.

    At most 200 are listed. Raises NotFound for someone who is not on this team.
    """
    now = clock.now()
    at = data.at or now
    if at > now:
        raise InvalidInput.one("at", "Choose a moment that has passed.")
    name = _names([data.member_id]).get(data.member_id)
    if name is None or (data.member_id != actor.member_id and not actor.may(Permission.MEMBERS_NAMES)):
        raise NotFound
    viewer = viewers(at, [data.member_id]).get(data.member_id)
    if viewer is None:
        return MemberAccess(data.member_id, name, at, sees_all=False, clients=())
    if Permission.CLIENTS_SEE_ALL in viewer.permissions:
        return MemberAccess(data.member_id, name, at, sees_all=True, clients=())
    grounds = {key: found for key, found in sights_of(viewer, visible_to(actor), at).items() if found}
    words = _Words(at, [sight for found in grounds.values() for sight in found])
    rows = visible_to(actor).filter(pk__in=list(grounds)[:MOST_CLIENTS]).order_by("sort_key", "id")
    clients = tuple(
        ClientReached(
            client_id, f"{first} {last}".strip(), words.person(data.member_id, grounds[client_id]).reasons
        )
        for client_id, first, last in rows.values_list("id", "first_name", "last_name")
    )
    return MemberAccess(data.member_id, name, at, sees_all=False, clients=clients)


_ORDER = {"primary": 0, "direct": 0, "supervision": 1, "role": 2}


class _Words:
    """The sentences of grounds: names and roles are looked up once for all of them."""

    def __init__(self, at: datetime, grounds: Iterable[Sight]) -> None:
        grounds = list(grounds)
        people = {sight.member_id for sight in grounds}
        ties = {sight.source for sight in grounds if sight.kind in {"primary", "direct"}}
        self.makers: dict[UUID, UUID | None] = dict(
            Assignment.objects.filter(pk__in=ties).values_list("id", "made_by_id")
        )
        supervisees = {sight.through for sight in grounds if sight.kind == "supervision" and sight.through}
        self.names = _names(people | supervisees | {maker for maker in self.makers.values() if maker})
        role_ids = {sight.through for sight in grounds if sight.kind == "role"}
        self.role_names: dict[UUID, str] = dict(
            Role.objects.filter(pk__in=role_ids).values_list("id", "name")
        )
        self.roles: defaultdict[UUID, list[str]] = defaultdict(list)
        held = MemberRole.objects.filter(holds(at), member_id__in=people).order_by("role__position")
        for member_id, role in held.values_list("member_id", "role__name"):
            self.roles[member_id].append(role)

    def person(self, member_id: UUID, grounds: list[Sight]) -> PersonWithAccess:
        """A member with their grounds in words, the widest first."""
        ordered = sorted(grounds, key=lambda sight: (-sight.level, _ORDER[sight.kind], sight.since))
        return PersonWithAccess(
            member_id=member_id,
            name=self.names.get(member_id, ""),
            roles=tuple(self.roles[member_id]),
            level=LEVEL_WORDS[ordered[0].level],
            since=min(sight.since for sight in grounds),
            reasons=tuple(self._reason(sight) for sight in ordered),
        )

    def _reason(self, sight: Sight) -> Reason:
        rule, source = self._rule(sight)
        return Reason(sight.kind, rule, source, LEVEL_WORDS[sight.level], sight.since, sight.until)

    def _rule(self, sight: Sight) -> tuple[str, str]:
        if sight.kind == "supervision":
            supervisee = self.names.get(sight.through, "") if sight.through else ""
            return f"Supervises {supervisee}", "Ends when the supervision or the assignment ends"
        if sight.kind == "role":
            role = self.role_names.get(sight.through, "") if sight.through else ""
            if sight.level is Level.BILLING:
                return f"{role} role", "Sees names for billing, never records"
            if sight.level is Level.FACE_SHEET:
                return f"{role} role", "Sees contact details; the record of a direct client stays closed"
            return f"{role} role", "Sees all clients of the practice"
        maker = self.makers.get(sight.source)
        rule = "Direct therapist" if sight.kind == "direct" else "Primary therapist"
        return rule, f"Assigned by {self.names[maker]}" if maker in self.names else "Assigned by Kinfold"


def _check(member_id: UUID, people: Iterable[PersonWithAccess]) -> AccessCheck:
    name = _names([member_id]).get(member_id)
    if name is None:
        raise NotFound
    for person in people:
        if person.member_id == member_id:
            return AccessCheck(member_id, name, True, tuple(reason.rule for reason in person.reasons))
    return AccessCheck(
        member_id, name, False, ("Not assigned, supervises nobody who is, and no role shows all clients.",)
    )


def _names(member_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = Member.objects.filter(pk__in=set(member_ids)).values_list("id", "first_name", "last_name")
    return {member_id: f"{first} {last}".strip() for member_id, first, last in rows}
