"""The demo: believable, the same for the same seed, sound in every row, and never beside real people."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import authenticate

from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.care.models import Risk, Session
from kinfold.domain.clients.keys import client_keys
from kinfold.domain.clients.models import THERAPIST_KINDS, Assignment, Client, ClientTag, ClientWord
from kinfold.domain.clients.queries.covers import ListCovers, ListGaps, list_covers, list_gaps
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.credentials.queries.team import ListAttention, list_attention
from kinfold.domain.identity.models import Login
from kinfold.domain.identity.queries import find_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import Conflict
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle import demo
from kinfold.domain.lifecycle.demo import build_demo, demo_logins, filling, people
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import PracticeTally
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.models import Invitation, InvitationState, Member, MemberRole, Supervision
from kinfold.domain.team.queries.members import ListMembers, list_members
from tests.mailserver import delivered

if TYPE_CHECKING:
    from uuid import UUID

    from kinfold.domain.access.actors import Actor
    from tests.personas import Cast


def actor(email: str) -> Actor:
    """One of the demo's people."""
    login_id = find_login(email)
    assert login_id is not None
    found = actor_for_login(login_id)
    assert found is not None
    return found


def check_rows(practice_id: UUID) -> None:
    """What is derived must say the same as what it is derived from."""
    with entered(practice_id):
        words: dict[UUID, set[tuple[Any, ...]]] = {}
        for row in ClientWord.objects.values_list(
            "client_id", "word", "shared", "shared_in_name", "status", "sort_key"
        ):
            words.setdefault(row[0], set()).add(row[1:])
        open_ties = {
            client_id: (member_id, kind)
            for client_id, member_id, kind in Assignment.objects.filter(
                until__isnull=True, kind__in=THERAPIST_KINDS
            ).values_list("client_id", "member_id", "kind")
        }
        clients = list(Client.objects.all())
        for client in clients:
            key, expected = client_keys(client.first_name, client.last_name, client.email, client.external_id)
            assert client.sort_key == key
            assert words[client.id] == {
                (word.text, word.shared, word.shared_in_name, client.status, key) for word in expected
            }
            tie = open_ties.pop(client.id, (None, "primary"))
            assert client.primary_id == tie[0]
            assert client.kind == {"primary": "practice", "direct": "direct"}[tie[1]]
            assert client.created_at <= client.updated_at <= clock.now()
        assert open_ties == {}
        keys = {client.id: client.sort_key for client in clients}
        for client_id, sort_key in ClientTag.objects.values_list("client_id", "sort_key"):
            assert keys[client_id] == sort_key
        levels = dict(Risk.objects.filter(until__isnull=True).values_list("client_id", "level"))
        assert {client.id: client.risk for client in clients if client.risk} == levels
        check_sessions()
        tally = PracticeTally.objects.values_list("active_clients", "archived_clients").get()
        assert tally == (len(clients), 0)
        moments = list(AuditEntry.objects.order_by("number").values_list("at", flat=True))
        assert moments == sorted(moments)
    assert verify(practice_id).fault is None


def check_sessions() -> None:
    """What commands would not have made is nowhere: a signature without a session that was held, for example."""
    now = clock.now()
    supervised = set(Supervision.objects.values_list("supervisee_id", "supervisor_id"))
    for session in Session.objects.all():
        ends = session.starts_at + timedelta(minutes=session.minutes)
        assert session.status in ("scheduled", "cancelled") or ends <= now
        assert session.wants_cosignature <= (session.note in ("signed", "cosigned"))
        if session.signed_at:
            assert session.signed_by_id == session.member_id
            assert session.starts_at < session.signed_at <= now
        if session.cosigned_at:
            assert (session.member_id, session.cosigned_by_id) in supervised
            assert session.signed_at
            assert session.signed_at < session.cosigned_at <= now


@pytest.mark.django_db
def test_the_demo_practice_is_sound_and_tells_a_story() -> None:
    (made,) = build_demo(clients=60)
    assert (made.name, made.slug, made.members, made.clients) == (
        "Alder Creek Counseling",
        "alder-creek",
        17,
        60,
    )
    check_rows(made.id)
    with entered(made.id):
        assert Assignment.objects.filter(until__isnull=False).exists()
        assert Client.objects.filter(primary__isnull=True).exists()
        assert Client.objects.filter(kind="direct").exists()
        assert Supervision.objects.filter(until__isnull=False).exists()
        assert set(Session.objects.values_list("note", flat=True)) == {"none", "draft", "signed", "cosigned"}
        assert Session.objects.filter(walk_in=True).count() == 3
        assert Client.objects.filter(risk="high").exists()
        states = Counter(Invitation.objects.values_list("state", flat=True))
        assert states[InvitationState.PENDING] == 4
        assert states[InvitationState.ACCEPTED] == 16
        assert states[InvitationState.DECLINED] == states[InvitationState.REVOKED] == 1
        refused = AuditEntry.objects.filter(outcome="refused")
        assert not refused.exists()


@pytest.mark.django_db
def test_a_visitor_meets_everything_that_the_badges_of_the_team_say() -> None:
    build_demo(clients=60)
    owner = actor("olivia@alder-creek.example")
    team = list_members(owner, ListMembers())
    assert Counter(row.state for row in team.page.rows) == {"active": 14, "on_hold": 1, "inactive": 1}
    assert (team.counts.archived, team.without_supervisor) == (1, 1)
    assert {found.expired for found in list_attention(owner, ListAttention())} == {True, False}
    (held,) = (row for row in team.page.rows if row.state == "on_hold")
    covers = list_covers(owner, ListCovers(member_id=held.id))
    assert covers.covers
    assert (covers.needed, covers.uncovered) == (True, 0)
    assert [gap.clients > 0 for gap in list_gaps(owner, ListGaps())] == [True]


