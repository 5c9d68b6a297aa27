"""The API of the team, called as programs do: by token; and by session where that differs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Invitation, Member, Supervision
from tests.domain.team.steps import acts, invite, link_of
from tests.entrypoints.rest.programs import Program, problem, program_of
from tests.personas import PASSWORD, Cast, Person

BrowserOf = Callable[[Person], Client]
NOBODY = "00000000-0000-4000-8000-000000000000"


def invitation_body(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "full_name": "Imani Brooks",
        "email": "imani@example.org",
        "role_ids": [str(cast.alder.roles["associate"])],
        **changes,
    }


def test_the_team_is_listed_searched_and_paged(cast: Cast) -> None:
    call = program_of(cast.ada)
    found = call("GET", "/members?limit=4").json()
    assert [row["last_name"] for row in found["items"]] == ["Adeyemi", "Brandt", "Malik", "Ortiz"]
    assert (found["total"], found["counts"]) == (6, {"active": 6, "pending": 0, "archived": 0})
    rest = call("GET", f"/members?limit=4&after={found['next']}").json()
    assert ([row["last_name"] for row in rest["items"]], rest["next"]) == (["Park", "Zhao"], None)
    searched = call("POST", "/members/search", {"search": "zha"}).json()
    assert [row["email"] for row in searched["items"]] == ["lin@example.org"]
    names = call("GET", "/member-names?supervisors=true").json()
    assert [(found["id"], found["name"]) for found in names["items"]] == [
        (str(cast.sana.member_id), "Sana Malik")
    ]


def test_a_member_is_read_renamed_and_given_roles_by_version(cast: Cast) -> None:
    call = program_of(cast.ada)
    path = f"/members/{cast.lin.member_id}"
    response = call("GET", path)
    assert response.headers["ETag"] == '"1"'
    assert response.json()["roles"] == ["Licensed Therapist"]
    name = {"first_name": "Lina", "last_name": "Zhao"}
    assert problem(call("PATCH", path, name))[:2] == (428, "no-version")
    response = call("PATCH", path, name, If_Match='"1"')
    assert (response.json()["first_name"], response.headers["ETag"]) == ("Lina", '"2"')
    assert problem(call("PATCH", path, name | {"first_name": "Li"}, If_Match='"1"'))[:2] == (409, "stale")
    roles = {"role_ids": [str(cast.alder.roles["supervisor"])]}
    response = call("PUT", f"{path}/roles", roles, If_Match='"2"')
    assert response.json()["roles"] == ["Supervisor"]
    assert cast.lin.actor.role_names == ("Supervisor",)


def test_the_rules_of_roles_hold_in_the_api_too(cast: Cast) -> None:
    call = program_of(cast.ada)
    owner, associate = str(cast.alder.roles["owner"]), str(cast.alder.roles["associate"])
    for person, role_ids, expected in (
        (cast.lin, [], (422, "invalid", ["role_ids"])),
        (cast.lin, [NOBODY], (422, "invalid", ["role_ids"])),
        (cast.lin, [owner], (403, "above-own-rights", [])),
        (cast.olu, [associate], (403, "above-own-rights", [])),
        (cast.ada, [associate], (409, "last-administrator", [])),
    ):
        response = call("PUT", f"/members/{person.member_id}/roles", {"role_ids": role_ids}, If_Match='"1"')
        assert problem(response) == expected


def test_roles_say_what_they_allow(cast: Cast) -> None:
    roles = {role["key"]: role for role in program_of(cast.ada)("GET", "/roles").json()["items"]}
    assert "clients:see-supervised" in roles["supervisor"]["allows"]
    assert (roles["owner"]["grantable"], roles["intern"]["requires_supervision"]) == (False, True)


def test_a_supervision_is_started_and_ended(cast: Cast) -> None:
    call = program_of(cast.ada)
    body = {"supervisor_id": str(cast.sana.member_id)}
    started = call("POST", f"/members/{cast.lin.member_id}/supervision", body, Idempotency_Key="a")
    again = call("POST", f"/members/{cast.lin.member_id}/supervision", body, Idempotency_Key="a")
    assert (started.status_code, again.json()) == (201, started.json())
    shown = call("GET", f"/members/{cast.lin.member_id}").json()["supervisors"]
    assert [row["name"] for row in shown] == ["Sana Malik"]
    path = f"/supervision/{started.json()['id']}/end"
    assert call("POST", path, {}).status_code == 204
    assert problem(call("POST", path, {}))[:2] == (409, "supervision-ended")


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"since": "2020-01-01T00:00:00Z"}, "since"),
        ({"since": "2999-01-01T00:00:00"}, "since"),
        ({"until": "9999-12-31T23:59:59-12:00"}, "until"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ({"until": "soon"}, "until"),
    ],
)
def test_a_period_that_cannot_be_is_refused_with_its_field(
    cast: Cast, period: dict[str, str], field: str
) -> None:
    body = {"supervisor_id": str(cast.sana.member_id), **period}
    response = program_of(cast.ada)("POST", f"/members/{cast.lin.member_id}/supervision", body)
    assert problem(response) == (422, "invalid", [field])


def test_a_retried_invitation_is_one_and_the_same_key_for_another_is_refused(cast: Cast) -> None:
    call = program_of(cast.ada)
    first = call("POST", "/invitations", invitation_body(cast), Idempotency_Key="k")
    again = call("POST", "/invitations", invitation_body(cast), Idempotency_Key="k")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = call("POST", "/invitations", invitation_body(cast, email="x@example.org"), Idempotency_Key="k")
    assert problem(other)[:2] == (422, "key-reused")
    shown = call("GET", "/invitations").json()
    assert [(row["full_name"], row["state"], row["invited_by"]) for row in shown["items"]] == [
        ("Imani Brooks", "pending", "Ada Brandt")
    ]


def test_wrong_invitations_name_their_fields_and_repeat_nothing(cast: Cast) -> None:
    call = program_of(cast.ada)
    response = call("POST", "/invitations", {"full_name": "<script>", "email": "imani@", "role_ids": []})
    assert problem(response) == (422, "invalid", ["full_name", "email", "role_ids"])
    assert "script" not in response.content.decode()
    assert problem(call("POST", "/invitations", invitation_body(cast, email="lin@example.org")))[:2] == (
        409,
        "already-on-team",
    )
    assert problem(call("POST", "/invitations", {"email": 5, "role_ids": "x", "typo": 1}))[0] == 422


def test_invitations_are_resent_and_deleted_all_or_none(cast: Cast) -> None:
    call = program_of(cast.ada)
    ids = [str(invite(cast)), str(invite(cast, email="amara@example.org"))]
    assert call("POST", "/invitations/resend", {"invitation_ids": ids}).status_code == 204
    assert problem(call("POST", "/invitations/delete", {"invitation_ids": [*ids, NOBODY]}))[0] == 404
    with entered(cast.alder.practice_id):
        assert set(Invitation.objects.values_list("state", flat=True)) == {"pending"}
    assert call("POST", "/invitations/delete", {"invitation_ids": ids}).status_code == 204
    assert problem(call("POST", "/invitations/delete", {"invitation_ids": ids}))[:2] == (
        409,
        "invitation-not-pending",
    )
    assert call("GET", "/invitations").json()["total"] == 0


def test_an_invited_person_answers_by_their_link_without_a_login(cast: Cast) -> None:
    anybody = Program()
    link = link_of(cast.alder.practice_id, invite(cast))
    offer = anybody("POST", "/invitation-links/open", {"token": link}).json()
    assert (offer["practice_name"], offer["has_login"]) == ("Alder Creek", False)
    answer = {"token": link, "first_name": "Imani", "last_name": "Brooks", "password": PASSWORD}
    refused = anybody("POST", "/invitation-links/accept", answer | {"password": "short"})
    assert problem(refused) == (422, "invalid", ["password"])
    joined = anybody("POST", "/invitation-links/accept", answer)
    assert joined.status_code == 201
    with entered(cast.alder.practice_id):
        assert Member.objects.filter(pk=joined.json()["id"]).exists()
    assert problem(anybody("POST", "/invitation-links/accept", answer))[:2] == (410, "link-used")
    declined = link_of(cast.alder.practice_id, invite(cast, email="amara@example.org"))
    assert anybody("POST", "/invitation-links/decline", {"token": declined}).status_code == 204
    for path in ("open", "decline"):
        assert problem(anybody("POST", f"/invitation-links/{path}", {"token": "x\x00"}))[:2] == (
            404,
            "link-unknown",
        )


def test_nobody_gets_in_without_a_live_token(cast: Cast) -> None:
    for call in (Program(), Program("kf_x"), Program("kf_AAAAAAAAAAAAAAAAAAAAAA.x")):
        for method, path in (("GET", "/members"), ("POST", "/invitations"), ("GET", "/practice")):
            assert problem(call(method, path, {} if method == "POST" else None))[:2] == (401, "not-signed-in")


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_who_may_not_is_refused_and_it_is_on_the_record(cast: Cast, person: str) -> None:
    call = program_of(getattr(cast, person))
    lin = f"/members/{cast.lin.member_id}"
    roles = {"role_ids": [str(cast.alder.roles["owner"])]}
    for response in (
        call("GET", "/members"),
        call("POST", "/members/search", {"search": "lin"}),
        call("GET", lin),
        call("PATCH", lin, {"first_name": "L", "last_name": "Z"}, If_Match='"1"'),
        call("PUT", f"{lin}/roles", roles, If_Match='"1"'),
        call("POST", f"{lin}/supervision", {"supervisor_id": str(cast.sana.member_id)}),
        call("GET", "/invitations"),
        call("POST", "/invitations", invitation_body(cast)),
        call("GET", "/practice"),
    ):
        assert problem(response)[0] == 403
        assert "example.org" not in response.content.decode()
    assert acts(cast.alder.practice_id).count("access.refused") == 9


def test_a_token_narrows_what_its_member_may_do(cast: Cast) -> None:
    call = program_of(cast.ada, Permission.MEMBERS_NAMES)
    assert call("GET", "/roles").status_code == 200
    assert problem(call("GET", "/members"))[0] == 403


def test_another_practices_things_read_like_things_that_never_were(cast: Cast) -> None:
    call = program_of(cast.fran)
    invitation_id = invite(cast)
    with entered(cast.alder.practice_id):
        supervision_id = Supervision.objects.values_list("id", flat=True).get()
    roles = {"role_ids": [str(cast.birch.roles["owner"])]}
    for method, path, theirs, body in (
        ("GET", "/members/{}", cast.lin.member_id, None),
        ("PATCH", "/members/{}", cast.lin.member_id, {"first_name": "L", "last_name": "Z"}),
        ("PUT", "/members/{}/roles", cast.lin.member_id, roles),
        ("POST", "/members/{}/supervision", cast.lin.member_id, {"supervisor_id": str(cast.fran.member_id)}),
        ("POST", "/supervision/{}/end", supervision_id, {}),
        ("POST", "/invitations/delete", invitation_id, "ids"),
        ("POST", "/invitations/resend", invitation_id, "ids"),
        ("DELETE", "/tokens/{}", uuid4(), None),
    ):
        answers = []
        for object_id in (theirs, uuid4()):
            sent = {"invitation_ids": [str(object_id)]} if body == "ids" else body
            response = call(method, path.format(object_id), sent, If_Match='"1"')
            answers.append((response.status_code, response.content))
        assert answers[0] == answers[1], path
        assert answers[0][0] == 404, path
    assert call("GET", "/members").json()["total"] == 1


def test_settings_are_read_and_changed_by_version(cast: Cast) -> None:
    call = program_of(cast.ada)
    response = call("GET", "/practice")
    assert response.headers["ETag"] == '"1"'
    wanted = {
        "name": "Alder",
        "support_email": "",
        "time_zone": "Europe/Berlin",
        "country": "DE",
        "clients_need_email": False,
        "supervision": True,
        "direct_charts": False,
        "initial_passwords": False,
    }
    assert call("PUT", "/practice", wanted, If_Match='"1"').json()["clients_need_email"] is False
    assert problem(call("PUT", "/practice", wanted | {"name": "A"}, If_Match='"1"'))[:2] == (409, "stale")
    taking = wanted | {"initial_passwords": True}
    assert problem(call("PUT", "/practice", taking, If_Match='"2"'))[0] == 403
    opened = wanted | {"direct_charts": True}
    assert problem(call("PUT", "/practice", opened, If_Match='"2"'))[0] == 403
    assert program_of(cast.olu)("PUT", "/practice", opened, If_Match='"2"').json()["direct_charts"] is True


def test_a_token_is_made_by_session_only_and_revoked_by_either(cast: Cast, browser_of: BrowserOf) -> None:
    call = program_of(cast.lin)
    body = {"name": "Reports", "scopes": ["members:names"], "days": 30}
    assert problem(call("POST", "/tokens", body))[0] == 403
    browser = browser_of(cast.lin)

    def post() -> Any:
        return browser.post(
            "/api/v1/tokens", body, content_type="application/json", headers={"Idempotency-Key": "k"}
        )

    made = post()
    assert (made.status_code, post().json()) == (201, made.json())
    assert Program(made.json()["token"])("GET", "/roles").status_code == 200
    rows = call("GET", "/tokens").json()["items"]
    assert made.json()["token"] not in str(rows)
    assert call("DELETE", f"/tokens/{made.json()['id']}").status_code == 204
    assert problem(Program(made.json()["token"])("GET", "/roles"))[0] == 401


def test_a_session_confirms_who_it_is_before_it_gives_roles_supervision_or_tokens(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(cast.ada)
    later = time.time() + 400
    monkeypatch.setattr(time, "time", lambda: later)
    for method, path, body in (
        ("PUT", f"members/{cast.lin.member_id}/roles", {"role_ids": [str(cast.alder.roles["associate"])]}),
        ("POST", f"members/{cast.lin.member_id}/supervision", {"supervisor_id": str(cast.sana.member_id)}),
        ("POST", "tokens", {"name": "Reports", "scopes": ["members:names"], "days": 30}),
    ):
        response = browser.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"If-Match": '"1"'},
        )
        assert problem(response)[:2] == (403, "confirm-first")
    assert cast.lin.actor.role_names == ("Licensed Therapist",)


def test_a_session_without_its_csrf_token_changes_nothing(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/account/sign-in/").content.decode()
    csrf = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    signing_in = {"login": cast.ada.email, "password": PASSWORD, "csrfmiddlewaretoken": csrf}
    assert browser.post("/account/sign-in/", signing_in).status_code == 302
    response = browser.post("/api/v1/invitations", invitation_body(cast), content_type="application/json")
    assert response.status_code == 403
    with entered(cast.alder.practice_id):
        assert not Invitation.objects.exists()
