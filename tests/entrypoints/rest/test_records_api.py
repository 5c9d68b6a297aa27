"""The API deletes, keeps and holds records by the same commands as the pages."""

from __future__ import annotations

import pytest

from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive
from tests.domain.clients.steps import add, person
from tests.domain.records.steps import planned
from tests.entrypoints.rest.programs import problem, program_of
from tests.entrypoints.rest.test_changes_api import choose
from tests.personas import Cast


@pytest.mark.requirement("U18")
def test_archived_clients_are_deleted_or_planned_and_taken_back(cast: Cast) -> None:
    program = program_of(cast.ada)
    hold(cast.theo, cast.anna)
    archive(cast.ada, cast.anna.id, cast.ben.id)
    place = choose(program, "delete", cast.anna.id, cast.ben.id)
    preview = program("POST", f"{place}/preview", {}).json()["deletion"]
    assert (preview["at_once"], preview["planned"], preview["kept_by"]) == (1, 1, ["1 session"])
    assert problem(program("POST", f"{place}/apply", {"count": 1})) == (422, "invalid", ["reason", "count"])
    done = program("POST", f"{place}/apply", {"reason": "Moved away", "count": 2})
    assert (done.status_code, done.json()["done"]) == (200, 2)
    assert program("GET", f"/clients/{cast.ben.id}").status_code == 404
    assert [row["name"] for row in program("GET", "/deletions/done").json()["items"]] == ["Ben Okafor"]
    assert [row["due_on"] for row in program("GET", "/deletions").json()["items"]] == [preview["first_day"]]
    assert program("DELETE", f"/deletions/{cast.anna.id}").status_code == 204
    assert problem(program("DELETE", f"/deletions/{cast.anna.id}"))[:2] == (409, "not-planned")
    assert planned(cast.ada) == {}


def test_records_are_held_and_the_rule_is_changed(cast: Cast) -> None:
    program = program_of(cast.ada)
    held = program("POST", f"/clients/{cast.anna.id}/hold", {"reason": "Court order"}).json()
    assert (held["held"], held["holds"][0]["set_by"]) == (True, cast.ada.name)
    assert problem(program("POST", f"/clients/{cast.anna.id}/hold", {"reason": "Again"}))[:2] == (
        409,
        "held-already",
    )
    lifted = program("POST", f"/clients/{cast.anna.id}/hold/lift", {"reason": "Over"}).json()
    assert not lifted["held"]
    read = program("GET", "/retention").json()["rule"]
    wanted = {**read, "adult_years": 10, "instead_of": read}
    assert program("PUT", "/retention", wanted).json()["rule"]["adult_years"] == 10
    assert problem(program("PUT", "/retention", wanted))[:2] == (409, "stale")
    assert problem(program("PUT", "/retention", {**wanted, "majority": 99}))[:2] == (422, "invalid")


def test_records_are_compared_merged_led_on_and_made_two_again(cast: Cast) -> None:
    program = program_of(cast.ada)
    one, other = add(cast, person(), person(phone="+1 503 555 0100"))
    group = program("GET", "/clients/duplicate-groups").json()["items"][0]
    assert {client["id"] for client in group["clients"]} == {str(one), str(other)}
    place, body = f"/clients/{one}/merge", {"other_id": str(other)}
    seen = program("POST", f"{place}/preview", body).json()
    assert [(pair["name"], pair["taken"]) for pair in seen["fields"]] == [("phone", True)]
    versions = {"version": seen["kept_version"], "other_version": seen["gone_version"]}
    assert problem(program("POST", place, {**body, **versions, "other_version": 9}))[:2] == (409, "stale")
    assert problem(program("POST", place, {**body, **versions, "taken": ["x"]})) == (
        422,
        "invalid",
        ["taken"],
    )
    merged = program("POST", place, {**body, **versions, "taken": ["phone"]}, Idempotency_Key="one")
    again = program("POST", place, {**body, **versions, "taken": ["phone"]}, Idempotency_Key="one")
    assert (merged.status_code, merged.json()) == (201, again.json())
    led = program("GET", f"/clients/{other}")
    assert (led.status_code, led["Location"]) == (308, f"/api/v1/clients/{one}")
    assert program_of(cast.lin)("GET", f"/clients/{other}").status_code == 404
    assert program("PATCH", f"/clients/{other}", {"phone": ""}, If_Match='"1"').status_code == 404
    assert program("POST", f"/merges/{merged.json()['id']}/undo").status_code == 204
    assert problem(program("POST", f"/merges/{merged.json()['id']}/undo"))[:2] == (409, "merge-not-undoable")
    assert program("GET", f"/clients/{other}").status_code == 200
