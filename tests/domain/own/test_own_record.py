"""The client's own page: what is on it, what can be changed, who acts for whom, and that nothing else opens."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import USE_CASES
from kinfold.domain.access.own import OwnRight
from kinfold.domain.care.models import Session
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.commands.guardians import (
    EndActing,
    SendGuardianCode,
    ViewGuardianCode,
    end_acting,
    send_guardian_code,
    view_guardian_code,
)
from kinfold.domain.clients.errors import (
    ActsAlready,
    ActsNoMore,
    ClientArchived,
    GuardianNeedsBirthDate,
    PlaceGone,
)
from kinfold.domain.clients.models import Client
from kinfold.domain.clients.queries.logins import GetClientLogins, get_client_logins
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.own.commands.answering import (
    AcceptCorrection,
    DeclineCorrection,
    accept_correction,
    decline_correction,
)
from kinfold.domain.own.commands.changing import (
    AskForCorrection,
    ChangeOwnContact,
    WithdrawCorrection,
    ask_for_correction,
    change_own_contact,
    withdraw_correction,
)
from kinfold.domain.own.doorway import actor_for_client, own_pages
from kinfold.domain.own.errors import EditedSince, NothingWished, WishAnswered, WishWaits
from kinfold.domain.own.queries.record import (
    ListOwnSessions,
    OpenOwnRecord,
    OwnRecord,
    list_own_sessions,
    open_own_record,
)
from kinfold.domain.own.queries.waiting import CountWaiting, Waiting, count_waiting
from kinfold.domain.own.queries.wishes import ListCorrections, list_corrections
from tests.architecture.source import import_whole_domain
from tests.domain.clients.bulk.steps import archive
from tests.domain.clients.steps import card, listed, names, recorded
from tests.domain.own.steps import (
    attach,
    born,
    forget_birth_date,
    guardian,
    kept,
    mailed_code,
    new_login,
    register,
    registered,
    state,
    view,
)
from tests.personas import Cast, CastClient

NEW_NAME = AskForCorrection(
    first_name="Benedict", last_name="Okafor", birth_date="1984-11-03", why="Passport."
)


def edit(cast: Cast, client: CastClient, **typed: Any) -> None:
    version = card(cast.ada, client.id).version
    change_client(cast.ada.actor, ChangeClient(client_id=client.id, version=version, **typed))


def opened(actor: Actor) -> OwnRecord:
    return open_own_record(actor, OpenOwnRecord())


def test_the_page_shows_profile_therapist_sessions_and_who_acts_and_each_look_is_recorded(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    now = clock.now()
    with entered(cast.alder.practice_id, writing=True):
        for days, status in ((-2, "completed"), (3, "scheduled")):
            Session.objects.create(
                client_id=cast.ben.id,
                member_id=cast.lin.member_id,
                starts_at=now + timedelta(days=days),
                minutes=50,
                status=status,
                service_code="90834",
                created_at=now,
            )
    record = opened(actor)
    assert (record.first_name, record.email, record.archived) == ("Ben", cast.ben.email, False)
    assert [one.name for one in record.therapists] == ["Lin Zhao"]
    assert [(one.relationship, one.you) for one in record.acting] == [("self", True)]
    coming = list_own_sessions(actor, ListOwnSessions())
    past = list_own_sessions(actor, ListOwnSessions(past=True))
    assert [(one.clinician, one.status) for one in (*coming.items, *past.items)] == [
        ("Lin Zhao", "scheduled"), ("Lin Zhao", "completed"),
    ]  # fmt: skip
    opened(actor)
    looks = [by for action, by, _ in recorded(cast, cast.ben.id) if action == "own_record.opened"]
    assert looks == [actor.acts_by]


def test_who_acts_for_a_client_passes_no_door_of_the_team(cast: Cast) -> None:
    """Not even those that ask for no permission; and nobody on the team passes a client's."""
    import_whole_domain()
    acting, olu = registered(cast, cast.ben), cast.olu.actor
    for case in USE_CASES.values():
        if not case.function.__module__.startswith("kinfold."):
            continue
        theirs = isinstance(case.permission, OwnRight)
        door = getattr(sys.modules[case.function.__module__], case.function.__name__)
        with pytest.raises(NotAllowed):
            door(olu if theirs else acting, None)


