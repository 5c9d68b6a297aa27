"""Adding clients: one or many in one act, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kinfold.domain.access.doors import KeyReused
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.creating import MOST_AT_ONCE, CreateClients, create_clients
from kinfold.domain.clients.commands.settling import SettleDuplicate, settle_duplicate
from kinfold.domain.clients.duplicates import SHARED
from kinfold.domain.clients.emails import duplicates_mail
from kinfold.domain.clients.errors import LikelyDuplicates
from kinfold.domain.clients.models import Assignment, Client, Tag
from kinfold.domain.clients.profile import MISSING, Typed
from kinfold.domain.clients.queries.duplicates import ListDuplicates, list_duplicates
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.practices.models import Practice, PracticeTally
from tests.domain.clients.steps import (
    add,
    card,
    everything_recorded,
    listed,
    names,
    numbered,
    person,
    recorded,
)
from tests.personas import Cast, Person


def client_count(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        assert Client.objects.filter(status="active").count() == PracticeTally.objects.get().active_clients
        return Client.objects.count()


def problems(cast: Cast, *people: Typed, **more: Any) -> dict[tuple[int | None, str], str]:
    with pytest.raises(InvalidInput) as refused:
        create_clients(cast.ada.actor, CreateClients(people=people, **more))
    return {(problem.row, problem.field): problem.message for problem in refused.value.problems}


def likenesses(who: Person, *people: Typed) -> list[tuple[int, str]]:
    """What somebody is told about people they are about to add."""
    try:
        create_clients(who.actor, CreateClients(people=people))
    except LikelyDuplicates as found:
        return [(problem.row or 0, problem.message) for problem in found.problems]
    return []


def looks_like(whom: str, rule: str) -> str:
    """The sentence by which someone is pointed out."""
    return f"Looks like {whom}: {SHARED[rule][0].lower()}{SHARED[rule][1:]}."


@pytest.mark.requirement("U30")
@pytest.mark.requirement("U31")
@pytest.mark.requirement("U33")
@pytest.mark.requirement("U34")
@pytest.mark.requirement("U38")
def test_a_client_is_added_with_all_that_was_said(cast: Cast) -> None:
    (client_id,) = add(
        cast,
        person(
            first_name="  Imani ",
            email="Imani.Brooks@Mail.Example",
            external_id="AC-7",
            phone="+1 503 555 0142",
        ),
    )
    found = card(cast.ada, client_id)
    assert found.profile
    assert (found.first_name, found.last_name, found.status, found.kind) == (
        "Imani",
        "Brooks",
        "active",
        "practice",
    )
    assert (found.profile.email, found.profile.phone) == ("imani.brooks@mail.example", "+15035550142")
    assert (str(found.profile.birth_date), found.profile.sex_at_birth) == ("1991-04-18", "female")
    assert (found.profile.external_id, found.therapist, found.version) == ("AC-7", "", 1)


def test_a_new_client_is_active_at_once_and_counted(cast: Cast) -> None:
    before = listed(cast.ada).total
    add(cast)
    page = listed(cast.ada)
    assert "Imani Brooks" in names(page)
    assert page.total == page.counts.active == before + 1 == client_count(cast)


@pytest.mark.requirement("U44")
def test_many_people_are_added_in_one_act(cast: Cast) -> None:
    ids = add(cast, *(numbered(n) for n in range(MOST_AT_ONCE)))
    assert len(set(ids)) == MOST_AT_ONCE
    assert client_count(cast) == len(cast.clients) + MOST_AT_ONCE
    assert (None, "people") in problems(cast, *(numbered(n) for n in range(MOST_AT_ONCE + 1)))
    assert (None, "people") in problems(cast)


@pytest.mark.parametrize("field", sorted(MISSING))
@pytest.mark.requirement("U32")
def test_what_must_be_known_is_asked_for_by_name(cast: Cast, field: str) -> None:
    assert problems(cast, person(), person(**{field: " "})) == {(1, field): MISSING[field]}
    assert client_count(cast) == len(cast.clients)


@pytest.mark.requirement("U32")
def test_a_practice_may_take_clients_without_an_e_mail_address(cast: Cast) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)
    (client_id,) = add(cast, person(email=""))
    found = card(cast.ada, client_id).profile
    assert found
    assert found.email == ""
    assert "email" in {field for _, field in problems(cast, person(email="nobody@nowhere"))}


def test_every_wrong_field_of_every_person_is_named_and_nobody_is_added(cast: Cast) -> None:
    people = [numbered(n) for n in range(60)]
    people[4] = person(first_name="<b>Ana</b>", birth_date="2031-02-09")
    people[17] = person(last_name="", email="not an address")
    people[59] = person(sex_at_birth="", tags=("x" * 51,))
    assert sorted(problems(cast, *people), key=str) == sorted(
        [
            (4, "first_name"),
            (4, "birth_date"),
            (17, "last_name"),
            (17, "email"),
            (59, "sex_at_birth"),
            (59, "tags"),
        ],
        key=str,
    )
    assert client_count(cast) == len(cast.clients)
    assert listed(cast.ada).total == len(cast.clients)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", "<script>alert(1)</script>"), ("last_name", "Novak\u202egnp.exe"), ("first_name", "x" * 300),
        ("last_name", "\x00"), ("email", "аnna@mail.example"), ("email", "anna@pаypal.example"),
        ("email", "a" * 300 + "@mail.example"), ("external_id", "x" * 101), ("phone", "call me"),
        ("birth_date", "1991-13-01"), ("sex_at_birth", "x" * 300),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_that_does_not_repeat_it(cast: Cast, field: str, typed: str) -> None:
    ((where, message),) = problems(cast, person(**{field: typed})).items()
    assert where == (0, field)
    assert message.endswith(".")
    assert typed not in message


@pytest.mark.requirement("U36")
def test_tags_are_existing_ones_or_made_on_the_spot(cast: Cast) -> None:
    (first,) = add(cast, person(tags=("Couples", "EMDR")))
    second, third = add(cast, numbered(1, tags=(" couples ", "Élan")), numbered(2, tags=("elan", "ELAN")))
    tags = {
        client_id: found.tags
        for client_id in (first, second, third)
        if (found := card(cast.ada, client_id).profile)
    }
    assert tags == {first: ("Couples", "EMDR"), second: ("Couples", "Élan"), third: ("Élan",)}
    with entered(cast.alder.practice_id):
        assert sorted(Tag.objects.values_list("key", flat=True)) == ["couples", "elan", "emdr"]


@pytest.mark.requirement("U35")
def test_tags_and_external_id_can_be_left_out(cast: Cast) -> None:
    (client_id,) = add(cast, person(tags=(), external_id="", phone=""))
    found = card(cast.ada, client_id).profile
    assert found
    assert (found.tags, found.external_id, found.phone) == ((), "", "")


def test_new_clients_can_be_given_to_a_therapist_at_once(cast: Cast) -> None:
    ids = add(cast, numbered(1), numbered(2), therapist=cast.theo)
    assert set(ids) <= {row.id for row in listed(cast.theo).rows}
    with entered(cast.alder.practice_id):
        ties = Assignment.objects.filter(client_id__in=ids).values_list(
            "member_id", "kind", "until", "made_by_id"
        )
        assert set(ties) == {(cast.theo.member_id, "primary", None, cast.ada.member_id)}


@pytest.mark.parametrize("who", ["ada", "fran"])
def test_only_active_clinicians_of_the_practice_are_given_clients(cast: Cast, who: str) -> None:
    member: Person = getattr(cast, who)
    assert set(problems(cast, person(), therapist_id=member.member_id)) == {(None, "therapist_id")}


@pytest.mark.parametrize("who", ["sana", "theo", "lin", "bea"])
def test_who_may_not_add_clients_is_refused_and_that_is_kept(cast: Cast, who: str) -> None:
    someone: Person = getattr(cast, who)
    with pytest.raises(NotAllowed):
        add(cast, by=someone)
    assert client_count(cast) == len(cast.clients)
    assert "commands.creating.create_clients" in everything_recorded(cast)


def test_the_trail_says_what_was_filled_in_and_never_with_what(cast: Cast) -> None:
    (client_id,) = add(cast, person(tags=("Couples",)), therapist=cast.theo)
    created, assigned = recorded(cast, client_id)
    assert created[:2] == ("client.created", cast.ada.member_id)
    assert created[2] == {
        "fields": ["birth_date", "email", "first_name", "last_name", "sex_at_birth", "tags"]
    }
    assert assigned[0] == "client.assigned"
    assert assigned[2]["member"] == str(cast.theo.member_id)
    assert not any(
        word in everything_recorded(cast) for word in ("Imani", "Brooks", "mail.example", "1991", "Couples")
    )


def test_sending_the_form_twice_adds_the_people_once(cast: Cast) -> None:
    data = CreateClients(people=(numbered(1), numbered(2)))
    first = create_clients(cast.ada.actor, data, once="the form's key")
    assert create_clients(cast.ada.actor, data, once="the form's key") == first
    assert client_count(cast) == len(cast.clients) + 2
    with pytest.raises(KeyReused):
        create_clients(cast.ada.actor, CreateClients(people=(numbered(3),)), once="the form's key")


# --- likely duplicates (SPEC 8.5) -----------------------------------------------------------------------------------


def anna(**typed: str) -> Typed:
    """Somebody who is not Anna Novak, unless told otherwise."""
    return person(
        **{
            "first_name": "Hana",
            "last_name": "Nowak",
            "email": "h@mail.example",
            "birth_date": "1971-01-01",
            **typed,
        }
    )


ANNAS_EMAIL = "anna.novak@mail.example"


@pytest.mark.parametrize(
    ("alike", "said"),
    [
        ({"email": ANNAS_EMAIL, "birth_date": "1990-04-12"}, "email-birth-date"),
        ({"email": ANNAS_EMAIL.upper(), "birth_date": "1990-04-12"}, "email-birth-date"),
        ({"email": ANNAS_EMAIL, "first_name": "ANNA", "last_name": "Novák"}, "email-name"),
        ({"email": ANNAS_EMAIL}, None),  # families share an address
        ({"first_name": "Anna", "last_name": "Novak", "birth_date": "1990-04-12"}, None),
        ({"email": "anna.novak+1@mail.example", "birth_date": "1990-04-12"}, None),
    ],
)
def test_whoever_looks_like_a_client_is_pointed_out(
    cast: Cast, alike: dict[str, str], said: str | None
) -> None:
    expected = [(1, looks_like("Anna Novak", said))] if said else []
    assert likenesses(cast.ada, numbered(1), anna(**alike)) == expected
    assert client_count(cast) == len(cast.clients) + (0 if said else 2)


def test_without_an_e_mail_address_the_name_and_the_date_of_birth_are_enough(cast: Cast) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)
    alike = anna(first_name="Anna", last_name="Novak", birth_date="1990-04-12", email="")
    assert likenesses(cast.ada, alike) == [(0, looks_like("Anna Novak", "name-birth-date"))]


def test_an_external_id_counts_together_with_the_name_or_the_date_of_birth(cast: Cast) -> None:
    add(cast, person(external_id="AC-1042"))
    alike = anna(external_id="ac-1042", birth_date="1991-04-18")
    assert likenesses(cast.ada, alike) == [(0, looks_like("Imani Brooks", "external-id-birth-date"))]
    assert likenesses(cast.ada, anna(external_id="ac-1042")) == []


def test_two_of_the_same_form_are_pointed_out_too(cast: Cast) -> None:
    assert likenesses(cast.ada, person(), numbered(1), person()) == [
        (2, looks_like("person 1 here", "email-birth-date"))
    ]


def test_confirming_adds_them_all(cast: Cast) -> None:
    people = (anna(email=ANNAS_EMAIL, birth_date="1990-04-12"), numbered(1))
    assert likenesses(cast.ada, *people)
    create_clients(cast.ada.actor, CreateClients(people=people, accept_duplicates=True))
    assert client_count(cast) == len(cast.clients) + 2


@pytest.mark.requirement("O39")
def test_nobody_is_pointed_to_a_client_whom_they_may_not_see(cast: Cast) -> None:
    """A clinician who may add clients learns nothing about a colleague's (SPEC 8.4)."""
    theo = cast.theo.actor
    theo = replace(theo, permissions=theo.permissions | {Permission.CLIENTS_CREATE})
    like_dora = anna(email="dora.lindqvist@mail.example", birth_date="2001-07-30")
    like_finn = anna(email="finn.moretti@mail.example", birth_date="1995-09-09")
    like_anna = anna(email=ANNAS_EMAIL, birth_date="1990-04-12")
    with pytest.raises(LikelyDuplicates) as found:
        create_clients(theo, CreateClients(people=(like_dora, like_finn, like_anna)))
    assert [(alike.row, alike.name) for alike in found.value.likenesses] == [(2, "Anna Novak")]
    assert create_clients(theo, CreateClients(people=(like_dora, like_finn), therapist_id=theo.member_id))


