"""Who can see a client, and why: the grounds of `clients.visibility`, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kinfold.domain.access.actors import SEES_CLIENTS, Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, AssignmentKind
from kinfold.domain.clients.visibility import Level, Sight, Viewer, highest_level, sights, viewers, visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.periods import holds, in_utc
from kinfold.domain.practices.models import Switch
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.overrides import overrides_at


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainAccess:
    """Which client; at which moment, now unless said; and whether one member is asked about in particular."""

    client_id: UUID
    at: datetime | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """One reason to see a client: `rule` names it ("Supervises Theo Vasquez"), `source` says where it comes from.

    With `session_at` it reaches no further than that session and the face sheet.
    """

    kind: str
    rule: str
    source: str
    level: str
    since: datetime
    until: datetime | None
    session_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonWithAccess:
    """A member who sees the client, with every reason; `level` is the most they see, `since` the earliest reason."""

    member_id: UUID
    name: str
    roles: tuple[str, ...]
    level: str
    since: datetime
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether one member sees the client, and why or why not."""

    member_id: UUID
    name: str
    sees: bool
    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everybody who saw the client at a moment, how many of the team did not, and the verdict on one member."""

    client_id: UUID
    at: datetime
    people: tuple[PersonWithAccess, ...]
    others: int
    verdict: Verdict | None


@query(Permission.ACCESS_EXPLAIN)
def explain_access(actor: Actor, data: ExplainAccess) -> Explanation:
    """Who can see this client, and why (SPEC N1, N4). Raises NotFound unless the actor may see the client now."""
    created_at = visible_to(actor).filter(pk=data.client_id).values_list("created_at", flat=True).first()
    if created_at is None:
        raise NotFound
    at = past_or_now(data.at)
    everyone = viewers(at)
    found = sights(data.client_id, at, everyone)
    asked = {data.member_id} if data.member_id else set()
    names = member_names(
        {*everyone, *asked, *(s.through for s in found if s.kind in ("supervision", "cover") and s.through)}
    )
    if data.member_id and data.member_id not in names:
        raise NotFound
    roles = _roles(at, everyone)
    grounds = _grounds(actor, found, names, everyone)
    people = [
        PersonWithAccess(
            member_id=member_id,
            name=names[member_id],
            roles=roles[member_id],
            level=_level(max(s.level for s in theirs)),
            since=min(s.since for s in theirs),
            grounds=tuple(grounds[s] for s in theirs),
        )
        for member_id, theirs in _by_member(found).items()
    ]
    people.sort(key=lambda person: (_RANK[person.grounds[0].kind], person.since, person.name))
    verdict = None
    if data.member_id:
        person = next((p for p in people if p.member_id == data.member_id), None)
        viewer = everyone.get(data.member_id)
        overrides = overrides_at(at, [data.member_id]).get(data.member_id, {})
        why_not = _why_not(viewer, overrides, at) if created_at <= at else ("The client was not added yet.",)
        verdict = _verdict(data.member_id, names[data.member_id], person, why_not)
    return Explanation(
        client_id=data.client_id,
        at=at,
        people=tuple(people),
        others=len(everyone) - len(people),
        verdict=verdict,
    )


_RANK = {"primary": 0, "direct": 0, "cover": 1, "walk_in": 1, "supervision": 2, "role": 3, "override": 4}
BY_OVERRIDE = "Exception for this person"


def past_or_now(at: datetime | None) -> datetime:
    """The moment that is asked about. Raises InvalidInput for one that is still to come."""
    now = clock.now()
    if at is None:
        return now
    if at > now:
        raise InvalidInput.one("at", "Choose a moment that is not in the future.")
    return in_utc("at", at)


def _level(level: Level) -> str:
    return level.name.lower()


def _by_member(found: Iterable[Sight]) -> Mapping[UUID, list[Sight]]:
    by_member: defaultdict[UUID, list[Sight]] = defaultdict(list)
    for sight in found:
        by_member[sight.member_id].append(sight)
    for theirs in by_member.values():
        theirs.sort(key=lambda sight: (_RANK[sight.kind], sight.since))
    return by_member


def member_names(member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of members of this practice; people who left keep theirs."""
    rows = Member.objects.filter(pk__in=set(member_ids)).values_list("id", "first_name", "last_name")
    return {member_id: f"{first} {last}".strip() for member_id, first, last in rows}


def _roles(at: datetime, everyone: Iterable[UUID]) -> Mapping[UUID, tuple[str, ...]]:
    rows = (
        MemberRole.objects.filter(holds(at), member_id__in=list(everyone))
        .order_by("role__position", "role__name_key")
        .values_list("member_id", "role__name")
    )
    held: defaultdict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for member_id, name in rows:
        held[member_id] += (name,)
    return held