@pytest.mark.django_db
def test_the_logins_that_are_shown_work_and_see_different_things() -> None:
    build_demo(clients=40)
    logins = {login.label: login for login in demo_logins()}
    assert list(logins) == ["Owner", "Administrator", "Supervisor", "Intern", "Therapist", "Billing"]
    for login in logins.values():
        assert authenticate(None, username=login.email, password=login.password) is not None
    seen = {}
    for label, login in logins.items():
        person = actor(login.email)
        assert person.demo
        with clock.frozen_at(clock.now() + timedelta(days=400)):
            assert not actor(login.email).lacks_second_factor, "nobody is stopped in a demo"
        with entered(person.practice_id):
            seen[label] = set(visible_to(person).values_list("id", flat=True))
    assert len(seen["Owner"]) == len(seen["Administrator"]) == 40
    assert seen["Intern"]
    assert seen["Therapist"]
    assert seen["Intern"] < seen["Supervisor"] < seen["Owner"]
    assert not seen["Therapist"] & seen["Intern"]
    assert Permission.CLIENTS_PROFILE not in actor(logins["Billing"].email).permissions


@pytest.mark.django_db
def test_only_recent_mail_of_the_story_is_sent_and_nobody_real_gets_any(settings: Any, tmp_path: Any) -> None:
    settings.MAIL_FOLDER = tmp_path / "mail"
    build_demo(clients=10)
    sent = delivered()
    assert len(sent) == 3
    assert all(str(message["To"]).endswith(".example") for message in sent)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}
    assert not Login.objects.exclude(email__endswith=".example").exists()


def people_of(practice_id: UUID) -> tuple[object, ...]:
    """Everything invented about a practice, without ids and moments."""
    with entered(practice_id):
        return (
            sorted(Client.objects.values_list("first_name", "last_name", "email", "phone", "primary__email")),
            sorted(Member.objects.values_list("first_name", "last_name", "email", "held_roles__role__key")),
            Counter(AuditEntry.objects.values_list("action", flat=True)),
            sorted(
                Assignment.objects.values_list("client__sort_key", "member__email", "kind", "reason"),
            ),
        )


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_invents_the_same_people() -> None:
    from tests import engine

    told = []
    for seed in (7, 7, 8):
        made = build_demo(clients=30, members=20, practices=2, seed=seed)
        told.append([people_of(practice.id) for practice in made])
        engine.empty_database()
    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.django_db
def test_many_people_are_filled_in_with_the_rows_that_commands_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "TOLD_CLIENTS", 20)
    monkeypatch.setattr(filling, "BLOCK", 150)  # so that there are several
    made = build_demo(clients=500, members=40, practices=2)
    assert [(practice.members, practice.clients) for practice in made] == [(40, 500), (40, 500)]
    for practice in made:
        check_rows(practice.id)
        with entered(practice.id):
            kinds = Counter(Client.objects.values_list("kind", flat=True))
            assert 30 < kinds["direct"] < 100
            held = MemberRole.objects.filter(until__isnull=True)
            assert set(held.values_list("member_id", flat=True)) == set(
                Member.objects.values_list("id", flat=True)
            )
            for supervision in Supervision.objects.filter(until__isnull=True).select_related("supervisor"):
                assert MemberRole.objects.filter(
                    member_id=supervision.supervisor_id, role__may_supervise=True
                ).exists()
            filled = Member.objects.exclude(email__startswith="owner@").order_by("-joined_at").first()
            assert filled is not None
        login = authenticate(None, username=filled.email, password=demo.story.PASSWORD)
        assert login is not None
        assert actor(filled.email).practice_id == practice.id


@pytest.mark.django_db
def test_a_demo_is_never_made_beside_a_practice(cast: Cast) -> None:
    with pytest.raises(Conflict):
        build_demo(clients=1)
    assert demo_logins() == ()


@pytest.mark.django_db
def test_no_login_is_shown_once_a_real_practice_stands_beside_the_demo() -> None:
    from kinfold.domain.lifecycle.setup import SetUp, set_up

    build_demo(clients=6)
    assert demo_logins()
    set_up(
        SetUp(
            practice_name="Real House",
            slug="real-house",
            owner_name="Rhea Real",
            owner_email="rhea@example.org",
            owner_password="seven quiet herons wade at dawn",
        )
    )
    assert demo_logins() == ()


@pytest.mark.parametrize("clients", [0, 1, 7])
@pytest.mark.django_db
def test_a_very_small_demo_is_possible(clients: int) -> None:
    (made,) = build_demo(clients=clients, members=6)
    assert (made.members, made.clients) == (6, clients)
    check_rows(made.id)


def test_invented_people_are_of_all_ages_and_many_names() -> None:
    today = clock.today()
    invented = list(people.clients(Random("x"), 3000, today))
    ages = Counter((today - person.birth_date).days // 365 // 20 for person in invented)
    assert set(ages) >= {0, 1, 2, 3}
    assert len({(p.first_name, p.last_name) for p in invented}) > 2500
    assert all(p.email.endswith(".example") for p in invented if p.email)
    assert any(not p.email for p in invented)
    assert any(not p.first_name.isascii() for p in invented)