def test_contact_details_hold_at_once_and_are_found_by(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    version = opened(actor).version
    change_own_contact(
        actor, ChangeOwnContact(version=version, email="Ben@Home.example", phone="602 555 0134")
    )
    profile = card(cast.ada, cast.ben.id).profile
    assert profile is not None
    assert (profile.email, profile.phone) == ("ben@home.example", "+16025550134")
    assert names(listed(cast.ada, search="ben@home.example")) == ["Ben Okafor"]
    with pytest.raises(StaleVersion):
        change_own_contact(actor, ChangeOwnContact(version=version, email="old@home.example", phone=""))
    with pytest.raises(InvalidInput) as refused:
        change_own_contact(actor, ChangeOwnContact(version=version + 1, email="", phone="12"))
    assert {problem.field for problem in refused.value.problems} == {"email", "phone"}


def test_a_name_changes_only_when_somebody_who_edits_clients_accepts(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    wish = ask_for_correction(actor, NEW_NAME)
    with pytest.raises(WishWaits):
        ask_for_correction(
            actor, AskForCorrection(first_name="B", last_name="Okafor", birth_date="1984-11-03")
        )
    assert opened(actor).first_name == "Ben"
    (waiting,) = list_corrections(cast.ada.actor, ListCorrections())
    assert (waiting.new_first_name, waiting.new_last_name, waiting.why) == ("Benedict", "", "Passport.")
    counted = count_waiting(cast.ada.actor, CountWaiting())
    assert (counted.corrections, counted.pending, counted.to_answer) == (1, 1, 1)
    assert count_waiting(cast.lin.actor, CountWaiting()) == Waiting()
    with pytest.raises(NotAllowed):
        accept_correction(cast.lin.actor, AcceptCorrection(wish_id=wish))
    with pytest.raises(NotFound):
        accept_correction(cast.fran.actor, AcceptCorrection(wish_id=wish))
    accept_correction(cast.ada.actor, AcceptCorrection(wish_id=wish))
    assert opened(actor).first_name == "Benedict"
    assert count_waiting(cast.ada.actor, CountWaiting()).to_answer == 0
    with pytest.raises(WishAnswered):
        decline_correction(cast.ada.actor, DeclineCorrection(wish_id=wish))


def test_a_correction_never_undoes_unseen_what_was_edited_after_it_was_asked_for(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    wish = ask_for_correction(actor, NEW_NAME)
    edit(cast, cast.ben, phone="602 555 0134")
    (waiting,) = list_corrections(cast.ada.actor, ListCorrections())
    assert not waiting.edited_since
    edit(cast, cast.ben, first_name="Benno")
    (waiting,) = list_corrections(cast.ada.actor, ListCorrections())
    assert (waiting.edited_since, waiting.first_name, waiting.new_first_name) == (True, "Benno", "Benedict")
    for version in (None, waiting.version - 1):
        with pytest.raises(EditedSince):
            accept_correction(cast.ada.actor, AcceptCorrection(wish_id=wish, version=version))
    assert opened(actor).first_name == "Benno"
    accept_correction(cast.ada.actor, AcceptCorrection(wish_id=wish, version=waiting.version))
    assert opened(actor).first_name == "Benedict"


def test_who_looks_at_logins_and_at_what_a_client_wants_corrected_leaves_a_trace_like_any_look(
    cast: Cast,
) -> None:
    ask_for_correction(registered(cast, cast.ben), NEW_NAME)

    def looks() -> list[UUID | None]:
        return [by for action, by, _ in recorded(cast, cast.ben.id) if action == "client.opened"]

    list_corrections(cast.ada.actor, ListCorrections())
    assert looks() == []
    get_client_logins(cast.ada.actor, GetClientLogins(client_id=cast.ben.id))
    list_corrections(cast.ada.actor, ListCorrections(client_id=cast.ben.id))
    card(cast.ada, cast.ben.id)
    list_corrections(cast.olu.actor, ListCorrections(client_id=cast.ben.id))
    assert looks() == [cast.ada.member_id, cast.olu.member_id]


def test_sessions_that_begin_together_are_all_shown_page_after_page(cast: Cast) -> None:
    actor, now = registered(cast, cast.ben), clock.now()
    with entered(cast.alder.practice_id, writing=True):
        made = {
            Session.objects.create(
                client_id=cast.ben.id,
                member_id=member.member_id,
                starts_at=now - timedelta(days=1),
                minutes=50,
                status="completed",
                service_code="90834",
                created_at=now,
            ).id
            for member in (cast.lin, cast.theo, cast.sana)
        }
    seen: list[UUID] = []
    after = None
    for _ in range(3):
        page = list_own_sessions(actor, ListOwnSessions(past=True, limit=1, after=after))
        seen += [one.id for one in page.items]
        after = page.next
    assert (set(seen), len(seen), after) == (made, 3, None)
    with pytest.raises(PlaceGone):
        list_own_sessions(actor, ListOwnSessions(past=True, after=uuid4()))


def test_a_declined_or_withdrawn_wish_changes_nothing_and_the_answer_is_read(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    wish = ask_for_correction(actor, NEW_NAME)
    decline_correction(cast.ada.actor, DeclineCorrection(wish_id=wish, answer="Please bring your passport."))
    (shown,) = opened(actor).wishes
    assert (shown.state, shown.answer) == ("declined", "Please bring your passport.")
    again = ask_for_correction(actor, NEW_NAME)
    with pytest.raises(NotFound):
        withdraw_correction(registered(cast, cast.anna), WithdrawCorrection(wish_id=again))
    withdraw_correction(actor, WithdrawCorrection(wish_id=again))
    assert list_corrections(cast.ada.actor, ListCorrections()) == ()
    with pytest.raises(NothingWished):
        ask_for_correction(
            actor, AskForCorrection(first_name="Ben", last_name="Okafor", birth_date="1984-11-03")
        )
    assert opened(actor).first_name == "Ben"


def test_an_archived_client_reads_and_nothing_can_be_added(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    assert actor.login_id is not None
    ask_for_correction(actor, NEW_NAME)
    archive(cast.ada, cast.ben.id)
    actor = actor_for_client(actor.login_id, cast.ben.id)
    record = opened(actor)
    assert (record.archived, record.may_change) == (True, False)
    with pytest.raises(NotAllowed):
        change_own_contact(actor, ChangeOwnContact(version=record.version, email="x@y.example", phone=""))
    with pytest.raises(NotAllowed):
        ask_for_correction(actor, NEW_NAME)
    with pytest.raises(ClientArchived):
        guardian(cast, cast.ben)
    with pytest.raises(ClientArchived):
        accept_correction(cast.ada.actor, AcceptCorrection(wish_id=record.wishes[0].id))
    with pytest.raises(ClientArchived):
        decline_correction(cast.ada.actor, DeclineCorrection(wish_id=record.wishes[0].id))
    assert list_corrections(cast.ada.actor, ListCorrections()) == ()
    assert count_waiting(cast.ada.actor, CountWaiting()).corrections == 0
    (waits,) = list_corrections(cast.ada.actor, ListCorrections(client_id=cast.ben.id))
    assert waits.archived


def test_a_guardian_acts_for_several_clients_with_one_login(cast: Cast) -> None:
    guardian(cast, cast.ben)
    done = register(mailed_code("clients.guardian"), born(cast.ben))
    assert done.login_id is not None
    guardian(cast, cast.dora)
    assert attach(done.login_id, mailed_code("clients.guardian"), born(cast.dora)) == cast.dora.id
    assert [page.name for page in own_pages(done.login_id)] == ["Ben Okafor", "Dora Lindqvist"]
    record = opened(actor_for_client(done.login_id, cast.ben.id))
    assert [(one.name, one.relationship, one.you) for one in record.acting] == [
        ("Gerd Okafor", "parent", True)
    ]
    assert state(cast, cast.ben) == "none"
    assert registered(cast, cast.ben).client_id == cast.ben.id
    lines = list_activity(cast.ada.actor, ListActivity(subject_id=cast.ben.id)).lines
    assert [(line.who, line.action) for line in lines if line.action.endswith("registered")] == [
        ("Ben Okafor", "client.registered"),
        ("Gerd Okafor, for Ben Okafor", "client.guardian_registered"),
    ]
    logins = get_client_logins(cast.ada.actor, GetClientLogins(client_id=cast.ben.id))
    assert [(row.relationship, row.state) for row in logins.acting] == [
        ("self", "active"),
        ("parent", "active"),
    ]


def test_ending_it_bites_at_once_and_stays_in_the_history(cast: Cast) -> None:
    acting_id = guardian(cast, cast.ben)
    done = register(mailed_code("clients.guardian"), born(cast.ben))
    assert done.login_id is not None
    with pytest.raises(ActsAlready):
        send_guardian_code(cast.ada.actor, SendGuardianCode(acting_id=acting_id))
    end_acting(cast.ada.actor, EndActing(acting_id=acting_id))
    with pytest.raises(NotFound):
        actor_for_client(done.login_id, cast.ben.id)
    with pytest.raises(ActsNoMore):
        end_acting(cast.ada.actor, EndActing(acting_id=acting_id))
    assert kept(cast.ben) == [("parent", True, True)]
    assert guardian(cast, cast.ben) != acting_id


def test_a_client_whose_login_was_ended_registers_anew(cast: Cast) -> None:
    actor = registered(cast, cast.ben)
    assert actor.acts_by is not None
    end_acting(cast.ada.actor, EndActing(acting_id=actor.acts_by))
    assert state(cast, cast.ben) == "none"
    login_id = new_login("ben@other.example")
    assert attach(login_id, view(cast.ada, cast.ben)[0], born(cast.ben)) == cast.ben.id
    assert kept(cast.ben) == [("self", True, True), ("self", True, False)]


def test_a_guardian_cannot_have_the_clients_codes_sent_to_themselves(cast: Cast) -> None:
    guardian(cast, cast.ben)
    done = register(mailed_code("clients.guardian"), born(cast.ben))
    assert done.login_id is not None
    actor = actor_for_client(done.login_id, cast.ben.id)
    record = opened(actor)
    with pytest.raises(InvalidInput) as refused:
        change_own_contact(
            actor, ChangeOwnContact(version=record.version, email="gil@home.example", phone=record.phone)
        )
    assert [problem.field for problem in refused.value.problems] == ["email"]
    phone = "+12125552368"
    change_own_contact(actor, ChangeOwnContact(version=record.version, email=record.email, phone=phone))
    assert (opened(actor).email, opened(actor).phone) == (record.email, phone)


def test_a_guardian_acts_from_the_day_that_was_said_until_the_last_one(cast: Cast) -> None:
    now = clock.now()
    since, until = now + timedelta(days=3), now + timedelta(days=9)
    guardian(cast, cast.ben, since=since, until=until)
    login_id = new_login("gerd@mail.example")
    attach(login_id, mailed_code("clients.guardian"), born(cast.ben))
    for days, acts in ((0, False), (4, True), (10, False)):
        with clock.frozen_at(now + timedelta(days=days)):
            assert bool(own_pages(login_id)) is acts


def test_what_is_wrong_about_a_guardian_is_said_and_nobody_is_added(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        guardian(
            cast,
            cast.ben,
            full_name="",
            email="gerd@",
            relationship="self",
            until=clock.now() - timedelta(days=1),
        )
    wrong = {problem.field for problem in refused.value.problems}
    assert wrong == {"full_name", "email", "relationship", "until"}
    guardian(cast, cast.ben)
    with pytest.raises(ActsAlready):
        guardian(cast, cast.ben, full_name="Gerd again")
    with pytest.raises(NotFound):
        guardian(cast, cast.finn)
    forget_birth_date(cast.dora)
    with pytest.raises(GuardianNeedsBirthDate):
        guardian(cast, cast.dora)
    with pytest.raises(NotFound):
        end_acting(cast.ada.actor, EndActing(acting_id=uuid4()))


def test_a_guardians_letter_holds_a_fresh_code_that_proves_no_address(cast: Cast) -> None:
    acting_id = guardian(cast, cast.ben)
    mailed = mailed_code("clients.guardian")
    shown = view_guardian_code(cast.ada.actor, ViewGuardianCode(acting_id=acting_id))
    assert (shown.full_name, shown.code != mailed) == ("Gerd Okafor", True)
    assert recorded(cast, cast.ben.id)[-1][0] == "guardian_code.viewed"
    with pytest.raises(CodeRefused):
        register(mailed, born(cast.ben))
    assert register(shown.code, born(cast.ben)).login_id is None
    with pytest.raises(ActsAlready):
        view_guardian_code(cast.ada.actor, ViewGuardianCode(acting_id=acting_id))
    with pytest.raises(NotAllowed):
        view_guardian_code(cast.lin.actor, ViewGuardianCode(acting_id=acting_id))


def test_a_guardians_code_and_a_clients_are_for_their_own_record_only(cast: Cast) -> None:
    guardian(cast, cast.ben)
    with pytest.raises(CodeRefused):
        register(mailed_code("clients.guardian"), born(cast.dora))
    with entered(cast.alder.practice_id):
        assert Client.objects.filter(registration="registered").count() == 0
