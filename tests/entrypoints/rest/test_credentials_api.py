"""The API of credentials, called as programs do."""

from __future__ import annotations

from tests.domain.credentials.steps import in_days
from tests.entrypoints.rest.programs import problem, program_of
from tests.personas import Cast

LICENCE = {"category": "licence", "title": "lcsw", "region": "ca", "number": "108842"}


def test_a_licence_is_added_replaced_and_removed(cast: Cast) -> None:
    call = program_of(cast.ada)
    path = f"/members/{cast.lin.member_id}/credentials"
    body = {**LICENCE, "expires_on": in_days(12)}
    made = call("POST", path, body, Idempotency_Key="one")
    assert made.status_code == 201
    assert call("POST", path, body, Idempotency_Key="one").json() == made.json()
    found = call("GET", path).json()
    (row,) = found["licences"]
    assert (row["title"], row["region"], row["expires_on"], row["state"]) == (
        "LCSW",
        "California",
        in_days(12),
        "soon",
    )
    assert (found["titles"], found["why_not"]) == ("LCSW", "")
    assert [item["days_left"] for item in call("GET", "/credentials/attention").json()["items"]] == [12]
    renewed = {name: value for name, value in body.items() if name != "category"} | {"expires_on": ""}
    second = call("POST", f"/credentials/{row['id']}/replace", renewed).json()["id"]
    assert problem(call("POST", f"/credentials/{row['id']}/replace", renewed))[:2] == (
        409,
        "credential-replaced",
    )
    assert call("DELETE", f"/credentials/{second}").status_code == 204
    found = call("GET", path).json()
    assert (found["licences"], len(found["earlier"])) == ([], 2)


def test_npi_and_degree_are_set_on_what_was_read(cast: Cast) -> None:
    call = program_of(cast.ada)
    path = f"/members/{cast.lin.member_id}"
    assert problem(call("PUT", f"{path}/npi", {"npi": "1234567890"})) == (422, "invalid", ["npi"])
    found = call("PUT", f"{path}/npi", {"npi": "1234567893"}).json()
    assert found["npi"]["npi"] == "1234567893"
    assert problem(call("PUT", f"{path}/npi", {"npi": "1679576722"}))[:2] == (409, "stale")
    assert call("PUT", f"{path}/npi", {"npi": "", "seen": found["npi"]["id"]}).json()["npi"] is None
    found = call("PUT", f"{path}/degree", {"degree": "bachelors"}).json()
    later = {"degree": "masters", "held_from": "2020-05-02", "seen": found["degree_seen"]}
    degrees = call("PUT", f"{path}/degree", later).json()["degrees"]
    assert [(row["degree"], row["held_from"]) for row in degrees] == [
        ("masters", "2020-05-02"),
        ("bachelors", None),
    ]


def test_an_expired_licence_stops_new_clients_until_an_owner_allows_them(cast: Cast) -> None:
    ada, olu = program_of(cast.ada), program_of(cast.olu)
    path = f"/members/{cast.lin.member_id}"
    ada("POST", f"{path}/credentials", {**LICENCE, "expires_on": in_days(-3)})
    give = {"member_id": str(cast.lin.member_id), "kind": "primary", "reason": ""}
    assert problem(ada("POST", f"/clients/{cast.uma.id}/assignments", give)) == (
        422,
        "invalid",
        ["member_id"],
    )
    names = [item["name"] for item in ada("GET", "/member-names").json()["items"]]
    assert "Lin Zhao" not in names
    allowed = {"reason": "The board is late.", "last_day": in_days(5)}
    assert problem(ada("POST", f"{path}/licence-exceptions", allowed))[0] == 403
    made = olu("POST", f"{path}/licence-exceptions", allowed).json()["id"]
    assert ada("POST", f"/clients/{cast.uma.id}/assignments", give).status_code == 201
    assert olu("POST", f"/licence-exceptions/{made}/end", {}).status_code == 204
    assert problem(olu("POST", f"/licence-exceptions/{made}/end", {}))[:2] == (409, "exception-over")


def test_ones_own_are_read_with_any_token(cast: Cast) -> None:
    call = program_of(cast.theo)
    assert call("GET", "/credentials/own").json()["member_id"] == str(cast.theo.member_id)
    assert problem(call("GET", f"/members/{cast.theo.member_id}/credentials"))[0] == 403
