"""How the databases go about the lists of clients: by an index that narrows them, and never through everybody.

PostgreSQL decides by how many there are, so there are enough of them and it was told. SQLite is told nothing, here as
in an installation: it decides by the indexes alone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from psycopg import sql as statements

from bench.seed import write_clients
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Client, Tag
from kinfold.domain.clients.profile import Typed
from kinfold.domain.clients.queries import ordering
from kinfold.domain.clients.queries.listing import ClientSort, ListClients, list_clients
from kinfold.domain.clients.queries.pickers import ListTags, list_tags
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.models import Member
from tests import engine
from tests.personas import Cast

ENOUGH = 6000  # from how many on PostgreSQL prefers an index also for a therapist's
TABLES = "(client|clientword|clienttag|assignment)"
THROUGH_ALL = (
    # SQLite: the whole table, or all of the practice in an index.
    re.compile(r"^SCAN (?!a\d+|CONSTANT|SUBQUERY|\(subquery)"),
    re.compile(rf"INDEX (client|assignment|sqlite_autoindex_clients_{TABLES}_)\w* \(practice_id=\?\)$"),
    re.compile(rf"Seq Scan on clients_{TABLES}\b"),  # PostgreSQL
)


def fill(cast: Cast) -> None:
    """As many clients as it takes, some of a therapist who is supervised, and most of another."""
    with entered(cast.alder.practice_id, writing=True):
        few, many = (Member.objects.get(pk=who.member_id) for who in (cast.theo, cast.lin))
        tags = [Tag(practice_id=cast.alder.practice_id, name=f"Tag {n}", key=f"tag {n}") for n in range(8)]
        Tag.objects.bulk_create(tags)
        write_clients(cast.alder.practice_id, ENOUGH, [few] + [many] * 49, tags)
        PracticeTally.objects.update(active_clients=Client.objects.filter(status="active").count())
    if connection.vendor == "postgresql":
        name = engine.database_name(engine.worker_name())
        engine.postgres().execute(statements.SQL("VACUUM ANALYZE"), database=name)


def plans(asking: Any) -> list[tuple[str, str]]:
    """Each question about clients that is asked, with how it would be answered."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip("(").startswith("SELECT") and "clients_" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        asking()
    word = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    found = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(word + sql, params)
            found += [(line[-1].strip(), sql) for line in cursor.fetchall()]
    return found


@pytest.mark.django_db(transaction=True)
def test_no_list_of_clients_goes_through_everybody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "_FEW_BY_TAG", 0)  # as a list of very many is read
    if connection.vendor == "postgresql":
        fill(cast)
    with entered(cast.alder.practice_id):
        tag_id = next(iter(Tag.objects.values_list("id", flat=True)), cast.anna.id)
        half_way = Client.objects.order_by("sort_key").values_list("id", flat=True)[
            Client.objects.count() // 2
        ]
    newcomer = Typed(
        first_name="Nobody", last_name="Else", email="nobody@mail.example", birth_date="1990-01-01",
        sex_at_birth="unknown", external_id="NE-1",
    )  # fmt: skip
    looks: dict[str, Any] = {
        "first page": lambda: list_clients(cast.ada.actor, ListClients()),
        "last update": lambda: list_clients(cast.ada.actor, ListClients(sort=ClientSort.UPDATED_DOWN)),
        "risk": lambda: list_clients(cast.ada.actor, ListClients(sort=ClientSort.RISK_DOWN)),
        "tags": lambda: list_clients(cast.ada.actor, ListClients(sort=ClientSort.TAGS)),
        "tags, deep": lambda: list_clients(
            cast.ada.actor, ListClients(sort=ClientSort.TAGS_DOWN, after=half_way)
        ),
        "deep page": lambda: list_clients(cast.ada.actor, ListClients(after=half_way)),
        "search": lambda: list_clients(cast.ada.actor, ListClients(search="okafo")),
        "therapist": lambda: list_clients(cast.ada.actor, ListClients(therapist_id=cast.theo.member_id)),
        "own": lambda: list_clients(cast.theo.actor, ListClients()),
        "own, searched": lambda: list_clients(cast.theo.actor, ListClients(search="okafo")),
        "supervisor": lambda: list_clients(cast.sana.actor, ListClients()),
        "supervisor's tags": lambda: list_tags(cast.sana.actor, ListTags()),
        "tag": lambda: list_clients(cast.ada.actor, ListClients(tag_ids=(tag_id,))),
        "assigning": lambda: assign_client(
            cast.ada.actor, AssignClient(client_id=cast.uma.id, member_id=cast.theo.member_id, reason="Away")
        ),
        "adding": lambda: create_clients(cast.ada.actor, CreateClients(people=(newcomer,))),
    }
    through_all = {}
    for name, look in looks.items():
        with entered(cast.alder.practice_id, writing=True):
            for line, sql in plans(look):
                if any(way.search(line) for way in THROUGH_ALL):
                    through_all[name, line] = sql[:300]
    assert through_all == {}


@pytest.mark.django_db
def test_rare_orders_are_sorted_from_one_index_without_reading_every_client(cast: Cast) -> None:
    if connection.vendor == "postgresql":
        return  # it reads the table in one go as fast
    for sort in (ClientSort.BIRTH_DATE, ClientSort.EXTERNAL_ID_DOWN, ClientSort.PHONE):
        with entered(cast.alder.practice_id, writing=True):
            found = plans(lambda sort=sort: list_clients(cast.ada.actor, ListClients(sort=sort)))
        lines = [line for line, _ in found]
        sorting = lines.index("USE TEMP B-TREE FOR ORDER BY")
        assert "USING COVERING INDEX client_by_creation_wide" in lines[sorting - 1]