def test_those_who_see_both_are_told_of_a_likely_duplicate_that_its_creator_cannot_know(cast: Cast) -> None:
    theo = cast.theo.actor
    theo = replace(
        theo, permissions=theo.permissions | {Permission.CLIENTS_CREATE, Permission.CLIENTS_ACCEPT}
    )
    like_dora = anna(email="dora.lindqvist@mail.example", birth_date="2001-07-30")
    (client_id,) = create_clients(theo, CreateClients(people=(like_dora,), therapist_id=theo.member_id))
    (pair,) = list_duplicates(cast.ada.actor, ListDuplicates())
    assert (pair.client_id, pair.other_id, pair.other) == (client_id, cast.dora.id, cast.dora.name)
    assert pair.shares == "Same email address and date of birth"
    told = OutgoingMail.objects.filter(kind="clients.duplicates")
    assert {mail.subject_id for mail in told} == {cast.olu.member_id, cast.ada.member_id}
    with entered(cast.alder.practice_id):
        mail = duplicates_mail(cast.alder.practice_id, cast.ada.member_id)
    assert mail
    assert not any(
        word in mail.subject + mail.text for word in ("Dora", "Lindqvist", "Novak", "dora.lindqvist")
    )
    with pytest.raises(NotAllowed):
        list_duplicates(theo, ListDuplicates())
    with pytest.raises(NotAllowed):
        settle_duplicate(theo, SettleDuplicate(notice_id=pair.id))
    for _ in range(2):
        settle_duplicate(cast.ada.actor, SettleDuplicate(notice_id=pair.id))
    assert list_duplicates(cast.ada.actor, ListDuplicates()) == ()
    assert [action for action, _, _ in recorded(cast, client_id)][-1] == "client.compared"


def test_some_of_those_who_look_like_others_can_be_confirmed(cast: Cast) -> None:
    people = (anna(email=ANNAS_EMAIL, birth_date="1990-04-12"), numbered(1), numbered(1))
    with pytest.raises(LikelyDuplicates) as found:
        create_clients(cast.ada.actor, CreateClients(people=people, different=(0,)))
    assert [alike.row for alike in found.value.likenesses] == [2]
    create_clients(cast.ada.actor, CreateClients(people=people, different=(0, 2)))
    assert client_count(cast) == len(cast.clients) + 3
