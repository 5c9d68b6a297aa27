"""Clients, what ties them to people, and what hangs on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from kinfold.domain.care.models import Session
from kinfold.domain.changes.models import ChangeSet
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import (
    AddTags,
    ArchiveClients,
    SelectClients,
    add_tags,
    archive_clients,
    select_clients,
)
from kinfold.domain.clients.commands.covering import ArrangeCover, arrange_cover
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Assignment, SavedView
from kinfold.domain.clients.profile import Typed
from kinfold.domain.exports import files
from kinfold.domain.exports.models import Export
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.records.commands.deleting import DeleteClients, delete_clients
from kinfold.domain.records.commands.holding import HoldRecord, hold_record
from kinfold.domain.records.commands.merging import MergeClients, merge_clients
from tests.personas import CastClient, CastPractice, Person

TIED = Typed(
    first_name="Tess",
    last_name="Holm",
    email="tess@mail.example",
    birth_date="1992-05-06",
    sex_at_birth="female",
)


def client_things(
    practice: CastPractice, owner: Person, therapist: Person, client: CastClient, cover: Person
) -> dict[str, object]:
    """A client, their therapist, what ties the two, a cover that begins later and a session that is to come."""
    with entered(practice.practice_id):
        assignment_id = Assignment.objects.values_list("id", flat=True).get(
            client_id=client.id, until__isnull=True
        )
    (cover_id,) = arrange_cover(
        owner.actor,
        ArrangeCover(
            member_id=therapist.member_id,
            covered_by=cover.member_id,
            since=clock.now() + timedelta(days=20),
            until=clock.now() + timedelta(days=30),
            client_ids=(client.id,),
        ),
    )
    return {
        "client_id": client.id,
        "member_id": therapist.member_id,
        "therapist": therapist.member_id,
        "assignment_id": assignment_id,
        "cover_id": cover_id,
        "session_id": add_session(practice, client.id, therapist.member_id),
        "soon": f"{clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M}",
    }


def leaving_things(practice: CastPractice, owner: Person) -> dict[str, object]:
    """A client whose deletion is planned, since they had a session; one under a legal hold; one to delete at once.

    And two who are one person, and two who were.
    """
    ids: list[UUID] = []
    for first in ("Vera", "Wolf", "Xenia", "Yara", "Yara", "Zora", "Zora"):
        typed = replace(TIED, first_name=first, email=f"{first.lower()}@mail.example")
        ids += create_clients(owner.actor, CreateClients(people=(typed,), accept_duplicates=True))
    planned, held, free, *twins, one, other = ids
    add_session(practice, planned, owner.member_id, starts_at=clock.now() - timedelta(days=9))
    chosen = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(planned, free)))
    archive_clients(owner.actor, ArchiveClients(change_id=chosen))
    done, waiting = (
        select_clients(owner.actor, SelectClients(act=Act.DELETE, client_ids=(client_id,)))
        for client_id in (planned, free)
    )
    delete_clients(owner.actor, DeleteClients(change_id=done, reason="They asked for it"))
    hold_record(owner.actor, HoldRecord(client_id=held, reason="Court order"))
    together = MergeClients(kept_id=one, gone_id=other, kept_version=1, gone_version=1)
    return {
        "planned_client": planned,
        "held_client": held,
        "twin": twins[0],
        "other_twin": twins[1],
        "merged_client": other,
        "merge_id": merge_clients(owner.actor, together),
        "waiting_deletion": waiting,
        "done_deletion": done,
    }


def add_session(practice: CastPractice, client_id: UUID, member_id: UUID, **more: Any) -> UUID:
    """A session, tomorrow unless something else is said."""
    now = clock.now()
    with entered(practice.practice_id, writing=True):
        session = Session.objects.create(
            **{
                "client_id": client_id,
                "member_id": member_id,
                "starts_at": now + timedelta(days=1),
                "minutes": 50,
                "status": "scheduled",
                "service_code": "90834",
                "created_at": now,
                **more,
            }
        )
    return session.id


def change_things(owner: Person, client: CastClient) -> dict[str, object]:
    """A client who was tagged in a bulk act, one that waits to be carried out, and one at work."""
    done = select_clients(owner.actor, SelectClients(act=Act.ADD_TAGS, client_ids=(client.id,)))
    add_tags(owner.actor, AddTags(change_id=done, tags=("Bulk",)))
    waiting = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(client.id,)))
    running = select_clients(owner.actor, SelectClients(act=Act.ARCHIVE, client_ids=(client.id,)))
    with entered(owner.practice_id, writing=True):
        ChangeSet.objects.filter(pk=running).update(state="running")
    return {"done_change": done, "prepared_change": waiting, "running_change": running}


def shared_view(practice: CastPractice, owner: Person) -> UUID:
    """A view of the list of clients that somebody shares with the practice."""
    with entered(practice.practice_id, writing=True):
        return SavedView.objects.create(
            member_id=owner.member_id,
            name="All of them",
            key="all of them",
            shared=True,
            columns=["name", "email"],
            page_size=25,
        ).id


def add_export(practice_id: UUID, member_id: UUID) -> UUID:
    """A file of nobody that somebody has made."""
    with entered(practice_id, writing=True):
        export = Export.objects.create(
            made_by_id=member_id,
            made_at=clock.now(),
            file_format="csv",
            everything=False,
            columns=["first_name", "last_name"],
            state="ready",
            expires_at=clock.now() + timedelta(days=1),
        )
    files.keep(practice_id, export.id, b"First name,Last name")
    return export.id
