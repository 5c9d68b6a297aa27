"""Nobody waits for somebody who waits for them: acts that meet on the same rows all end (clients/holding.py).

SQLite has one writer at a time; on PostgreSQL each of these once ended with a fault for whoever was given up.
Whoever waits looks again at what the other left.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kinfold.domain.audit.trail import verify
from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.assigning import AssignClient, assign_client
from kinfold.domain.clients.commands.bulk import ArchiveClients, archive_clients
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.guardians import (
    EndActing,
    SendGuardianCode,
    end_acting,
    send_guardian_code,
)
from kinfold.domain.clients.commands.tidying_tags import DeleteTag, RenameTag, delete_tag, rename_tag
from kinfold.domain.clients.commands.viewing import (
    BeginWithView,
    DeleteView,
    SaveView,
    begin_with_view,
    delete_view,
    save_view,
)
from kinfold.domain.clients.errors import ActsAlready, ClientArchived
from kinfold.domain.clients.models import Assignment, Client, ClientLogin, ClientTag, Tag
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.imports.commands import UndoImport, undo_import
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import holds, holds_or_will
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.commands.changing import AskForCorrection, ask_for_correction
from kinfold.domain.records.commands.merging import MergeClients, merge_clients
from tests.at_once import at_once, before_the_trail, kinds
from tests.domain.care.steps import becomes, book, hold, hours
from tests.domain.clients.bulk.steps import choose
from tests.domain.clients.steps import numbered
from tests.domain.imports.steps import bring_in, file
from tests.domain.imports.test_updating import update
from tests.domain.own.steps import (
    attach,
    born,
    guardian,
    kept,
    mailed_code,
    new_login,
    register,
    registered,
    send,
    view,
)
from tests.personas import Cast, CastClient

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_tag_that_is_deleted_or_made_one_with_another_while_it_is_given_leaves_everybody_whole(
    cast: Cast,
) -> None:
    ada = cast.ada.actor
    for number in range(6):
        create_clients(ada, CreateClients(people=(numbered(100 * number, tags=("Old", "Kept")),)))
        with entered(cast.alder.practice_id):
            tag_id = Tag.objects.get(key="old").id
            version = Client.objects.values_list("version", flat=True).get(pk=cast.anna.id)
        tidied: tuple[Callable[[], object], ...] = (
            partial(delete_tag, ada, DeleteTag(tag_id=tag_id)),
            partial(rename_tag, ada, RenameTag(tag_id=tag_id, name="Kept", merge=True)),
        )
        acts: list[Callable[[], object]] = [
            tidied[number % 2],
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
            assert set(ClientTag.objects.values_list("tag__key", flat=True)) <= {"old", "kept"}
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


def test_a_view_is_deleted_while_somebody_chooses_to_begin_with_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    view_id = save_view(cast.ada.actor, SaveView(name="Mine", shared=True))
    outcomes = before_the_trail(
        monkeypatch,
        partial(delete_view, cast.ada.actor, DeleteView(view_id=view_id)),
        partial(begin_with_view, cast.olu.actor, BeginWithView(view_id=view_id)),
    )
    assert kinds(outcomes) == {NotFound: 1}


def test_an_import_is_undone_while_its_clients_are_chosen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "email_address,first_name,last_name,birthdate,gender"
    import_id = bring_in(cast.ada, file("zoe@mail.example,Zoë,Núñez,1990-02-03,F", header=header))
    with entered(cast.alder.practice_id):
        zoe = Client.objects.get(email="zoe@mail.example").id
    outcomes = before_the_trail(
        monkeypatch,
        partial(undo_import, cast.ada.actor, UndoImport(import_id=import_id)),
        partial(choose, cast.olu, Act.ARCHIVE, zoe, cast.anna.id),
    )
    assert kinds(outcomes) == {NotFound: 1}


def test_two_records_become_one_while_a_client_asks_for_a_correction_of_theirs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = registered(cast, cast.ben)
    with entered(cast.alder.practice_id):
        versions = dict(Client.objects.values_list("id", "version"))
    merged = MergeClients(
        kept_id=cast.anna.id,
        gone_id=cast.ben.id,
        kept_version=versions[cast.anna.id],
        gone_version=versions[cast.ben.id],
    )
    wish = AskForCorrection(first_name="Benedict", last_name="Okafor", birth_date=born(cast.ben))
    outcomes = before_the_trail(
        monkeypatch,
        partial(merge_clients, cast.olu.actor, merged),
        partial(ask_for_correction, ben, wish),
    )
    assert kinds(outcomes) == {NotFound: 1}


def test_a_client_is_archived_while_a_session_with_somebody_else_turns_out_to_have_been(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = hold(cast.ada, cast.ben, who=cast.sana)
    becomes(cast.ada, session_id, "no_show")
    outcomes = before_the_trail(
        monkeypatch, archiving(cast, cast.ben), partial(becomes, cast.ada, session_id, "completed")
    )
    assert kinds(outcomes) == {ClientArchived: 1}
    with entered(cast.alder.practice_id):
        assert not Assignment.objects.filter(holds(clock.now()), client_id=cast.ben.id).exists()


@pytest.mark.parametrize("has_login", [False, True], ids=["with a new login", "with a login they have"])
def test_a_client_who_is_archived_meanwhile_does_not_register(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, has_login: bool
) -> None:
    send(cast.ada, cast.ben)
    code = mailed_code()
    registers: Callable[[], object] = partial(register, code, born(cast.ben))
    if has_login:
        registers = partial(attach, new_login("other@mail.example"), code, born(cast.ben))
    outcomes = before_the_trail(monkeypatch, archiving(cast, cast.ben), registers)
    assert kinds(outcomes) == {CodeRefused: 1}
    assert kept(cast.ben) == []


def test_a_guardian_who_registers_while_their_code_is_sent_again_gets_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting_id = guardian(cast, cast.ben)
    code = mailed_code("clients.guardian")
    outcomes = before_the_trail(
        monkeypatch,
        partial(register, code, born(cast.ben)),
        partial(send_guardian_code, cast.ada.actor, SendGuardianCode(acting_id=acting_id)),
    )
    assert kinds(outcomes) == {ActsAlready: 1}


def archiving(cast: Cast, client: CastClient) -> Callable[[], object]:
    """Archive a client who is chosen by now."""
    change_id = choose(cast.ada, Act.ARCHIVE, client.id)
    return partial(archive_clients, cast.ada.actor, ArchiveClients(change_id=change_id))
