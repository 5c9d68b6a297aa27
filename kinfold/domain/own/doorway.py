"""For whom a login acts: the only way from somebody who signs in to a client's own page.

The actor is built afresh for each request from the ties that hold, so what ended a moment ago opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from kinfold.domain.access.actors import CLIENT, Actor
from kinfold.domain.access.own import OwnRight
from kinfold.domain.clients.models import ClientLogin, ClientPlace, ClientStatus, Relationship
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

_READS = frozenset({OwnRight.READ})
_ALL = frozenset(OwnRight)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPage:
    """A client for whom a login acts. `own`: the client themselves, and not a guardian."""

    client_id: UUID
    name: str
    practice_name: str
    own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPage:
    """From which day of the practice on a login will act for a client. Whose page it is, it does not say before."""

    practice_name: str
    since: date


def own_pages(login_id: UUID) -> tuple[OwnPage, ...]:
    """Every client for whom a login acts now, in all practices; their own pages first."""
    found: dict[UUID, OwnPage] = {}
    for practice, tie in _ties(login_id, holds(clock.now())):
        # Of two records of one client that were merged, somebody may act for both.
        own = tie.relationship == Relationship.SELF
        if own or tie.client_id not in found:
            found[tie.client_id] = OwnPage(
                client_id=tie.client_id, name=_name(tie), practice_name=practice.name, own=own
            )
    return tuple(sorted(found.values(), key=lambda page: (not page.own, page.practice_name, page.name)))


def acts_for_anybody(login_id: UUID) -> bool:
    """Whether a login acts for a client now."""
    return next(_ties(login_id, holds(clock.now())), None) is not None


def planned_pages(login_id: UUID) -> tuple[PlannedPage, ...]:
    """The pages that a login will open on a later day, in all practices; the nearest day first."""
    now = clock.now()
    found = [
        PlannedPage(
            practice_name=practice.name, since=tie.since.astimezone(ZoneInfo(practice.time_zone)).date()
        )
        for practice, tie in _ties(login_id, Q(since__gt=now) & holds_or_will(now))
    ]
    return tuple(sorted(found, key=lambda page: (page.since, page.practice_name)))


def actor_for_client(login_id: UUID, client_id: UUID) -> Actor:
    """Somebody who acts for a client, at work on that client's own page. Raises NotFound unless they do now."""
    for practice, tie in _ties(login_id, holds(clock.now()) & Q(client_id=client_id)):
        archived = tie.client.status != ClientStatus.ACTIVE
        return Actor(
            practice_id=practice.pk,
            practice_name=practice.name,
            name=tie.full_name or _name(tie),
            kind=CLIENT,
            client_id=tie.client_id,
            acts_by=tie.id,
            login_id=login_id,
            own_rights=_READS if archived else _ALL,
            demo=practice.demo,
            time_zone=practice.time_zone,
            country=practice.country,
            support_email=practice.support_email,
        )
    raise NotFound


def _ties(login_id: UUID, which: Q) -> Iterator[tuple[Practice, ClientLogin]]:
    """Some ties of a login, practice by practice."""
    places = ClientPlace.objects.filter(login_id=login_id).values_list("for_practice", flat=True)
    for practice in Practice.objects.filter(pk__in=list(places)).order_by("name"):
        with entered(practice.pk):
            rows = ClientLogin.objects.filter(which, login_id=login_id)
            ties = list(rows.select_related("client").order_by("since", "id"))
        for tie in ties:
            yield practice, tie


def _name(tie: ClientLogin) -> str:
    return f"{tie.client.first_name} {tie.client.last_name}".strip()
