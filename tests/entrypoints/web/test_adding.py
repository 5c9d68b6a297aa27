"""Create New Clients: one person or many, with and without a script, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Assignment, ClientTag
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.clients.profile import Typed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
ADD, LIST = "/manage/clients/add/", "/manage/clients/"
KIM = {
    "first_name": "Kim",
    "last_name": "Quist",
    "email": "kim.quist@mail.example",
    "phone": "(503) 555-0142",
    "birth_date": "1991-04-18",
    "sex_at_birth": "female",
    "tags": "EMDR, Sliding scale",
    "external_id": "AC-1042",
}
LEE = {**KIM, "first_name": "Lee", "last_name": "Ramos", "email": "lee@mail.example", "external_id": "AC-2"}
BLANK = dict.fromkeys(KIM, "")


def form(*people: dict[str, str], **more: str) -> dict[str, Any]:
    """The form as a browser posts it: each field once for each person, in order."""
    return {**{field: [person[field] for person in people] for field in KIM}, "do": "create", **more}


def typed(html: str, field: str) -> list[str]:
    """What stands in a field of each person."""
    if field == "sex_at_birth":
        selects = re.findall(r'name="sex_at_birth".*?</select>', html, re.DOTALL)
        return [(re.findall(r'value="(\w*)" selected', select) or [""])[0] for select in selects]
    return [unescape(value) for value in re.findall(rf'name="{field}" type="\w+" value="([^"]*)"', html)]


def clients(cast: Cast) -> list[str]:
    with entered(cast.alder.practice_id):
        return sorted(
            f"{first} {last}" for first, last in Person_.objects.values_list("first_name", "last_name")
        )


def new_clients(cast: Cast) -> list[str]:
    return [name for name in clients(cast) if name not in {client.name for client in cast.clients}]


@pytest.mark.requirement("U19")
@pytest.mark.requirement("U29")
@pytest.mark.requirement("U30")
@pytest.mark.requirement("U31")
@pytest.mark.requirement("U32")
@pytest.mark.requirement("U33")
@pytest.mark.requirement("U34")
def test_add_clients_opens_create_new_clients_which_says_what_is_required(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    assert f'href="{ADD}"' in browser.get(LIST).content.decode()
    html = browser.get(ADD).content.decode()
    assert "<h1>Create New Clients</h1>" in html
    labels = re.findall(r'<label for="p1-(\w+)">[^<]+(<span class="opt">)?', html)
    assert {name for name, optional in labels if not optional} == {
        "first_name", "last_name", "email", "birth_date", "sex_at_birth",
    }  # fmt: skip
    assert {name for name, optional in labels if optional} == {"phone", "tags", "external_id"}
    response = browser.post(ADD, form(BLANK))
    html = response.content.decode()
    assert response.status_code == 422
    for sentence in (
        "Enter a first name.",
        "Enter a last name.",
        "Enter an email address.",
        "Enter a date of birth.",
        "Choose female, male, unknown or undisclosed.",
    ):
        assert sentence in html
    assert new_clients(cast) == []


@pytest.mark.requirement("U36")
@pytest.mark.requirement("U38")
@pytest.mark.requirement("U50")
def test_one_client_is_created_with_tags_made_on_the_spot(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(ADD, form(KIM))
    assert (response.status_code, response.headers["Location"]) == (303, LIST)
    assert "Success! Clients have been created!" in browser.get(LIST).content.decode()
    with entered(cast.alder.practice_id):
        kim = Person_.objects.get(last_name="Quist")
        tags = set(ClientTag.objects.filter(client_id=kim.id).values_list("tag__name", flat=True))
    assert (kim.first_name, kim.email, kim.phone, kim.external_id, kim.status, kim.sex_at_birth) == (
        "Kim", "kim.quist@mail.example", "+15035550142", "AC-1042", "active", "female",
    )  # fmt: skip
    assert tags == {"EMDR", "Sliding scale"}
    assert '<option value="EMDR">' in browser.get(ADD).content.decode()
    plain = {**LEE, "phone": "", "tags": "", "external_id": ""}
    assert browser.post(ADD, form(plain)).status_code == 303


@pytest.mark.requirement("U44")
def test_many_are_created_in_one_go_with_one_therapist(cast: Cast, browser_of: BrowserOf) -> None:
    people = [
        {**BLANK, "first_name": f"N{n}", "last_name": "Quist", "email": f"n{n}@mail.example",
         "birth_date": "1990-01-01", "sex_at_birth": "unknown"}
        for n in range(50)
    ]  # fmt: skip
    response = browser_of(cast.ada).post(ADD, form(*people, therapist=str(cast.lin.member_id)))
    assert response.status_code == 303
    assert len(new_clients(cast)) == 50
    with entered(cast.alder.practice_id):
        assert (
            Assignment.objects.filter(member_id=cast.lin.member_id, client__last_name="Quist").count() == 50
        )


@pytest.mark.requirement("U45")
@pytest.mark.requirement("U46")
@pytest.mark.requirement("U47")
@pytest.mark.requirement("U48")
def test_people_are_added_and_taken_away_without_a_script_and_everything_typed_stays(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(ADD).content.decode()
    for words in ('value="1"', "Add another", "Add more", "5 more", "10 more", "15 more"):
        assert words in html
    assert re.search(r'id="create">Create Account<', html)
    posted = form(KIM, LEE, therapist=str(cast.lin.member_id))
    del posted["do"]
    for more, count in (("1", 3), ("5", 7), ("10", 12), ("15", 17), ("999", 2)):
        html = browser.post(ADD, {**posted, "more": more}).content.decode()
        assert len(typed(html, "first_name")) == count
        for field, value in KIM.items():
            assert typed(html, field)[:2] == [value, LEE[field]]
        assert re.search(rf'value="{cast.lin.member_id}" selected', html)
        assert re.search(r'id="create">Create Accounts<', html)
    html = browser.post(ADD, {**posted, "remove": "1"}).content.decode()
    assert typed(html, "first_name") == ["Lee"]
    assert re.search(r'aria-label="Remove Lee Ramos"[^>]* disabled', html)
    assert typed(browser.post(ADD, {**posted, "remove": "9"}).content.decode(), "first_name") == [
        "Kim",
        "Lee",
    ]
    assert new_clients(cast) == []


def test_a_form_never_grows_beyond_what_it_takes(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    posted = form(*[KIM] * 95, more="15")
    html = browser.post(ADD, posted).content.decode()
    assert len(typed(html, "first_name")) == 100
    assert re.search(r'name="more" value="1"[^>]* disabled|disabled[^>]* name="more" value="1"', html)


@pytest.mark.requirement("U49")
def test_on_an_error_nothing_is_created_nothing_is_lost_and_every_bad_row_says_why(
    cast: Cast, browser_of: BrowserOf
) -> None:
    wrong = {**LEE, "last_name": "", "email": "lee@mail", "birth_date": "2091-02-09", "sex_at_birth": ""}
    worse = {**LEE, "first_name": '<b>"Leo"</b>', "email": "leo@mail.example", "tags": "x" * 51}
    response = browser_of(cast.ada).post(ADD, form(KIM, wrong, worse, form_key="key-1"))
    html = response.content.decode()
    assert response.status_code == 422
    for field, value in KIM.items():
        assert typed(html, field) == [value, wrong[field], worse[field]], field
    assert "No accounts were created yet. 2 of 3 people need attention." in html
    for sentence in (
        '<a href="#p2-last_name">2. Lee: Enter a last name.</a>',
        '<a href="#p2-birth_date">2. Lee: A date of birth cannot be in the future.</a>',
        '<a href="#p2-sex_at_birth">2. Lee: Choose female, male, unknown or undisclosed.</a>',
        '<a href="#p3-tags">',
        "A tag has at most 50 characters.",
        "4 fields need attention",
        "2 fields need attention",
    ):
        assert sentence in html
    section = html[html.index('id="p2"') : html.index('id="p3"')]
    assert section.count('aria-invalid="true"') == 4
    assert 'aria-invalid="true"' not in html[html.index('id="p1"') : html.index('id="p2"')]
    assert new_clients(cast) == []


def test_rows_that_were_left_empty_are_nobody_and_the_others_keep_their_numbers(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(ADD, form(BLANK, KIM, BLANK, {**LEE, "email": ""}))
    html = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#p4-email">4. Lee Ramos: Enter an email address.' in html
    assert "1 of 2 people needs attention" in html
    assert len(typed(html, "first_name")) == 4
    assert browser.post(ADD, form(BLANK, KIM, BLANK, LEE)).status_code == 303
    assert new_clients(cast) == ["Kim Quist", "Lee Ramos"]


@pytest.mark.requirement("U32")
def test_the_e_mail_may_be_left_out_where_the_practice_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(clients_need_email=False)
    browser = browser_of(cast.ada)
    html = browser.get(ADD).content.decode()
    assert re.search(r'<label for="p1-email">Email <span class="opt">', html)
    assert browser.post(ADD, form({**KIM, "email": ""})).status_code == 303
    assert new_clients(cast) == ["Kim Quist"]


def test_of_each_likely_duplicate_it_is_said_whether_they_are_created(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    anna = {**KIM, "first_name": "Ana", "email": cast.anna.email, "birth_date": "1990-04-12"}
    posted = form(KIM, BLANK, anna, {**KIM, "email": "KIM.quist@mail.example"})
    response = browser.post(ADD, {**posted, "form_key": "a"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "These people may already be clients." in html
    assert "3. Ana Quist: looks like Anna Novak: same email address and date of birth." in html
    assert f'href="/clients/{cast.anna.id}/" target="_blank"' in html
    assert "4. Kim Quist: looks like person 1 here: same email address" in html
    assert typed(html, "email")[2] == cast.anna.email
    assert re.findall(r'name="(p\d-same)" value="different"', html) == ["p3-same", "p4-same"]
    half = browser.post(ADD, {**posted, "p3-same": "same", "form_key": "b"})
    assert half.status_code == 409
    assert 'name="p3-same" value="same" checked' in half.content.decode()
    assert new_clients(cast) == []
    decided = {**posted, "p3-same": "same", "p4-same": "different", "form_key": "c"}
    assert browser.post(ADD, decided).status_code == 303
    assert new_clients(cast) == ["Kim Quist", "Kim Quist"]
    nobody = browser.post(ADD, form(anna, **{"p1-same": "same", "form_key": "d"}))
    assert nobody.status_code == 303
    assert "Nobody was created" in browser.get(LIST).content.decode()
    assert len(new_clients(cast)) == 2


def test_whom_a_colleague_may_not_know_is_shown_under_pending_to_those_who_see_both(
    cast: Cast, browser_of: BrowserOf
) -> None:
    theo = replace(cast.theo.actor, permissions=cast.theo.actor.permissions | {Permission.CLIENTS_CREATE})
    like_dora = Typed(
        first_name="Dora",
        last_name="Lind",
        email=cast.dora.email,
        birth_date="2001-07-30",
        sex_at_birth="female",
    )
    create_clients(theo, CreateClients(people=(like_dora,), therapist_id=theo.member_id))
    browser = browser_of(cast.ada)
    html = browser.get("/manage/clients/?show=pending").content.decode()
    assert "May be the same person" in html
    assert f'href="/clients/{cast.dora.id}/"' in html
    settle = re.search(r'action="(/manage/clients/duplicates/[^"]+)"', html)
    assert settle
    assert browser.post(settle[1]).status_code == 303
    assert "May be the same person" not in browser.get("/manage/clients/?show=pending").content.decode()


@pytest.mark.requirement("U44")
@pytest.mark.requirement("U49")
def test_a_form_of_60_people_with_three_wrong_rows_keeps_everything_and_says_why_for_each(
    cast: Cast, browser_of: BrowserOf
) -> None:
    people = [
        {**KIM, "last_name": f"Quist{chr(65 + n % 26)}{chr(65 + n // 26)}", "email": f"q{n}@mail.example",
         "external_id": f"Q-{n}", "birth_date": f"19{40 + n}-02-03"}
        for n in range(60)
    ]  # fmt: skip
    people[7]["email"], people[31]["birth_date"], people[59]["last_name"] = "q7@", "0091-02-03", " "
    browser = browser_of(cast.ada)
    html = browser.post(ADD, form(*people)).content.decode()
    assert "3 of 60 people need attention." in html
    for place in ("p8-email", "p32-birth_date", "p60-last_name"):
        assert f'<a href="#{place}">' in html
    for field in KIM:
        assert typed(html, field) == [person[field] for person in people], field
    assert new_clients(cast) == []
    people[7]["email"], people[31]["birth_date"], people[59]["last_name"] = (
        "q7@mail.example",
        "1991-02-03",
        "Quistova",
    )
    assert browser.post(ADD, form(*people)).status_code == 303
    assert len(new_clients(cast)) == 60


def test_a_double_click_creates_once_and_the_same_form_with_other_people_is_shown_again(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    first, second = (browser.post(ADD, form(KIM, form_key="key-1")) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert new_clients(cast) == ["Kim Quist"]
    response = browser.post(ADD, form(LEE, form_key="key-1"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "This form was sent before" in html
    assert typed(html, "first_name") == ["Lee"]
    key = re.search(r'id="people".*?name="form_key" value="([^"]+)"', html, re.DOTALL)
    assert key
    assert browser.post(ADD, form(LEE, form_key=key[1])).status_code == 303
    assert new_clients(cast) == ["Kim Quist", "Lee Ramos"]


@pytest.mark.parametrize(("therapist", "status"), [("sana", 303), ("bea", 422), ("fran", 422), ("x", 404)])
def test_only_an_active_clinician_of_this_practice_becomes_the_therapist(
    cast: Cast, browser_of: BrowserOf, therapist: str, status: int
) -> None:
    browser = browser_of(cast.ada)
    offered = re.search(r'name="therapist".*?</select>', browser.get(ADD).content.decode(), re.DOTALL)
    assert offered
    assert re.findall(r">([^<]+)</option>", offered[0]) == [
        "Unassigned", "Sana Malik", "Theo Park", "Lin Zhao",
    ]  # fmt: skip
    member = str(getattr(cast, therapist).member_id) if therapist != "x" else "x"
    response = browser.post(ADD, form(KIM, therapist=member))
    assert response.status_code == status
    if status == 422:
        assert "Choose an active team member who sees clients." in response.content.decode()
        assert typed(response.content.decode(), "first_name") == ["Kim"]
    assert new_clients(cast) == (["Kim Quist"] if status == 303 else [])


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "A\u202eB", "K" * 300, "=1+1", "\u200b\u200b", "\ufffd"]
)
def test_names_that_cannot_be_kept_each_get_one_clear_sentence(
    cast: Cast, browser_of: BrowserOf, name: str
) -> None:
    response = browser_of(cast.ada).post(ADD, form({**KIM, "first_name": name}))
    html = response.content.decode()
    assert response.status_code == 422
    assert "1 field needs attention" in html
    assert "<script>alert" not in html
    assert typed(html, "first_name") == [name]
    assert new_clients(cast) == []


def test_names_of_people_with_accents_and_apostrophes_are_kept_as_they_are(
    cast: Cast, browser_of: BrowserOf
) -> None:
    people = [
        {**KIM, "first_name": first, "last_name": last, "email": f"p{n}@mail.example", "external_id": ""}
        for n, (first, last) in enumerate(
            [("Zoë", "Núñez-O’Brien"), ("José María", "de la Cruz"), ("Ngọc", "Nguyễn"), ("J.", "D'Arcy")]
        )
    ]
    browser = browser_of(cast.ada)
    assert browser.post(ADD, form(*people)).status_code == 303
    assert set(new_clients(cast)) == {f"{p['first_name']} {p['last_name']}" for p in people}


def test_whose_century_a_year_of_two_digits_is_in_is_asked(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    posted = form(KIM, {**LEE, "birth_date": "0025-02-03"})
    html = browser.post(ADD, posted).content.decode()
    assert "2. Lee Ramos: Write the year with four digits." in html
    meant = re.findall(r'name="meant" value="([^"]+)"[^>]*>([^<]+)<', html)
    assert meant == [("p2-birth_date=1925-02-03", "Feb 3, 1925"), ("p2-birth_date=2025-02-03", "Feb 3, 2025")]
    html = browser.post(ADD, {**posted, "do": "", "meant": meant[0][0]}).content.decode()
    assert typed(html, "birth_date") == [KIM["birth_date"], "1925-02-03"]
    assert typed(html, "first_name") == ["Kim", "Lee"]
    assert new_clients(cast) == []
