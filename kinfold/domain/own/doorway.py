"""For whom a login acts: the only way from somebody who signs in to a client's own page.

The actor is built afresh for each request from the ties that hold, so what ended a moment ago opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import CLIENT, Actor
from kinfold.domain.access.own import OwnRight
from kinfold.domain.clients.models import ClientLogin, ClientPlace, ClientStatus, Relationship
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds
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


def own_pages(login_id: UUID) -> tuple[OwnPage, ...]:
    """Every client for whom a login acts now, in all practices; their own pages first."""
    found = [
        OwnPage(
            client_id=tie.client_id,
            name=_name(tie),
            practice_name=practice.name,
            own=tie.relationship == Relationship.SELF,
        )
        for practice, tie in _ties(login_id)
    ]
    return tuple(sorted(found, key=lambda page: (not page.own, page.practice_name, page.name)))


def acts_for_anybody(login_id: UUID) -> bool:
    """Whether a login acts for a client now."""
    return next(_ties(login_id), None) is not None


def actor_for_client(login_id: UUID, client_id: UUID) -> Actor:
    """Somebody who acts for a client, at work on that client's own page. Raises NotFound unless they do now."""
    for practice, tie in _ties(login_id, client_id):
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


def _ties(login_id: UUID, client_id: UUID | None = None) -> Iterator[tuple[Practice, ClientLogin]]:
    """The ties of a login that hold now, practice by practice."""
    places = ClientPlace.objects.filter(login_id=login_id).values_list("for_practice", flat=True)
    for practice in Practice.objects.filter(pk__in=list(places)).order_by("name"):
        with entered(practice.pk):
            rows = ClientLogin.objects.filter(holds(clock.now()), login_id=login_id)
            if client_id is not None:
                rows = rows.filter(client_id=client_id)
            ties = list(rows.select_related("client").order_by("since", "id"))
        for tie in ties:
            yield practice, tie


def _name(tie: ClientLogin) -> str:
    return f"{tie.client.first_name} {tie.client.last_name}".strip()
