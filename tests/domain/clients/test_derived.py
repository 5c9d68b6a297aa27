"""What is kept twice stays equal, whatever is done in whichever order: keys, words, therapists, counts, evidence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.bulk.acts import Act as BulkAct
from kinfold.domain.clients.commands.assigning import (
    AssignClient,
    EndAssignment,
    assign_client,
    end_assignment,
)
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.errors import AssignmentEnded, ClientArchived, NothingFits
from kinfold.domain.clients.further import identifiers_kept, kept_of
from kinfold.domain.clients.keys import client_keys
from kinfold.domain.clients.models import (
    THERAPIST_KINDS,
    Assignment,
    AssignmentKind,
    Client,
    ClientTag,
    ClientWord,
)
from kinfold.domain.clients.profile import Identifier, Typed
from kinfold.domain.clients.ties import KIND_OF_CLIENT
from kinfold.domain.kernel.errors import StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from tests.domain.clients.bulk.steps import archive, reassign, tag, unarchive, undo
from tests.domain.clients.steps import person, undone
from tests.personas import Cast

Act = Callable[[Cast, list[UUID]], None]

NAMES = st.sampled_from(["Ana-María", "O'Brien", "Ångström", "van der Berg", "李", "Łuksza", "Ana"])
IDS = st.sampled_from(["", "AC-1042", "77", "ac 1042"])
TAGS = st.lists(st.sampled_from(["EMDR", "emdr", "Élan", "Group: DBT"]), max_size=3).map(tuple)
EMAILS = st.sampled_from(["ana@mail.example", "o.brien+1@mail.example"])


def creates(
    first: str, last: str, external_id: str, email: str, tags: tuple[str, ...], for_theo: bool
) -> Act:
    def act(cast: Cast, clients: list[UUID]) -> None:
        one: Typed = person(first_name=first, last_name=last, external_id=external_id, email=email, tags=tags)
        therapist = cast.theo.member_id if for_theo else None
        data = CreateClients(people=(one,), therapist_id=therapist, accept_duplicates=True)
        clients.extend(create_clients(cast.ada.actor, data))

    return act


def changes(
    who: int,
    behind: int,
    first: str | None,
    last: str | None,
    external_id: str | None,
    tags: tuple[str, ...] | None,
    preferred_name: str | None,
    other_id: str | None,
) -> Act:
    def act(cast: Cast, clients: list[UUID]) -> None:
        client_id = clients[who % len(clients)]
        version = Client.objects.values_list("version", flat=True).get(pk=client_id) - behind
        data = ChangeClient(
            client_id=client_id,
            version=version,
            first_name=first,
            last_name=last,
            external_id=external_id,
            tags=tags,
            preferred_name=preferred_name,
            identifiers=other_id
            if other_id is None
            else (Identifier("MyChart", other_id),)
            if other_id
            else (),
        )
        if behind:
            with pytest.raises(StaleVersion):
                change_client(cast.ada.actor, data)
        else:
            change_client(cast.ada.actor, data)

    return act


def assigns(who: int, to_lin: bool, kind: AssignmentKind) -> Act:
    def act(cast: Cast, clients: list[UUID]) -> None:
        member = cast.lin if to_lin else cast.theo
        data = AssignClient(
            client_id=clients[who % len(clients)], member_id=member.member_id, kind=kind.value
        )
        assign_client(cast.ada.actor, data)

    return act


def bulk(what: BulkAct, first: int, second: int, taken_back: bool) -> Act:
    """A bulk act on two clients, which is taken back at once or not."""

    def act(cast: Cast, clients: list[UUID]) -> None:
        chosen = sorted({clients[first % len(clients)], clients[second % len(clients)]})
        with suppress(NothingFits):
            change_id = BULK[what](cast, *chosen)
            if taken_back:
                undo(cast.ada, change_id)

    return act


BULK: dict[BulkAct, Callable[..., UUID]] = {
    BulkAct.ARCHIVE: lambda cast, *ids: archive(cast.ada, *ids),
    BulkAct.UNARCHIVE: lambda cast, *ids: unarchive(cast.ada, *ids),
    BulkAct.ADD_TAGS: lambda cast, *ids: tag(cast.ada, ("EMDR", "New"), *ids),
    BulkAct.REASSIGN: lambda cast, *ids: reassign(cast.ada, cast.lin, *ids),
}


def ends(which: int) -> Act:
    def act(cast: Cast, clients: list[UUID]) -> None:
        ties = list(Assignment.objects.order_by("since", "id").values_list("id", "until"))
        tie_id, until = ties[which % len(ties)]
        data = EndAssignment(assignment_id=tie_id)
        if until is None:
            end_assignment(cast.ada.actor, data)
        else:
            with pytest.raises(AssignmentEnded):
                end_assignment(cast.ada.actor, data)

    return act


NUMBER = st.integers(0, 30)
ACTS = st.one_of(
    st.builds(creates, NAMES, NAMES, IDS, EMAILS, TAGS, st.booleans()),
    st.builds(
        changes, NUMBER, st.sampled_from([0, 0, 0, 1]), st.none() | NAMES, st.none() | NAMES, st.none() | IDS,
        st.none() | TAGS, st.none() | NAMES, st.none() | IDS,
    ),
    st.builds(assigns, NUMBER, st.booleans(), st.sampled_from(THERAPIST_KINDS)),
    st.builds(ends, NUMBER),
    st.builds(bulk, st.sampled_from(list(BULK)), NUMBER, NUMBER, st.booleans()),
)  # fmt: skip


@pytest.mark.requirement("O26")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=1, max_size=12))
def test_no_order_of_acts_lets_what_is_derived_differ_from_its_source(cast: Cast, acts: list[Act]) -> None:
    with undone(), entered(cast.alder.practice_id, writing=True):
        clients = [client.id for client in cast.clients]
        for act in acts:
            with suppress(ClientArchived):
                act(cast, clients)
        for client in Client.objects.all():
            _keys_fit(client)
            _tie_fits(client)
        tally = PracticeTally.objects.get()
        assert tally.active_clients == Client.objects.filter(status="active").count()
        assert tally.active_clients + tally.archived_clients == len(clients)
        assert AuditEntry.objects.filter(action="client.created").count() == len(clients) - len(cast.clients)
        assert verify(cast.alder.practice_id).fault is None


def _keys_fit(client: Client) -> None:
    further = kept_of(client.id)["preferred_name"], [other.value for other in identifiers_kept(client.id)]
    key, words = client_keys(client.first_name, client.last_name, client.email, client.external_id, *further)
    assert client.sort_key == key
    kept = ClientWord.objects.filter(client_id=client.id)
    assert set(kept.values_list("word", "shared", "shared_in_name")) == set(words)
    for rows in (kept, ClientTag.objects.filter(client_id=client.id)):
        assert set(rows.values_list("sort_key", "status")) <= {(key, client.status)}


def _tie_fits(client: Client) -> None:
    ties = list(Assignment.objects.filter(client_id=client.id).order_by("since", "until"))
    now = [tie for tie in ties if tie.until is None]
    assert len(now) <= 1
    assert client.primary_id == (now[0].member_id if now else None)
    assert client.kind == (KIND_OF_CLIENT[AssignmentKind(now[0].kind)] if now else "practice")
    for earlier, later in pairwise(ties):
        assert earlier.until is not None
        assert earlier.until <= later.since
