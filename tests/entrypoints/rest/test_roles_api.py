"""The API of roles and exceptions, called as programs do."""

from __future__ import annotations

import pytest

from kinfold.domain.access.permissions import Permission
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast, Person

INTERN = {
    "name": "Intern without records",
    "starting_point": "practitioner",
    "overrides": {"clients:chart": False},
    "clinical": True,
    "requires_supervision": True,
    "modifier": "HO",
}
AS_READ = {"If_Match": '"1"'}


def body_of(call: object, role_id: object) -> dict[str, object]:
    """A role as the API gives it, as it takes it."""
    found = call("GET", f"/roles/{role_id}").json()  # type: ignore[operator]
    taken = ("name", "description", "starting_point", "overrides", "clinical", "requires_supervision")
    return {name: found[name] for name in (*taken, "may_supervise", "modifier")}


def test_permissions_are_explained_to_everybody_with_a_token(cast: Cast) -> None:
    items = program_of(cast.theo)("GET", "/permissions").json()["items"]
    assert [item["name"] for item in items] == list(Permission)
    asked = next(item for item in items if item["name"] == "roles:define")
    assert (asked["area"], asked["needs"]) == ("Team", ["members:names"])


@pytest.mark.requirement("O13")
def test_a_role_is_created_read_changed_copied_and_deleted(cast: Cast) -> None:
    call = program_of(cast.ada)
    made = call("POST", "/roles", INTERN, Idempotency_Key="k")
    assert (made.status_code, call("POST", "/roles", INTERN, Idempotency_Key="k").json()) == (
        201,
        made.json(),
    )
    path = f"/roles/{made.json()['id']}"
    read = call("GET", path)
    assert (read.headers["ETag"], read.json()["overrides"]) == ('"1"', {"clients:chart": False})
    assert "clients:chart" not in read.json()["allows"]
    assert problem(call("PUT", path, INTERN))[:2] == (428, "no-version")
    changed = call("PUT", path, {**INTERN, "description": "First year"}, **AS_READ)
    assert (changed.json()["description"], changed.headers["ETag"]) == ("First year", '"2"')
    assert problem(call("PUT", path, INTERN, **AS_READ))[:2] == (409, "stale")
    copied = call("POST", f"{path}/copy", {"name": "Second year"})
    assert call("GET", f"/roles/{copied.json()['id']}").json()["requires_supervision"] is True
    assert call("POST", f"{path}/delete", {}, If_Match='"2"').status_code == 204
    assert problem(call("GET", path))[0] == 404


def test_what_cannot_be_said_is_refused_with_its_field(cast: Cast) -> None:
    call = program_of(cast.olu)
    for changes, fields in (
        ({"name": "Intérn"}, ["name"]),
        ({"overrides": {"clients:eat": True}}, ["overrides"]),
        ({"overrides": {"practice:own": True}}, ["overrides"]),
        ({"overrides": {"clients:chart": "maybe"}}, ["overrides.clients:chart"]),
        ({"starting_point": "owner"}, ["starting_point"]),
        ({"modifier": "XX"}, ["modifier"]),
        ({"colour": "blue"}, ["colour"]),
    ):
        assert problem(call("POST", "/roles", {**INTERN, **changes})) == (422, "invalid", fields)
    assert problem(call("PUT", f"/roles/{cast.alder.roles['owner']}", INTERN, **AS_READ))[:2] == (
        409,
        "owner-role",
    )
    deletion = {"replacement_id": None}
    path = f"/roles/{cast.alder.roles['intern']}/delete"
    assert problem(call("POST", path, deletion, **AS_READ)) == (422, "invalid", ["replacement_id"])


