"""Registration codes of clients, and how a client comes to their own page."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.bulk import SendClientCodes, UndoChange, send_client_codes, undo_change
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.commands.registering import (
    RegisterClient,
    RegisterClientWithLogin,
    ViewClientCodes,
    register_client,
    register_client_with_login,
    view_client_codes,
)
from kinfold.domain.clients.emails import registration_mail
from kinfold.domain.clients.errors import IsClientAlready, NothingFits
from kinfold.domain.clients.models import Client, ClientLogin
from kinfold.domain.clients.periodic import note_expired_codes
from kinfold.domain.clients.queries.bulk import OpenChange, PreviewChange, open_change, preview_change
from kinfold.domain.clients.queries.logins import GetClientLogins, get_client_logins
from kinfold.domain.clients.registration import ClientProof, guest_with_client_code
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.models import Login, RegistrationCode
from kinfold.domain.identity.passkeys import NewPasskey
from kinfold.domain.identity.registration_codes import issued
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.own.doorway import actor_for_client, own_pages
from kinfold.domain.practices.models import PracticeTally
from tests.at_once import at_once, kinds
from tests.domain.clients.bulk.steps import archive, choose
from tests.domain.clients.steps import listed, numbered, person, recorded
from tests.domain.own.steps import (
    HERE,
    attach,
    born,
    forget_birth_date,
    mailed_code,
    new_login,
    register,
    registered,
    send,
    state,
    view,
)
from tests.personas import Cast, CastClient


def without_address(client: CastClient) -> None:
    with entered(client.practice_id, writing=True):
        Client.objects.filter(pk=client.id).update(email="")


@pytest.mark.requirement("U40")
@pytest.mark.requirement("U42")
def test_a_mailed_code_and_the_date_of_birth_open_the_clients_own_page(cast: Cast) -> None:
    send(cast.ada, cast.ben)
    assert state(cast, cast.ben) == "sent"
    done = register(mailed_code(), born(cast.ben))
    assert done.login_id is not None
    assert [page.name for page in own_pages(done.login_id)] == ["Ben Okafor"]
    login = Login.objects.get(pk=done.login_id)
    assert (login.email, login.full_name) == (cast.ben.email, "Ben Okafor")
    assert EmailAddress.objects.get(user=login).verified
    assert state(cast, cast.ben) == "registered"
    assert [action for action, _, _ in recorded(cast, cast.ben.id)][-2:] == [
        "client_code.sent", "client.registered",
    ]  # fmt: skip


@pytest.mark.requirement("U41")
def test_the_mail_has_code_and_link_and_its_subject_says_nothing_of_the_practice(cast: Cast) -> None:
    send(cast.ada, cast.ben)
    code = mailed_code()
    mail = OutgoingMail.objects.get(kind="clients.registration")
    with entered(cast.alder.practice_id):
        letter = registration_mail(cast.alder.practice_id, mail.subject_id)
    assert letter is not None
    assert letter.to == cast.ben.email
    assert letter.subject == "Your registration code"
    assert f"/register/{code}/" in letter.text
    assert "Okafor" not in letter.text


@pytest.mark.parametrize("typed", [{"birth_date": "1984-11-04"}, {"code": "HHHH-HHHH-HHHH-HHHK"}])
@pytest.mark.requirement("U42")
def test_a_wrong_code_and_a_wrong_date_are_refused_in_the_same_words_and_nothing_is_made(
    cast: Cast, typed: dict[str, str]
) -> None:
    send(cast.ada, cast.ben)
    right = {"code": mailed_code(), "birth_date": born(cast.ben)}
    with pytest.raises(CodeRefused) as refused:
        register(**{**right, **typed})
    assert refused.value.message == CodeRefused.message
    assert not Login.objects.filter(email=cast.ben.email).exists()
    assert register(**right).login_id is not None


def test_after_five_wrong_dates_the_right_one_does_not_help_and_a_fresh_code_does(cast: Cast) -> None:
    send(cast.ada, cast.ben)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            register(mailed_code(), "1984-11-04")
    with pytest.raises(CodeRefused):
        register(mailed_code(), born(cast.ben))
    send(cast.ada, cast.ben)
    assert register(mailed_code(), born(cast.ben)).login_id is not None


def test_a_code_works_once_and_only_the_newest(cast: Cast) -> None:
    (first,) = view(cast.ada, cast.ben)
    (second,) = view(cast.ada, cast.ben)
    with pytest.raises(CodeRefused):
        register(first, born(cast.ben))
    register(second, born(cast.ben))
    with pytest.raises(CodeRefused):
        register(second, born(cast.ben))


def test_a_code_works_for_14_days_and_the_list_says_when_it_is_over(cast: Cast) -> None:
    (code,) = view(cast.ada, cast.ben)
    note_expired_codes()
    assert state(cast, cast.ben) == "sent"
    with clock.frozen_at(clock.now() + timedelta(days=15)):
        with pytest.raises(CodeRefused):
            register(code, born(cast.ben))
        note_expired_codes()
        page = get_client_logins(cast.ada.actor, GetClientLogins(client_id=cast.ben.id))
        (listed_as_expired,) = listed(cast.ada, registration="expired").rows
        with CaptureQueriesContext(connection) as asked:
            note_expired_codes()
    assert (state(cast, cast.ben), page.registration) == ("expired", "expired")
    assert listed_as_expired.id == cast.ben.id
    # It has been noted, so nobody's work is held up for it again.
    assert not [query for query in asked.captured_queries if PracticeTally._meta.db_table in query["sql"]]


@pytest.mark.requirement("U23")
def test_whom_a_code_cannot_be_sent_is_left_alone_with_the_reason(cast: Cast) -> None:
    registered(cast, cast.uma)
    archive(cast.ada, cast.anna.id)
    without_address(cast.dora)
    change_id = choose(
        cast.ada, Act.SEND_CODES, *(client.id for client in (cast.anna, cast.ben, cast.dora, cast.uma))
    )
    with pytest.raises(NotFound):
        preview_change(cast.lin.actor, PreviewChange(change_id=change_id))
    preview = preview_change(cast.ada.actor, PreviewChange(change_id=change_id))
    assert preview.fit.count == 1
    assert {group.outcome for group in preview.left} == {"archived", "registered", "no-email"}
    send_client_codes(cast.ada.actor, SendClientCodes(change_id=change_id))
    result = open_change(cast.ada.actor, OpenChange(change_id=change_id))
    assert {group.outcome: group.count for group in result.groups} == {
        "done": 1, "archived": 1, "registered": 1, "no-email": 1,
    }  # fmt: skip
    assert (state(cast, cast.ben), state(cast, cast.dora)) == ("sent", "none")


@pytest.mark.requirement("U23")
@pytest.mark.requirement("U43")
def test_letters_are_for_those_without_an_address_too_and_each_look_makes_fresh_codes(cast: Cast) -> None:
    without_address(cast.dora)
    first = view(cast.ada, cast.ben, cast.dora)
    assert len(first) == 2
    assert not OutgoingMail.objects.filter(kind="clients.registration").exists()
    assert [action for action, _, _ in recorded(cast, cast.dora.id)][-1] == "client_code.viewed"
    assert set(first).isdisjoint(view(cast.ada, cast.ben, cast.dora))


def test_without_a_known_date_of_birth_nobody_gets_a_code(cast: Cast) -> None:
    forget_birth_date(cast.ben)
    change_id = choose(cast.ada, Act.SEND_CODES, cast.ben.id)
    preview = preview_change(cast.ada.actor, PreviewChange(change_id=change_id))
    assert [group.outcome for group in preview.left] == ["no-birth-date"]
    with pytest.raises(NothingFits):
        send_client_codes(cast.ada.actor, SendClientCodes(change_id=change_id))
    with pytest.raises(NothingFits):
        view_client_codes(cast.ada.actor, ViewClientCodes(change_id=change_id))


def test_all_that_match_are_sent_codes_and_undoing_it_ends_those_that_were_not_used(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.SEND_CODES, search="")
    send_client_codes(cast.ada.actor, SendClientCodes(change_id=change_id))
    assert OutgoingMail.objects.filter(kind="clients.registration").count() == 4
    bens = RegistrationCode.objects.get(subject_id=cast.ben.id, ended_at=None)
    found = issued(bens.id)
    assert found is not None
    register(found[0].code, born(cast.ben))
    undo_change(cast.ada.actor, UndoChange(change_id=change_id))
    assert state(cast, cast.ben) == "registered"
    assert {state(cast, client) for client in (cast.anna, cast.dora, cast.uma)} == {"none"}
    assert not RegistrationCode.objects.filter(ended_at=None).exists()


def test_undoing_a_batch_of_mailed_codes_leaves_those_that_were_printed_later(cast: Cast) -> None:
    change_id = choose(cast.ada, Act.SEND_CODES, cast.anna.id, cast.ben.id)
    send_client_codes(cast.ada.actor, SendClientCodes(change_id=change_id))
    mailed = issued(RegistrationCode.objects.get(subject_id=cast.anna.id, ended_at=None).id)
    assert mailed is not None
    (printed,) = view(cast.ada, cast.ben)
    undo_change(cast.ada.actor, UndoChange(change_id=change_id))
    result = open_change(cast.ada.actor, OpenChange(change_id=change_id))
    assert {group.outcome: group.count for group in result.groups} == {"undone": 1, "since-changed": 1}
    assert (state(cast, cast.anna), state(cast, cast.ben)) == ("none", "sent")
    with pytest.raises(CodeRefused):
        register(mailed[0].code, born(cast.anna))
    assert register(printed, born(cast.ben), email="") is not None


def test_codes_are_the_business_of_those_who_may_let_clients_register(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send(cast.lin, cast.ben)
    people = (person(),)
    with pytest.raises(NotAllowed):
        create_clients(cast.lin.actor, CreateClients(people=people, send_codes=True))


@pytest.mark.requirement("U35")
@pytest.mark.requirement("U40")
def test_new_clients_are_sent_a_code_when_that_is_asked_for(cast: Cast) -> None:
    people = (numbered(1), numbered(2))
    quiet = create_clients(cast.ada.actor, CreateClients(people=people))
    assert not OutgoingMail.objects.filter(kind="clients.registration").exists()
    people = (numbered(3), numbered(4))
    told = create_clients(cast.ada.actor, CreateClients(people=people, send_codes=True))
    assert OutgoingMail.objects.filter(kind="clients.registration").count() == 2
    with entered(cast.alder.practice_id):
        states = dict(Client.objects.values_list("id", "registration"))
    assert [states[client_id] for client_id in (*quiet, *told)] == ["none", "none", "sent", "sent"]


def test_who_has_no_address_here_says_one_and_proves_it_before_the_first_sign_in(cast: Cast) -> None:
    without_address(cast.ben)
    (code,) = view(cast.ada, cast.ben)
    with pytest.raises(InvalidInput) as refused:
        register(code, born(cast.ben))
    assert [problem.field for problem in refused.value.problems] == ["email"]
    done = register(code, born(cast.ben), email="ben@home.example")
    assert done.login_id is None
    login = Login.objects.get(email="ben@home.example")
    assert not EmailAddress.objects.get(user=login).verified
    assert actor_for_client(login.id, cast.ben.id).client_id == cast.ben.id


def test_a_passkey_is_taken_only_with_a_code_that_came_to_the_address(cast: Cast) -> None:
    passkey = NewPasskey(login_id=uuid4(), credential={})
    (printed,) = view(cast.ada, cast.ben)
    proof = ClientProof(code=printed, birth_date=born(cast.ben))
    with pytest.raises(InvalidInput):
        register_client(
            guest_with_client_code(proof, whence=HERE),
            RegisterClient(proof=proof, password="", passkey=passkey),
        )
    assert not Login.objects.filter(email=cast.ben.email).exists()
    assert register(printed, born(cast.ben)).login_id is None


def test_an_address_that_has_a_login_is_answered_like_any_other_and_its_owner_is_told(cast: Cast) -> None:
    without_address(cast.ben)
    (code,) = view(cast.ada, cast.ben)
    done = register(code, born(cast.ben), email=cast.nora.email)
    assert done.login_id is None
    assert OutgoingMail.objects.filter(kind="clients.known-address", subject_id=cast.nora.login_id).exists()
    with pytest.raises(InvalidInput):
        register(code, born(cast.ben), "short", email=cast.nora.email)
    assert attach(cast.nora.login_id, code, born(cast.ben)) == cast.ben.id


def test_one_login_is_a_member_of_one_practice_and_a_client_of_several(cast: Cast) -> None:
    (here,) = view(cast.ada, cast.ben)
    (there,) = view(cast.fran, cast.finn)
    assert attach(cast.lin.login_id, here, born(cast.ben)) == cast.ben.id
    assert attach(cast.lin.login_id, there, born(cast.finn)) == cast.finn.id
    assert {page.practice_name for page in own_pages(cast.lin.login_id)} == {"Alder Creek", "Birch House"}
    assert cast.lin.actor.client_id is None
    assert actor_for_client(cast.lin.login_id, cast.ben.id).permissions == frozenset()


def test_one_login_is_one_client_of_a_practice(cast: Cast) -> None:
    codes = view(cast.ada, cast.anna, cast.ben)
    login_id = new_login("a@mail.example")
    attach(login_id, codes[0], born(cast.anna))
    with pytest.raises(IsClientAlready):
        attach(login_id, codes[1], born(cast.ben))
    register(codes[1], born(cast.ben))


@pytest.mark.django_db(transaction=True)
def test_one_login_with_the_codes_of_two_clients_at_once_is_one_of_them(cast: Cast) -> None:
    codes = view(cast.ada, cast.anna, cast.ben)
    login_id = new_login("both@mail.example")
    acts = []
    for code, client in zip(codes, (cast.anna, cast.ben), strict=True):
        proof = ClientProof(code=code, birth_date=born(client))
        guest = guest_with_client_code(proof, whence=HERE, login_id=login_id)
        acts.append(partial(register_client_with_login, guest, RegisterClientWithLogin(proof=proof)))
    assert kinds(at_once(acts)) == {IsClientAlready: 1}
    assert len(own_pages(login_id)) == 1
    with entered(cast.alder.practice_id, writing=True):
        (tie,) = ClientLogin.objects.filter(login_id=login_id)
        other = cast.ben.id if tie.client_id == cast.anna.id else cast.anna.id
        with pytest.raises(IntegrityError), transaction.atomic():
            ClientLogin.objects.create(
                client_id=other, login_id=login_id, relationship="self", since=clock.now()
            )


def test_an_archived_client_does_not_register(cast: Cast) -> None:
    (code,) = view(cast.ada, cast.ben)
    archive(cast.ada, cast.ben.id)
    with pytest.raises(CodeRefused):
        register(code, born(cast.ben))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_code_at_once_one_registers(cast: Cast) -> None:
    (code,) = view(cast.ada, cast.ben)
    proof = ClientProof(code=code, birth_date=born(cast.ben))
    logins = [new_login(f"twin{number}@mail.example") for number in (1, 2)]
    guests = [guest_with_client_code(proof, whence=HERE, login_id=login_id) for login_id in logins]
    wanted = RegisterClientWithLogin(proof=proof)
    outcomes = at_once([partial(register_client_with_login, guest, wanted) for guest in guests])
    assert outcomes.count(cast.ben.id) == 1
    assert kinds(outcomes) == {CodeRefused: 1}
