"""The API deletes, keeps and holds records by the same commands as the pages."""

from __future__ import annotations

import pytest

from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive
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