def _grounds(
    actor: Actor, found: Iterable[Sight], names: Mapping[UUID, str], everyone: Mapping[UUID, Viewer]
) -> Mapping[Sight, Ground]:
    found = list(found)
    ties = [s.source for s in found if s.kind in (*THERAPIST_KINDS, AssignmentKind.COVER)]
    made_by = dict(
        Assignment.objects.filter(pk__in=ties, made_by__isnull=False).values_list("id", "made_by_id")
    )
    names = {**member_names(set(made_by.values()) - set(names)), **names}
    roles = dict(
        Role.objects.filter(pk__in=[s.through for s in found if s.kind == "role"]).values_list("id", "name")
    )
    grounds = {}
    for sight in found:
        if sight.kind == "supervision":
            rule = f"Supervises {names[sight.through] if sight.through else ''}"
            source = "Ends when the supervision or the assignment ends"
            if sight.session_at:
                source = f"Through the walk-in on {day_in_words(sight.session_at, actor.time_zone)}: that session only"
        elif sight.kind in ("role", "override"):
            rule = f"{roles[sight.through]} role" if sight.through else BY_OVERRIDE
            source = _shown_by_role(sight, everyone[sight.member_id])
        elif sight.session_at:
            rule, source = (
                f"Walk-in on {day_in_words(sight.session_at, actor.time_zone)}",
                "That session only",
            )
        elif sight.kind == "cover":
            rule = f"Covers for {names[sight.through] if sight.through else ''}"
            who = made_by.get(sight.source)
            source = f"Until {last_day_in_words(sight.until, actor.time_zone)}" if sight.until else ""
            source += f", arranged by {names[who]}" if who else ""
        else:
            rule = "Primary therapist" if sight.kind == "primary" else "Direct therapist"
            who = made_by.get(sight.source)
            source = f"Assigned by {names[who]}" if who else ""
        grounds[sight] = Ground(
            kind=sight.kind,
            rule=rule,
            source=source,
            level=_level(sight.level),
            since=sight.since,
            until=sight.until,
            session_at=sight.session_at,
        )
    return grounds


def day_in_words(moment: datetime, time_zone: str) -> str:
    """A day as reasons name it, in the practice's time zone: "May 12, 2026"."""
    day = moment.astimezone(ZoneInfo(time_zone))
    return f"{day:%B} {day.day}, {day.year}"


def last_day_in_words(until: datetime, time_zone: str) -> str:
    """The last day of a period that ends at this moment, which is not part of it."""
    return day_in_words(until - timedelta(microseconds=1), time_zone)


def _shown_by_role(sight: Sight, viewer: Viewer) -> str:
    if sight.level is Level.BILLING:
        return "Sees the names of all clients, never their records"
    if sight.level is Level.FACE_SHEET and highest_level(viewer.permissions) is Level.CHART:
        return "Sees all clients; a direct client's record stays with their therapist"
    return "Sees all clients of the practice"


def _verdict(
    member_id: UUID, name: str, person: PersonWithAccess | None, why_not: tuple[str, ...]
) -> Verdict:
    if person:
        reasons = tuple(f"{g.rule}. {g.source}." if g.source else f"{g.rule}." for g in person.grounds)
        return Verdict(member_id=member_id, name=name, sees=True, level=person.level, reasons=reasons)
    return Verdict(member_id=member_id, name=name, sees=False, level="", reasons=why_not)


def _why_not(viewer: Viewer | None, overrides: Mapping[str, bool], at: datetime) -> tuple[str, ...]:
    if viewer is None:
        return ("Was not active on the team with a role at that moment.",)
    permissions = viewer.permissions
    reasons = []
    if Permission.CLIENTS_SEE_OWN in permissions:
        reasons.append(
            "Is not this client's therapist, does not cover for them, and has held no session as a walk-in."
        )
    if Permission.CLIENTS_SEE_SUPERVISED in permissions:
        on = is_on(Switch.SUPERVISION, at)
        reasons.append(
            "Supervises nobody who is this client's therapist." if on else "Supervision is switched off."
        )
    denied = [
        BY_NAME[name].label for name, allowed in overrides.items() if not allowed and name in SEES_CLIENTS
    ]
    if denied:
        reasons.append(f"An exception for this person takes away: {', '.join(sorted(denied))}.")
    else:
        reasons.append("Holds no role that shows all clients.")
    return tuple(reasons)
