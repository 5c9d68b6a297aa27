"""The API of sessions, called as programs do."""

from __future__ import annotations

from typing import Any

import pytest

from kinfold.domain.kernel import clock
from tests.domain.care.steps import hold, hours, sign
from tests.domain.team.test_defining_roles import change
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast


def moment(count: float) -> str:
    return hours(count).isoformat()


def session(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"client_id": str(cast.ben.id), "starts_at": moment(24), "minutes": 50, **more}


def test_a_session_is_booked_moved_and_cancelled(cast: Cast) -> None:
    program = program_of(cast.lin)
    made = program("POST", "/sessions", session(cast, service_code="90834")).json()["id"]
    found = program("GET", f"/sessions/{made}")
    body = found.json()
    assert (body["client"]["name"], body["clinician"]["name"], body["walk_in"]) == (
        "Ben Okafor",
        "Lin Zhao",
        False,
    )
    assert body["acts"] == ["cancel", "change"]
    assert program("PATCH", f"/sessions/{made}", {"minutes": 30}).status_code == 428
    tag = found.headers["ETag"]
    changed = program("PATCH", f"/sessions/{made}", {"minutes": 30}, If_Match=tag)
    assert (changed.status_code, changed.json()["minutes"]) == (200, 30)
    assert problem(program("PATCH", f"/sessions/{made}", {"minutes": 45}, If_Match=tag))[:2] == (409, "stale")
    assert program("POST", f"/sessions/{made}/status", {"status": "cancelled"}).status_code == 204
    assert (
        problem(program("POST", f"/sessions/{made}/status", {"status": "completed"}))[1]
        == "session-cancelled"
    )


def test_a_walk_in_is_found_by_exact_words_in_the_body(cast: Cast) -> None:
    program = program_of(cast.theo)
    body = {"starts_at": moment(-1), "minutes": 30, "status": "completed"}
    wrong = {"last_name": "Lindqvist", "email": cast.dora.email}
    assert problem(program("POST", "/sessions", {**body, "find": wrong}))[:2] == (404, "not-met")
    found = {"last_name": "Okafor", "email": cast.ben.email}
    made = program("POST", "/sessions", {**body, "find": found}).json()["id"]
    assert program("GET", f"/sessions/{made}").json()["walk_in"] is True
    ties = program("GET", f"/clients/{cast.ben.id}/assignments").json()["items"]
    assert [tie["kind"] for tie in ties] == ["walk_in", "primary"]
    assert problem(program("POST", "/sessions", body))[1] == "invalid"


def test_notes_are_begun_signed_and_co_signed(cast: Cast) -> None:
    held = hold(cast.theo, cast.anna)
    theo, sana = program_of(cast.theo), program_of(cast.sana)
    assert problem(sana("POST", f"/sessions/{held}/cosign"))[1] == "not-waiting"
    for state in ("draft", "signed"):
        assert theo("POST", f"/sessions/{held}/note", {"state": state}).status_code == 204
    assert [item["id"] for item in sana("GET", "/sessions?view=to_cosign").json()["items"]] == [str(held)]
    assert sana("POST", f"/sessions/{held}/cosign").status_code == 204
    assert theo("GET", f"/sessions/{held}").json()["cosigned_by"] == "Sana Malik"


def test_a_level_of_risk_is_set_read_and_filtered_by(cast: Cast) -> None:
    program, path = program_of(cast.lin), f"/clients/{cast.ben.id}/risk"
    assert program("GET", path).json() == {"level": "", "since": None, "history": []}
    assert problem(program("PUT", path, {"level": "huge", "reason": ""})) == (
        422,
        "invalid",
        ["level", "reason"],
    )
    said = program("PUT", path, {"level": "high", "reason": "Alone"}).json()
    assert (said["level"], said["history"][0]["set_by"]) == ("high", "Lin Zhao")
    found = program("GET", "/clients?risk=high").json()
    assert [(item["first_name"], item["risk"]) for item in found["items"]] == [("Ben", "high")]
    billing = program_of(cast.bea)
    assert problem(billing("GET", "/clients?risk=high"))[0] == 403
    assert {item["risk"] for item in billing("GET", "/clients").json()["items"]} == {""}


def test_lists_are_read_page_by_page_and_hold_what_the_caller_sees(cast: Cast) -> None:
    mine = hold(cast.lin, cast.ben)
    sign(cast.lin, mine)
    direct = hold(cast.lin, cast.dora)
    program = program_of(cast.lin)
    first = program("GET", "/sessions?limit=1").json()
    second = program("GET", f"/sessions?limit=1&after={first['next']}").json()
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {str(mine), str(direct)}
    everybody = program_of(cast.ada)("GET", "/sessions").json()["items"]
    assert [item["id"] for item in everybody] == [str(mine)]
    assert program_of(cast.theo)("GET", "/sessions").json()["items"] == []
    assert program_of(cast.theo)("GET", f"/sessions?client={cast.ben.id}").json()["items"] == []
    assert program("GET", "/sessions?view=nothing").status_code == 422


@pytest.mark.requirement("O20")
def test_the_billing_lines_of_a_session_come_with_their_proof(cast: Cast) -> None:
    with clock.frozen_at(hours(-3)):
        change(cast.olu, cast.alder.roles["licensed-therapist"], modifier="HO")
    session = hold(cast.lin, cast.ben, service_code="90834")
    (line,) = program_of(cast.bea)("GET", f"/sessions/{session}/billing").json()["items"]
    assert (line["service_code"], line["modifier"], line["npi"]) == ("90834", "HO", "")
    assert line["clinician"] == {"id": str(cast.lin.member_id), "name": cast.lin.name}
    assert line["proof"]["role"]["name"] == "Licensed Therapist"
    assert line["proof"]["warning"].startswith("No degree is on record")
    assert problem(program_of(cast.theo)("GET", f"/sessions/{session}/billing"))[0] == 404


@pytest.mark.requirement("O38")
def test_the_figures_of_a_clinician(cast: Cast) -> None:
    hold(cast.lin, cast.ben)
    program = program_of(cast.ada)
    found = program("GET", f"/members/{cast.lin.member_id}/figures").json()
    assert found["caseload"] == {"active_clients": 2, "direct_clients": 1, "high_risk": 0, "moderate_risk": 0}
    assert found["sessions"]["pending_notes"] == 1
    assert len(program("GET", f"/sessions?clinician={cast.lin.member_id}&note=none").json()["items"]) == 1
    assert problem(program("GET", f"/sessions?clinician={cast.lin.member_id}&note=eaten"))[0] == 422
