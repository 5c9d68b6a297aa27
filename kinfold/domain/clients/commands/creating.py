"""Adding clients: one or many people in one act, all of them or none (SPEC U29–U50)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients import likeness
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.further import keep_new
from kinfold.domain.clients.index import index_new, keys_of
from kinfold.domain.clients.keys import tag_key
from kinfold.domain.clients.models import AssignmentKind, Client, ClientKind, ClientStatus, Registration
from kinfold.domain.clients.notices import notice
from kinfold.domain.clients.profile import FIELDS, FURTHER_FIELDS, Checked, Typed, check
from kinfold.domain.clients.registration import GETS_CODES, hand_out
from kinfold.domain.clients.tags import tag_new, tags_named
from kinfold.domain.clients.ties import Tie, begin_ties
from kinfold.domain.credentials.gate import refuse_unless_takes_clients
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.driver import together
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, Problem
from kinfold.domain.kernel.many import insert, ordered_ids
from kinfold.domain.kernel.prepared import prepared_update
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.practices.queries import emails_are_optional
from kinfold.domain.team.granting import hold_team

says(client__created="added a client", client__assigned="assigned a client to a therapist")

MOST_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateClients:
    """People to add, with one primary therapist for all of them or none.

    `accept_duplicates` says that those who look like others are different people, `different` that some of them are,
    by their rows. With `send_codes` whoever has an address is mailed a registration code.
    """

    people: tuple[Typed, ...]
    therapist_id: UUID | None = None
    accept_duplicates: bool = False
    different: tuple[int, ...] = ()
    send_codes: bool = False


@command(Permission.CLIENTS_CREATE)
def create_clients(actor: Actor, data: CreateClients) -> tuple[UUID, ...]:
    """Add clients, active at once (SPEC 8.7). Returns their ids in the order given.

    Raises InvalidInput naming every wrong field of every person (rows count from 0), and LikelyDuplicates when someone
    looks like a client whom the actor may see, or like another of these people, and that was not confirmed. Who looks
    like a client whom the actor may not see is added like anybody, and those who see both are told.
    """
    now = clock.now()
    if data.send_codes and not actor.may(Permission.CLIENTS_REGISTER):
        raise NotAllowed
    people = _checked(actor, data.people)
    hold_team()  # it is counted in at the end, and whoever deletes a tag or archives the therapist waits until then
    _check_therapist(actor, data.therapist_id, now)
    unseen: list[likeness.Unseen] = []
    if not (data.accept_duplicates and actor.may(Permission.CLIENTS_SEE_ALL)):
        likenesses, unseen = likeness.among(actor, [person.fields for person in people])
        undecided = [found for found in likenesses if found.row not in data.different]
        if undecided and not data.accept_duplicates:
            raise LikelyDuplicates(undecided)
    client_ids = _create(actor, people, data.therapist_id, now)
    notice(actor.practice_id, [(client_ids[one.row], one.client_id, one.reason) for one in unseen], now)
    if data.send_codes:
        _send_codes(actor, client_ids)
    return client_ids


def _checked(actor: Actor, people: Sequence[Typed]) -> list[Checked]:
    if not people:
        raise InvalidInput.one("people", "Add at least one person.")
    if len(people) > MOST_AT_ONCE:
        raise InvalidInput.one("people", f"Add at most {MOST_AT_ONCE} people at a time, or import a file.")
    emails_optional, today = emails_are_optional(), clock.today(actor.time_zone)
    checked: list[Checked] = []
    problems: list[Problem] = []
    for row, typed in enumerate(people):
        given = {field: getattr(typed, field) for field in FIELDS}
        given |= {field: text for field in FURTHER_FIELDS if (text := getattr(typed, field))}
        person, wrong = check(
            given,
            typed.tags,
            emails_optional=emails_optional,
            country=actor.country,
            today=today,
            row=row,
            identifiers=typed.identifiers,
        )
        checked.append(person)
        problems.extend(wrong)
    if problems:
        raise InvalidInput(problems)
    return checked


def _check_therapist(actor: Actor, member_id: UUID | None, now: datetime) -> None:
    """Giving clients to others is a right of its own; a clinician who may add clients may add their own."""
    if member_id is None:
        return
    if member_id != actor.member_id and not actor.may(Permission.CLIENTS_ASSIGN):
        raise NotAllowed
    refuse_unless_takes_clients(member_id, now, "therapist_id")


@together()
def _create(
    actor: Actor, people: Sequence[Checked], member_id: UUID | None, now: datetime
) -> tuple[UUID, ...]:
    ids = ordered_ids(len(people))
    keys = [keys_of(person.fields, [other.value for other in person.identifiers]) for person in people]
    insert(
        Client,
        {
            "practice_id": actor.practice_id,
            "kind": ClientKind.PRACTICE.value,
            "status": ClientStatus.ACTIVE.value,
            "primary_id": member_id,
            "registration": Registration.NONE.value,
            "risk": "",
            "made_in_id": None,
            "created_at": now,
            "updated_at": now,
            "version": 1,
        },
        {
            "id": ids,
            "sort_key": [key for key, _ in keys],
            "birth_date": [str(born) if (born := person.fields["birth_date"]) else None for person in people],
            **{
                field: [person.fields[field] for person in people]
                for field in FIELDS
                if field != "birth_date"
            },
        },
    )
    index_new(ids, keys)
    keep_new(ids, people)
    tag_ids = tags_named(name for person in people for name in person.tags)
    tagged: list[tuple[str, str, UUID]] = []
    events: list[trail.Event] = []
    for client_id, (key, _), person in zip(ids, keys, people, strict=True):
        tagged += ((client_id, key, tag_ids[tag_key(name)]) for name in person.tags)
        fields = [field for field, value in person.fields.items() if value]
        fields += ["tags"] if person.tags else []
        fields += ["identifiers"] if person.identifiers else []
        events.append(trail.Event("client.created", ("client", UUID(client_id)), fields))
    tag_new(tagged)
    if member_id is not None:
        ties = [Tie(UUID(client_id), member_id, AssignmentKind.PRIMARY) for client_id in ids]
        for tie, tie_id in zip(ties, begin_ties(actor, ties, now), strict=True):
            detail = {"assignment": tie_id, "member": str(member_id), "kind": tie.kind.value}
            events.append(trail.Event("client.assigned", ("client", tie.client_id), detail=detail))
    _count_in(clients=len(ids))
    trail.record_all(actor, events)
    return tuple(map(UUID, ids))


def _send_codes(actor: Actor, ids: Sequence[UUID]) -> None:
    """Whoever has no address is given a printed code later (SPEC 8.13)."""
    clients = list(Client.objects.filter(GETS_CODES, pk__in=ids).exclude(email=""))
    hand_out(actor.practice_id, clients, mailed=True)
    reached = [client.id for client in clients]
    Client.objects.filter(pk__in=reached).update(registration=Registration.SENT)
    trail.record_all(actor, [trail.Event("client_code.sent", ("client", each)) for each in reached])


@prepared_update
def _count_in(*, clients: int) -> tuple[QuerySet[PracticeTally], dict[str, Any]]:
    return PracticeTally.objects.all(), {"active_clients": F("active_clients") + clients}
