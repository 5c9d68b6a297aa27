"""Nobody waits for somebody who waits for them: acts that meet on the same rows all end (clients/holding.py).

SQLite has one writer at a time; on PostgreSQL each of these once ended with a fault for whoever was given up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.guardians import EndActing, end_acting
from kinfold.domain.clients.commands.tidying_tags import DeleteTag, delete_tag
from kinfold.domain.clients.models import Client, ClientLogin, ClientTag, Tag
from kinfold.domain.imports.commands import UndoImport, undo_import
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.kernel.tenancy import entered
from tests.at_once import at_once, kinds
from tests.domain.care.steps import book, hours
from tests.domain.clients.bulk.steps import choose
from tests.domain.clients.steps import numbered
from tests.domain.imports.test_updating import update
from tests.domain.own.steps import attach, born, new_login, view
from tests.personas import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_tag_that_is_deleted_while_it_is_given_leaves_everybody_whole(cast: Cast) -> None:
    ada = cast.ada.actor
    for number in range(6):
        create_clients(ada, CreateClients(people=(numbered(100 * number, tags=("Old",)),)))
        with entered(cast.alder.practice_id):
            tag_id = Tag.objects.get(key="old").id
            version = Client.objects.values_list("version", flat=True).get(pk=cast.anna.id)
        acts: list[Callable[[], object]] = [
            partial(delete_tag, ada, DeleteTag(tag_id=tag_id)),
            *(
                partial(
                    create_clients, ada, CreateClients(people=(numbered(100 * number + n, tags=("Old",)),))
                )
                for n in (1, 2)
            ),
            partial(change_client, ada, ChangeClient(client_id=cast.anna.id, version=version, tags=("Old",))),
        ]
        assert not kinds(at_once(acts))
        with entered(cast.alder.practice_id, writing=True):
            assert set(ClientTag.objects.values_list("tag__key", flat=True)) <= {"old"}
            ClientTag.objects.filter(client_id=cast.anna.id).delete()
    assert verify(cast.alder.practice_id).fault is None


def test_a_client_who_registers_while_their_codes_are_shown_and_their_login_ends(cast: Cast) -> None:
    """Whoever comes second is refused, or finds what the other left."""
    for number in range(6):
        (code,) = view(cast.ada, cast.ben)
        login_id = new_login(f"ben{number}@mail.example")
        at_once(
            [
                partial(attach, login_id, code, born(cast.ben)),
                partial(view, cast.ada, cast.ben),
                partial(view, cast.olu, cast.ben, cast.anna),
            ]
        )
        with entered(cast.alder.practice_id):
            acting = ClientLogin.objects.filter(holds_or_will(clock.now()), client_id=cast.ben.id).first()
        if acting:
            end_acting(cast.ada.actor, EndActing(acting_id=acting.id))
    assert verify(cast.alder.practice_id).fault is None


def test_sessions_are_booked_while_their_client_changes_hands(cast: Cast) -> None:
    """A new row's client is looked up last of all, and whoever has the client in hand is not waited for then."""
    clients = (cast.uma, cast.ben)
    for number in range(3):
        acts: list[Callable[[], object]] = []
        for hour, client in enumerate(clients):
            member = (cast.theo, cast.lin)[number % 2]
            given = AssignClient(client_id=client.id, member_id=member.member_id, kind="primary")
            acts += [
                partial(assign_client, cast.ada.actor, given),
                partial(choose, cast.olu, Act.ADD_TAGS, *(client.id for client in clients)),
                partial(book, cast.ada, client, hours(24 * (number + 1) + hour), who=cast.sana),
            ]
        assert not kinds(at_once(acts))
    assert verify(cast.alder.practice_id).fault is None


def test_an_update_by_file_is_taken_back_while_its_clients_are_given_to_others(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Client.objects.filter(pk=cast.anna.id).update(external_id="w-1")
        Client.objects.filter(pk=cast.ben.id).update(external_id="w-2")
    therapists = [cast.lin.member_id, cast.theo.member_id]
    for number in range(4):
        header = "external_id,phone"
        file_id = update(cast.ada, f"w-1,212 555 010{number}", f"w-2,212 555 011{number}", header=header)
        given = [
            AssignClient(client_id=client.id, member_id=therapists[number % 2], kind="primary")
            for client in (cast.ben, cast.anna)
        ]
        acts: list[Callable[[], object]] = [
            partial(undo_import, cast.ada.actor, UndoImport(import_id=file_id)),
            *(partial(assign_client, cast.olu.actor, data) for data in given),
        ]
        assert not kinds(at_once(acts))
    assert verify(cast.alder.practice_id).fault is None
