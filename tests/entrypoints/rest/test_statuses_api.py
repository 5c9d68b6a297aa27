"""The API of who is on the team and how: statuses, leaving, and one's own profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from kinfold.domain.kernel import clock
from tests.domain.team.steps import set_status
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]


@pytest.mark.requirement("O08")
def test_a_status_is_changed_by_version_and_says_until_when(cast: Cast) -> None:
    call, path = program_of(cast.ada), f"/members/{cast.lin.member_id}"
    until = (clock.now() + timedelta(days=30)).isoformat()
    hold = {"status": "on_hold", "until": until, "reason": "Parental leave"}
    assert problem(call("PUT", f"{path}/status", hold))[:2] == (428, "no-version")
    found = call("PUT", f"{path}/status", hold, If_Match='"1"').json()
    assert (found["state"], found["version"], found["acts"]) == (
        "on_hold",
        2,
        ["active", "on_hold", "inactive", "archived"],
    )
    assert [(row["status"], row["reason"], row["made_by"]) for row in found["statuses"]] == [
        ("on_hold", "Parental leave", "Ada Brandt")
    ]
    assert problem(call("PUT", f"{path}/status", {"status": "active"}, If_Match='"1"'))[:2] == (409, "stale")
    assert problem(call("PUT", f"{path}/status", {"status": "gone"}, If_Match='"2"')) == (
        422, "invalid", ["status"],
    )  # fmt: skip
    assert problem(call("PUT", f"/members/{cast.ada.member_id}/status", hold, If_Match='"1"'))[:2] == (
        409, "not-oneself",
    )  # fmt: skip


def test_leaving_is_read_before_and_done_with_the_clients(cast: Cast) -> None:
    call, path = program_of(cast.olu), f"/members/{cast.lin.member_id}"
    assert call("GET", f"{path}/leaving").json()["clients"] == 2
    assert problem(call("POST", f"{path}/archive", {}, If_Match='"1"'))[:2] == (409, "still-has-clients")
    body = {"clients": "hand_over", "therapist_id": str(cast.sana.member_id)}
    assert call("POST", f"{path}/archive", body, If_Match='"1"').status_code == 204
    assert call("GET", path).json()["state"] == "archived"
    assert call("POST", f"{path}/remove", {}, If_Match='"2"').status_code == 204
    assert call("GET", path).json()["state"] == "removed"
    assert problem(call("POST", f"{path}/remove", {}, If_Match='"3"'))[0] == 404


@pytest.mark.requirement("H13")
def test_admin_access_is_taken_by_owners_only(cast: Cast) -> None:
    path = f"/members/{cast.bea.member_id}/remove-admin-access"
    assert problem(program_of(cast.ada)("POST", path, If_Match='"1"'))[:2] == (403, "not-allowed")
    assert program_of(cast.olu)("POST", path, If_Match='"1"').status_code == 204
    assert not cast.bea.has_access


def test_ones_own_profile_is_open_to_who_was_archived(cast: Cast, browser_of: BrowserOf) -> None:
    call = program_of(cast.theo)
    assert call("GET", "/me").json()["name"] == "Theo Park"
    program_of(cast.ada)(
        "POST", f"/members/{cast.theo.member_id}/archive", {"clients": "wait"}, If_Match='"1"'
    )
    assert problem(call("GET", "/me"))[0] == 401  # their tokens ended
    me = browser_of(cast.theo).get("/api/v1/me")
    assert (me.status_code, me.json()["state"]) == (200, "archived")
    assert browser_of(cast.theo).get("/api/v1/clients").status_code == 403


def test_who_is_inactive_is_nobody_to_the_api(cast: Cast, browser_of: BrowserOf) -> None:
    call, browser = program_of(cast.lin), browser_of(cast.lin)
    set_status(cast, cast.lin, "inactive")
    assert problem(call("GET", "/me"))[0] == 401
    assert browser.get("/api/v1/me").status_code == 401
    assert browser_of(cast.lin).get("/api/v1/me").status_code == 401