@pytest.mark.requirement("O16")
def test_a_changed_role_bites_on_the_next_request_of_a_token(cast: Cast) -> None:
    call, role = program_of(cast.ada), cast.alder.roles["licensed-therapist"]
    lin = program_of(cast.lin)
    assert lin("GET", f"/clients/{cast.ben.id}").status_code == 200
    body = body_of(call, role) | {"overrides": {"clients:see-own": False, "clients:create": True}}
    told = call("POST", f"/roles/{role}/preview", body).json()
    (effect,) = told["people"]
    assert (told["holders"], effect["name"]) == (1, "Lin Zhao")
    assert (effect["gains"], effect["loses"]) == (["clients:create"], ["clients:see-own"])
    assert (effect["hidden"], effect["closed"]) == (2, 2)
    assert lin("GET", f"/clients/{cast.ben.id}").status_code == 200
    assert call("PUT", f"/roles/{role}", body, **AS_READ).status_code == 200
    assert problem(lin("GET", f"/clients/{cast.ben.id}"))[0] in (403, 404)
    # A token goes on doing no more than it was made for.
    assert problem(lin("POST", "/clients", {"people": []}))[0] == 403


def test_own_rights_are_lost_only_by_somebody_who_says_so(cast: Cast) -> None:
    call, role = program_of(cast.ada), cast.alder.roles["administrator"]
    body = body_of(call, role) | {"overrides": {"roles:assign": False}}
    assert call("POST", f"/roles/{role}/preview", body).json()["loses_own"] == ["roles:assign"]
    assert problem(call("PUT", f"/roles/{role}", body, **AS_READ))[:2] == (409, "loses-own-rights")
    accepted = {**body, "accept_own_loss": True}
    assert call("PUT", f"/roles/{role}", accepted, **AS_READ).status_code == 200


def test_deleting_a_role_is_previewed_and_moves_its_holders(cast: Cast) -> None:
    call, path = program_of(cast.ada), f"/roles/{cast.alder.roles['licensed-therapist']}"
    instead = {"replacement_id": str(cast.alder.roles["associate"])}
    assert call("POST", f"{path}/delete/preview", instead).json()["people"] == []
    assert call("POST", f"{path}/delete", instead, **AS_READ).status_code == 204
    assert cast.lin.actor.role_names == ("Associate",)


def test_exceptions_are_read_previewed_and_made_by_version(cast: Cast) -> None:
    call, path = program_of(cast.ada), f"/members/{cast.theo.member_id}/overrides"
    read = call("GET", path)
    assert (read.headers["ETag"], read.json()["overrides"]) == ('"1"', {})
    wanted = {"overrides": {"clients:chart": False}}
    (effect,) = call("POST", f"{path}/preview", wanted).json()["people"]
    assert (effect["loses"], effect["closed"]) == (["clients:chart"], 1)
    made = call("PUT", path, wanted, **AS_READ).json()
    assert "clients:chart" in set(made["by_roles"]) - set(made["allows"])
    assert problem(call("PUT", path, {"overrides": {}}, **AS_READ))[:2] == (409, "stale")
    assert problem(call("GET", f"/members/{cast.fran.member_id}/overrides"))[0] == 404
    owner = f"/members/{cast.olu.member_id}/overrides"
    assert problem(call("PUT", owner, wanted, **AS_READ))[:2] == (409, "owners-have-all")


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_who_may_not_is_refused(cast: Cast, person: str) -> None:
    by: Person = getattr(cast, person)
    call, role = program_of(by), f"/roles/{cast.alder.roles['intern']}"
    for method, path, body in (
        ("POST", "/roles", INTERN),
        ("GET", role, None),
        ("PUT", role, INTERN),
        ("POST", f"{role}/preview", INTERN),
        ("POST", f"{role}/copy", {"name": "Mine"}),
        ("POST", f"{role}/delete", {}),
        ("GET", f"/members/{cast.theo.member_id}/overrides", None),
        ("PUT", f"/members/{cast.theo.member_id}/overrides", {"overrides": {}}),
    ):
        assert problem(call(method, path, body, **AS_READ))[0] == 403
