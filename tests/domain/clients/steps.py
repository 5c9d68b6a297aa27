"""What the tests of clients do again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from kinfold.domain.audit.models import AuditDetail, AuditEntry
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.queries.listing import ClientPage, ListClients, list_clients
from kinfold.domain.clients.queries.opening import ClientCard, OpenClient, open_client
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, Person


def person(**typed: Any) -> Typed:
    """Imani Brooks, unless something else is said about her."""
    return Typed(
        **{
            "first_name": "Imani",
            "last_name": "Brooks",
            "email": "imani.brooks@mail.example",
            "birth_date": "1991-04-18",
            "sex_at_birth": "female",
            **typed,
        }
    )


def numbered(number: int, **typed: Any) -> Typed:
    """One of many people who are like nobody else."""
    return person(
        first_name=f"Given{number:03d}",
        last_name=f"Family{number:03d}",
        email=f"person{number}@mail.example",
        **typed,
    )


def add(
    cast: Cast, *people: Typed, by: Person | None = None, therapist: Person | None = None
) -> tuple[UUID, ...]:
    """Add people, Imani when none are given, by Ada unless somebody else does it."""
    return create_clients(
        (by or cast.ada).actor,
        CreateClients(
            people=people or (person(),),
            therapist_id=therapist.member_id if therapist else None,
            accept_duplicates=True,
        ),
    )


def listed(who: Person, **wanted: Any) -> ClientPage:
    """A list as somebody sees it."""
    return list_clients(who.actor, ListClients(**wanted))


def names(page: ClientPage) -> list[str]:
    """The people on a page."""
    return [f"{row.first_name} {row.last_name}" for row in page.rows]


def all_pages(who: Person, size: int, **wanted: Any) -> tuple[list[str], list[str]]:
    """Everybody on a list, read page by page to the end and back again."""
    page = listed(who, limit=size, **wanted)
    there = names(page)
    assert page.previous is None
    while page.next:
        total, page = page.total, listed(who, limit=size, after=page.next, **wanted)
        assert page.total == total
        there += names(page)
    back = names(page)
    while page.previous:
        page = listed(who, limit=size, before=page.previous, **wanted)
        back = names(page) + back
    return there, back


def card(who: Person, client_id: UUID) -> ClientCard:
    """A client as somebody sees them."""
    return open_client(who.actor, OpenClient(client_id=client_id))


def recorded(cast: Cast, client_id: UUID) -> list[tuple[str, UUID | None, dict[str, Any]]]:
    """What was recorded about a client, in order: the action, who, and the detail."""
    with entered(cast.alder.practice_id):
        details = dict(AuditDetail.objects.values_list("number", "body"))
        entries = AuditEntry.objects.filter(subject_id=client_id).order_by("number")
        return [
            (action, actor_id, details.get(number, {}))
            for number, action, actor_id in entries.values_list("number", "action", "actor_id")
        ]


def everything_recorded(cast: Cast) -> str:
    """All that the trail's details hold, as one text."""
    with entered(cast.alder.practice_id):
        return repr(list(AuditDetail.objects.values_list("body", flat=True)))


@contextmanager
def undone() -> Iterator[None]:
    """Hypothesis tries many things in one test; none of them stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
