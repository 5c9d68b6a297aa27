"""The API of clients, called as programs do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.clients.commands.creating import CreateClients, create_clients
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.clients.profile import FURTHER_FIELDS, Typed
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.entrypoints.rest.client_schemas import ClientList
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast

NOBODY = "00000000-0000-4000-8000-000000000000"
KIM = {
    "first_name": "Kim",
    "last_name": "Quist",
    "email": "kim.quist@mail.example",
    "phone": "(503) 555-0142",
    "birth_date": "1991-04-18",
    "sex_at_birth": "female",
    "tags": ["EMDR", "Sliding scale"],
    "external_id": "AC-1042",
}


def names(found: dict[str, Any]) -> list[str]:
    return [f"{item['first_name']} {item['last_name']}" for item in found["items"]]


def count(cast: Cast) -> int:
    with entered(cast.alder.practice_id):
        return Person_.objects.count()


def test_clients_are_listed_as_the_description_says(cast: Cast) -> None:
    found = program_of(cast.ada)("GET", "/clients").json()
    assert names(found) == ["Dora Lindqvist", "Anna Novak", "Ben Okafor", "Uma Petrova"]
    assert (found["total"], found["counts"]) == (4, {"active": 4, "archived": 0})
    assert (found["next"], found["previous"]) == (None, None)
    assert found["items"][0]["therapist"] == {"id": str(cast.lin.member_id), "name": "Lin Zhao"}
    assert (found["items"][0]["kind"], found["items"][3]["therapist"]) == ("direct", None)
    # Lists are written without their schema, for speed; they say what it says all the same.
    assert ClientList.model_validate(found).model_dump(mode="json").keys() == found.keys()
    assert ClientList.model_validate(found).items[0].model_dump().keys() == found["items"][0].keys()


@pytest.mark.requirement("O39")
def test_everybody_gets_their_own_list_total_and_search(cast: Cast) -> None:
    for person, theirs in (
        (cast.theo, ["Anna Novak"]),
        (cast.sana, ["Anna Novak"]),
        (cast.lin, ["Dora Lindqvist", "Ben Okafor"]),
        (cast.bea, ["Dora Lindqvist", "Anna Novak", "Ben Okafor", "Uma Petrova"]),
        (cast.fran, ["Finn Moretti"]),
    ):
        call = program_of(person)
        found = call("GET", "/clients").json()
        assert (names(found), found["total"], found["counts"]["active"]) == (theirs, len(theirs), len(theirs))
        assert names(call("POST", "/clients/search", {"q": ""}).json()) == theirs
        assert names(call("POST", "/clients/search", {"q": "lindq"}).json()) == [
            name for name in theirs if name == "Dora Lindqvist"
        ]
        for client in cast.clients:
            opened = call("GET", f"/clients/{client.id}").status_code
            assert opened == (200 if client.name in theirs else 404)


def test_a_list_is_filtered_sorted_and_paged(cast: Cast) -> None:
    call = program_of(cast.ada)
    create_clients(
        cast.ada.actor,
        CreateClients(
            people=tuple(
                Typed(first_name=f"N{n}", last_name="Quist", email=f"n{n}@mail.example",
                      birth_date="1990-01-01", sex_at_birth="male", tags=("EMDR",))
                for n in range(5)
            ),
            therapist_id=cast.lin.member_id,
            accept_duplicates=True,
        ),
    )  # fmt: skip
    tag = call("GET", "/tags").json()["items"][0]
    assert tag["name"] == "EMDR"
    assert call("GET", f"/clients?tag={tag['id']}").json()["total"] == 5
    assert call("GET", f"/clients?therapist={cast.lin.member_id}").json()["total"] == 7
    assert names(call("GET", "/clients?therapist=none").json()) == ["Uma Petrova"]
    assert names(call("GET", "/clients?sort=-name&limit=1").json()) == ["N4 Quist"]
    for sort in ("-phone", "sex_at_birth", "-tags"):
        assert call("GET", f"/clients?sort={sort}&limit=9").json()["total"] == 9
    assert names(call("GET", "/clients?sort=kind&limit=1").json()) == ["Dora Lindqvist"]
    first = call("GET", "/clients?limit=4").json()
    second = call("GET", f"/clients?limit=4&after={first['next']}").json()
    third = call("GET", f"/clients?limit=4&after={second['next']}").json()
    assert (first["total"], third["next"]) == (9, None)
    assert len({*names(first), *names(second), *names(third)}) == 9
    assert names(call("GET", f"/clients?limit=4&before={second['previous']}").json()) == names(first)
    searched = call("POST", "/clients/search", {"q": "quist", "limit": 2, "tag": [tag["id"]]}).json()
    assert (len(searched["items"]), searched["total"]) == (2, 5)
    assert call("GET", "/clients?view=archived").json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "fields"),
    [
        ("GET", "/clients?view=pending", None, 422, "invalid", ["filters.view"]),
        ("GET", "/clients?therapist=somebody", None, 422, "invalid", None),
        ("GET", "/clients?after=x", None, 422, "invalid", ["filters.after"]),
        ("GET", f"/clients?after={NOBODY}", None, 410, "place-gone", []),
        ("GET", f"/clients?after={NOBODY}&before={NOBODY}", None, 422, "invalid", ["before"]),
        ("GET", "/clients/x", None, 404, "not-found", []),
        ("POST", "/clients/search", {"q": "a", "name": "b"}, 422, "invalid", ["body.name"]),
        ("POST", "/clients", {"people": []}, 422, "invalid", ["people"]),
        ("POST", "/clients", {"people": [KIM] * 101}, 422, "invalid", ["people"]),
        ("POST", "/clients", {"people": [{**KIM, "nick": "K"}]}, 422, "invalid", None),
        ("POST", "/clients", {}, 422, "invalid", None),
        ("POST", "/clients", "kim", 422, "invalid", None),
    ],
)
def test_a_request_that_cannot_be_answered_is_a_problem_with_a_sentence(
    cast: Cast, method: str, path: str, body: object, status: int, code: str, fields: list[str] | None
) -> None:
    response = program_of(cast.ada)(method, path, body)
    assert problem(response)[:2] == (status, code)
    if fields is not None:
        assert [field.split(".")[-1] for field in problem(response)[2]] == [f.split(".")[-1] for f in fields]
    assert count(cast) == 4


def test_one_or_many_are_added_and_a_retry_has_one_effect(cast: Cast) -> None:
    call = program_of(cast.ada)
    body = {"people": [KIM, {**KIM, "first_name": "Lee", "email": "lee@mail.example", "external_id": ""}]}
    first = call("POST", "/clients", body, Idempotency_Key="k1")
    again = call("POST", "/clients", body, Idempotency_Key="k1")
    assert (first.status_code, first.json()) == (201, again.json())
    assert count(cast) == 6
    ids = first.json()["ids"]
    opened = call("GET", f"/clients/{ids[0]}").json()
    assert opened == {
        **opened,
        **KIM,
        "phone": "+15035550142",
        "level": "chart",
        "status": "active",
        "kind": "practice",
        "therapist": None,
        "version": 1,
    }
    other = call("POST", "/clients", {"people": [KIM], "accept_duplicates": True}, Idempotency_Key="k1")
    assert problem(other)[:2] == (422, "key-reused")
    own = {"people": [{**KIM, "email": "x@mail.example", "external_id": ""}]}
    third = call("POST", "/clients", {**own, "therapist_id": str(cast.theo.member_id)}).json()
    assert call("GET", f"/clients/{third['ids'][0]}").json()["therapist"]["name"] == "Theo Park"


@pytest.mark.requirement("U49")
def test_every_wrong_field_of_every_person_is_named_and_nobody_is_added(cast: Cast) -> None:
    people = [KIM, {**KIM, "last_name": "", "birth_date": "1990-02-30"}, {"first_name": "<script>"}]
    response = program_of(cast.ada)("POST", "/clients", {"people": people})
    assert problem(response)[:2] == (422, "invalid")
    found = {(error["row"], error["field"]) for error in response.json()["errors"]}
    assert found == {
        (1, "last_name"), (1, "birth_date"),
        (2, "first_name"), (2, "last_name"), (2, "email"), (2, "birth_date"), (2, "sex_at_birth"),
    }  # fmt: skip
    assert "<script>" not in response.content.decode()
    assert count(cast) == 4


def test_likely_duplicates_are_named_and_added_only_when_accepted(cast: Cast) -> None:
    call = program_of(cast.ada)
    anna = {**KIM, "email": cast.anna.email, "birth_date": "1990-04-12"}
    body = {"people": [KIM, anna, {**KIM, "external_id": ""}]}
    response = call("POST", "/clients", body)
    assert problem(response)[:2] == (409, "likely-duplicates")
    assert [
        (found["row"], found["client_id"], found["other_row"]) for found in response.json()["duplicates"]
    ] == [
        (1, str(cast.anna.id), None),
        (2, None, 0),
    ]
    assert count(cast) == 4
    assert call("POST", "/clients", {**body, "accept_duplicates": True}).status_code == 201
    assert count(cast) == 7


def test_an_edit_says_the_version_it_began_with(cast: Cast) -> None:
    call = program_of(cast.ada)
    address = f"/clients/{cast.anna.id}"
    opened = call("GET", address)
    assert opened.headers["ETag"] == '"1"'
    assert problem(call("PATCH", address, {"phone": ""}))[:2] == (428, "no-version")
    changed = call("PATCH", address, {"last_name": "Nováková", "tags": ["EMDR"]}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.json()["last_name"], changed.json()["tags"]) == ("Nováková", ["EMDR"])
    assert changed.json()["email"] == cast.anna.email
    stale = call("PATCH", address, {"phone": "(503) 555-0142"}, If_Match='"1"')
    assert problem(stale)[:2] == (409, "stale")
    assert (stale.json()["current"]["last_name"], stale.headers["ETag"]) == ("Nováková", '"2"')
    assert set(stale.json()["current"]) == set(changed.json())
    emptied = call("PATCH", address, {"external_id": None, "tags": None}, If_Match='"2"').json()
    assert (emptied["tags"], emptied["external_id"], emptied["version"]) == ([], "", 3)
    for body, field in (({"email": None}, "email"), ({"birth_date": "soon"}, "birth_date")):
        assert problem(call("PATCH", address, body, If_Match='"3"')) == (422, "invalid", [field])
    assert problem(call("PATCH", address, {"kind": "direct"}, If_Match='"3"'))[0] == 422


def test_every_field_of_a_client_is_read_and_written(cast: Cast) -> None:
    call, address = program_of(cast.ada), f"/clients/{cast.anna.id}"
    given = {
        "preferred_name": "Annie", "pronouns": "she/her", "gender_identity": "Woman", "language": "Spanish",
        "street": "12 Oak St\nApt 3", "city": "Portland", "region": "OR", "postal_code": "97205", "country": "US",
        "emergency_name": "Jan Novak", "emergency_relationship": "Husband", "emergency_phone": "+15035550142",
        "guardian_name": "Eva Novak", "guardian_relationship": "Mother", "guardian_phone": "+15035550143",
        "guardian_email": "eva@mail.example", "identifiers": [{"system": "MyChart", "value": "A-7"}],
    }  # fmt: skip
    changed = call("PATCH", address, given, If_Match='"1"').json()
    assert {name: changed[name] for name in given} == given
    assert call("GET", address).json() == changed
    assert [row["first_name"] for row in call("POST", "/clients/search", {"q": "annie"}).json()["items"]] == [
        "Anna"
    ]
    wrong = {"country": "Atlantis", "identifiers": [{"system": "", "value": "1"}], "pronouns": "x" * 61}
    status, code, fields = problem(call("PATCH", address, wrong, If_Match='"2"'))
    assert (status, code, set(fields)) == (422, "invalid", set(wrong))
    made = call("POST", "/clients", {"people": [{**KIM, **given}]}).json()["ids"]
    opened = call("GET", f"/clients/{made[0]}").json()
    assert {name: opened[name] for name in given} == given
    billing = program_of(cast.bea)("GET", address).json()
    assert not any(billing[name] for name in given)


def test_billing_gets_names_and_nothing_that_needs_more(cast: Cast) -> None:
    call = program_of(cast.bea)
    opened = call("GET", f"/clients/{cast.anna.id}").json()
    assert (opened["level"], opened["first_name"], opened["therapist"]["name"]) == (
        "billing",
        "Anna",
        "Theo Park",
    )
    hidden = ("email", "phone", "birth_date", "sex_at_birth", "external_id", "tags")
    assert not any(opened[field] for field in hidden)
    for path in (f"/clients/{cast.anna.id}/assignments", f"/clients/{cast.anna.id}/access", "/tags"):
        assert problem(call("GET", path))[:2] == (403, "not-allowed")
    assert call("POST", "/clients/search", {"q": cast.anna.email}).json()["items"] == []


def test_who_can_see_a_client_now_and_at_a_past_moment(cast: Cast) -> None:
    call = program_of(cast.ada)
    address = f"/clients/{cast.anna.id}/access"
    found = call("GET", f"{address}?member_id={cast.lin.member_id}").json()
    assert [
        (person["name"], person["grounds"][0]["kind"], person["level"]) for person in found["people"]
    ] == [
        ("Theo Park", "primary", "chart"),
        ("Sana Malik", "supervision", "chart"),
        ("Ada Brandt", "role", "chart"),
        ("Bea Ortiz", "role", "billing"),
        ("Olu Adeyemi", "role", "chart"),
    ]
    assert (found["others"], found["verdict"]["sees"], found["verdict"]["level"]) == (1, False, "")
    call("POST", f"/clients/{cast.anna.id}/assignments", {"member_id": str(cast.lin.member_id)})
    then = (cast.began + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    past = call("GET", f"{address}?at={then}&member_id={cast.theo.member_id}").json()
    assert past["verdict"]["sees"] is True
    now = call("GET", f"{address}?member_id={cast.theo.member_id}").json()
    assert now["verdict"]["sees"] is False
    future = (clock.now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert problem(call("GET", f"{address}?at={future}")) == (422, "invalid", ["at"])
    refused = call("GET", f"{address}?at=2026-01-01T00:00:00")
    assert problem(refused)[0] == 422
    assert "time zone" in refused.json()["errors"][0]["message"]


def test_whom_a_member_can_see_is_told_as_far_as_the_asker_sees_them(cast: Cast) -> None:
    found = program_of(cast.ada)("GET", f"/members/{cast.lin.member_id}/access").json()
    assert names(found) == ["Dora Lindqvist", "Ben Okafor"]
    assert (found["name"], found["total"], found["ways"][0]["clients"]) == ("Lin Zhao", 2, 2)
    assert program_of(cast.theo)("GET", f"/members/{cast.lin.member_id}/access").json()["total"] == 0
    paged = program_of(cast.ada)("GET", f"/members/{cast.lin.member_id}/access?limit=1").json()
    assert (names(paged), paged["total"]) == (["Dora Lindqvist"], 2)
    assert problem(program_of(cast.fran)("GET", f"/members/{cast.lin.member_id}/access"))[0] == 404


def test_what_one_could_see_at_a_past_moment(cast: Cast) -> None:
    call = program_of(cast.lin)
    before = (cast.began - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    then = (cast.began + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert names(call("GET", f"/clients/visible-at?at={then}").json()) == ["Dora Lindqvist", "Ben Okafor"]
    assert call("GET", f"/clients/visible-at?at={before}").json()["items"] == []
    assert problem(call("GET", "/clients/visible-at"))[0] == 422


@pytest.mark.requirement("O26")
def test_a_client_changes_hands_and_every_period_stays(cast: Cast) -> None:
    call = program_of(cast.ada)
    address = f"/clients/{cast.anna.id}/assignments"
    body = {"member_id": str(cast.lin.member_id), "reason": "Theo at capacity"}
    first = call("POST", address, body, Idempotency_Key="k")
    assert (first.status_code, call("POST", address, body, Idempotency_Key="k").json()) == (201, first.json())
    found = call("GET", address).json()["items"]
    assert [(tie["therapist"], tie["until"] is None, tie["reason"]) for tie in found] == [
        ("Lin Zhao", True, "Theo at capacity"),
        ("Theo Park", False, ""),
    ]
    assert (found[0]["made_by"], found[1]["ended_by"]) == ("Ada Brandt", "Ada Brandt")
    end = f"{address}/{found[0]['id']}/end"
    assert problem(call("POST", end.replace(str(cast.anna.id), str(cast.ben.id))))[0] == 404
    assert call("POST", end).status_code == 204
    assert problem(call("POST", end))[:2] == (409, "assignment-ended")
    assert call("GET", f"/clients/{cast.anna.id}").json()["therapist"] is None
    for wrong, field in (
        ({"member_id": str(cast.bea.member_id)}, "member_id"),
        ({"member_id": str(cast.fran.member_id)}, "member_id"),
        ({**body, "kind": "owner"}, "kind"),
        ({**body, "reason": "r" * 301}, "reason"),
    ):
        refused = problem(call("POST", address, wrong))
        assert (refused[0], refused[2][0].split(".")[-1]) == (422, field)


def test_a_token_does_only_what_it_was_made_for(cast: Cast) -> None:
    call = program_of(cast.ada, Permission.CLIENTS_SEE_ALL)
    listed = call("GET", "/clients").json()
    assert listed["total"] == 4
    assert call("GET", f"/clients/{cast.anna.id}").json()["level"] == "billing"
    for method, path, body in (
        ("POST", "/clients", {"people": [KIM]}),
        ("PATCH", f"/clients/{cast.anna.id}", {"phone": ""}),
        ("POST", f"/clients/{cast.anna.id}/assignments", {"member_id": str(cast.lin.member_id)}),
        ("GET", f"/clients/{cast.anna.id}/access", None),
    ):
        assert problem(call(method, path, body, If_Match='"1"'))[:2] == (403, "not-allowed")
    assert problem(program_of(cast.ada, Permission.AUDIT_OWN)("GET", "/clients"))[0] == 403


@pytest.mark.requirement("O39")
def test_hidden_and_absent_are_the_same_answer(cast: Cast) -> None:
    with entered(cast.alder.practice_id):
        tie = Person_.objects.values_list("assignments__id", flat=True).get(pk=cast.dora.id)
    for person in (cast.theo, cast.fran):
        call = program_of(person)
        for method, path, body in (
            ("GET", "", None),
            ("GET", "/access", None),
            ("GET", "/assignments", None),
            ("PATCH", "", {"phone": ""}),
            ("POST", "/assignments", {"member_id": str(person.member_id)}),
            ("POST", f"/assignments/{tie}/end", None),
        ):
            hidden = call(method, f"/clients/{cast.dora.id}{path}", body, If_Match='"1"')
            absent = call(method, f"/clients/{uuid4()}{path}", body, If_Match='"1"')
            assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
            assert hidden.status_code in (403, 404)


def test_a_client_opened_by_a_program_is_a_look_that_is_recorded(cast: Cast) -> None:
    call = program_of(cast.theo)
    for path in ("", "/assignments", ""):
        call("GET", f"/clients/{cast.anna.id}{path}")
    with entered(cast.alder.practice_id):
        looks = AuditEntry.objects.filter(action="client.opened", subject_id=cast.anna.id)
        assert looks.count() == 1
        assert looks.get().token_id is not None


def test_the_description_has_every_address_with_its_types(client: Any) -> None:
    described = client.get("/api/openapi.json").json()
    for path, methods in (
        ("/clients", {"get", "post"}),
        ("/clients/search", {"post"}),
        ("/clients/visible-at", {"get"}),
        ("/clients/{client_id}", {"get", "patch"}),
        ("/clients/{client_id}/access", {"get"}),
        ("/clients/{client_id}/assignments", {"get", "post"}),
        ("/clients/{client_id}/assignments/{assignment_id}/end", {"post"}),
        ("/members/{member_id}/access", {"get"}),
        ("/tags", {"get"}),
    ):
        operations = described["paths"][f"/api/v1{path}"]
        assert set(operations) == methods, path
        for method in methods:
            assert {"200", "201", "204"} & set(operations[method]["responses"]), path
    person = described["components"]["schemas"]["PersonIn"]["properties"]
    assert set(person) == {*KIM, *FURTHER_FIELDS, "identifiers"}
    assert person["birth_date"]["format"] == "date"
    assert person["sex_at_birth"]["enum"] == ["female", "male", "unknown", "undisclosed"]
