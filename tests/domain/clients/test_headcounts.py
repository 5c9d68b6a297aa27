"""How many clients a clinician and a tag have: PostgreSQL keeps the numbers, and lists show them."""

from __future__ import annotations

import pytest
from django.db import connection

from kinfold.domain.access.actors import Actor
from kinfold.domain.clients.models import Client, Headcount
from kinfold.domain.clients.periodic import add_up_headcounts, put_headcounts_right
from kinfold.domain.clients.queries.listing import ListClients, list_clients
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.bulk.steps import archive, reassign, undo
from tests.headcounts import kept_and_counted
from tests.personas import Cast


def shown(actor: Actor) -> int:
    """How many active clients somebody's list says there are."""
    return list_clients(actor, ListClients()).counts.active


def test_a_list_says_at_once_how_many_there_are_after_each_act(cast: Cast) -> None:
    active = shown(cast.theo.actor)
    with entered(cast.alder.practice_id):
        theirs = list(Client.objects.filter(primary_id=cast.theo.member_id).values_list("id", flat=True))
    gone = archive(cast.ada, theirs[0])
    assert shown(cast.theo.actor) == active - 1
    undo(cast.ada, gone)
    assert shown(cast.theo.actor) == active
    moved = reassign(cast.ada, cast.lin, *theirs)
    assert shown(cast.theo.actor) == 0
    undo(cast.ada, moved)
    assert shown(cast.theo.actor) == active


def test_numbers_that_have_gathered_become_one_and_say_the_same(cast: Cast) -> None:
    before, supervisors = shown(cast.theo.actor), shown(cast.sana.actor)
    with entered(cast.alder.practice_id, writing=True):
        client = Client.objects.filter(primary_id=cast.theo.member_id, status="active")[0]
        for _ in range(15):
            for member in (cast.lin, cast.theo):
                Client.objects.filter(pk=client.id).update(primary=member.member_id)
    assert (shown(cast.theo.actor), shown(cast.sana.actor)) == (before, supervisors)
    add_up_headcounts()
    assert (shown(cast.theo.actor), shown(cast.sana.actor)) == (before, supervisors)
    with entered(cast.alder.practice_id):
        rows = Headcount.objects.filter(counted=cast.theo.member_id, status="active").count()
    assert rows == (1 if connection.vendor == "postgresql" else 0)
    kept, counted = kept_and_counted()
    assert kept == counted


def test_a_number_that_went_wrong_is_put_right(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    right = shown(cast.theo.actor)
    put_headcounts_right()
    assert not caplog.records
    with entered(cast.alder.practice_id, writing=True):  # as when part of a backup is put back
        for status in ("active", "archived"):
            Headcount.objects.create(counted=cast.theo.member_id, status=status, clients=7)
        Headcount.objects.filter(counted=cast.lin.member_id).delete()
    if connection.vendor == "postgresql":
        assert shown(cast.theo.actor) != right
    put_headcounts_right()
    assert shown(cast.theo.actor) == right
    assert len(caplog.records) == (1 if connection.vendor == "postgresql" else 0)
