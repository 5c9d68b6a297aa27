"""Bulk changes by the API: the same acts, previews and refusals as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.commands import bulk
from kinfold.domain.kernel.tasks import run_pending
from tests.domain.clients.bulk.steps import therapist_of
from tests.entrypoints.rest.programs import Program, problem, program_of
from tests.personas import Cast


def choose(program: Program, act: str, *client_ids: object, **matching: Any) -> str:
    """Choose clients by id, or all that match."""
    whom: dict[str, object] = (
        {"client_ids": [str(i) for i in client_ids]} if client_ids else {"matching": matching}
    )
    response = program("POST", "/changes", {"act": act, **whom})
    assert response.status_code == 201, response.content
    return f"/changes/{response.json()['id']}"


@pytest.mark.requirement("O25")
@pytest.mark.requirement("U25")
def test_clients_are_chosen_previewed_reassigned_and_given_back(cast: Cast) -> None:
    program = program_of(cast.ada)
    place = choose(program, "reassign", q="n", therapist=str(cast.theo.member_id))
    to_lin = {"member_id": str(cast.lin.member_id), "reason": "Leave"}
    preview = program("POST", f"{place}/preview", to_lin).json()
    assert (preview["fit"]["count"], preview["caseload"], preview["left"]) == (1, 2, [])
    assert [(share["name"], share["count"]) for share in preview["shares"]] == [("Theo Park", 1)]
    done = program("POST", f"{place}/apply", to_lin, Idempotency_Key="one")
    assert (done.status_code, done.json()["state"], done.json()["done"]) == (200, "done", 1)
    assert program("POST", f"{place}/apply", to_lin, Idempotency_Key="one").status_code == 200
    assert therapist_of(cast, cast.anna.id) == ("Lin Zhao", "practice")
    assert program("GET", "/changes").json()["items"][0]["decided"] == "Lin Zhao"
    undone = program("POST", f"{place}/undo").json()
    assert (undone["state"], undone["kept"]) == ("undone", 0)
    assert [(group["outcome"], group["count"]) for group in undone["groups"]] == [("undone", 1)]
    assert therapist_of(cast, cast.anna.id) == ("Theo Park", "practice")


def test_each_act_is_carried_out(cast: Cast) -> None:
    program = program_of(cast.ada)
    one = cast.ben.id
    program("POST", choose(program, "add-tags", one) + "/apply", {"tags": ["EMDR"]})
    tags = program("GET", "/tags").json()["items"]
    assert program("GET", f"/clients/{one}").json()["tags"] == ["EMDR"]
    program("POST", choose(program, "remove-tags", one) + "/apply", {"tag_ids": [tags[0]["id"]]})
    assert program("GET", f"/clients/{one}").json()["tags"] == []
    program("POST", choose(program, "reassign", one) + "/apply", {"unassign": True})
    assert program("GET", f"/clients/{one}").json()["therapist"] is None
    program("POST", choose(program, "archive", one) + "/apply", {})
    assert program("GET", f"/clients/{one}").json()["status"] == "archived"
    program("POST", choose(program, "unarchive", one) + "/apply", {})
    assert program("GET", f"/clients/{one}").json()["status"] == "active"


def test_many_are_accepted_and_done_later(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "WAITED_FOR", 1)
    program = program_of(cast.ada)
    place = choose(program, "archive", view="active")
    assert program("POST", f"{place}/apply", {}).status_code == 202
    run_pending()
    assert program("GET", place).json()["state"] == "done"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"act": "archive"}, "invalid"),
        ({"act": "archive", "client_ids": [str(uuid4())]}, "not-found"),
        ({"act": "archive", "matching": {"q": "nobody at all"}}, "nobody-chosen"),
        ({"act": "fly", "matching": {}}, "invalid"),
        ({"act": "archive", "matching": {}, "client_ids": [str(uuid4())]}, "invalid"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(cast: Cast, body: dict[str, Any], code: str) -> None:
    assert problem(program_of(cast.ada)("POST", "/changes", body))[1] == code


def test_what_an_act_needs_is_named_when_it_is_missing(cast: Cast) -> None:
    program = program_of(cast.ada)
    for act, fields in (("reassign", ["member_id"]), ("add-tags", ["tags"]), ("remove-tags", ["tag_ids"])):
        place = choose(program, act, cast.ben.id)
        assert problem(program("POST", f"{place}/apply", {}))[::2] == (422, fields)
    place = choose(program, "unarchive", cast.ben.id)
    assert problem(program("POST", f"{place}/apply", {}))[1] == "nothing-fits"


def test_a_token_without_the_scope_finds_no_act_of_that_kind(cast: Cast) -> None:
    place = choose(program_of(cast.ada), "archive", cast.ben.id)
    narrow = program_of(
        cast.ada, Permission.CLIENTS_SEE_ALL, Permission.CLIENTS_PROFILE, Permission.CLIENTS_CHANGE
    )
    assert problem(narrow("POST", f"{place}/apply", {}))[1] == "not-found"
    assert problem(narrow("POST", "/changes", {"act": "archive", "matching": {}}))[1] == "not-allowed"
