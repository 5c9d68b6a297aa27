"""Adding members, registration codes and registering, by programs."""

from __future__ import annotations

from typing import Any

import pytest

from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.team.steps import NEW_ADDRESS, mailed_code
from tests.entrypoints.rest.programs import Program, problem, program_of
from tests.personas import PASSWORD, Cast


def imani(cast: Cast, email: str = NEW_ADDRESS, role: str = "associate") -> dict[str, Any]:
    return {
        "first_name": "Imani",
        "last_name": "Brooks",
        "email": email,
        "role_ids": [str(cast.alder.roles[role])],
    }


@pytest.mark.requirement("U64")
@pytest.mark.requirement("U65")
def test_a_program_adds_members_and_one_of_them_registers(cast: Cast) -> None:
    ada, anybody = program_of(cast.ada), Program()
    people = {"people": [imani(cast), imani(cast, "amara@example.org")], "send_codes": True}
    made = ada("POST", "/members", people, Idempotency_Key="once")
    assert made.status_code == 201
    assert ada("POST", "/members", people, Idempotency_Key="once").json() == made.json()
    first, _ = made.json()["ids"]
    shown = ada("GET", f"/members/{first}").json()
    assert (shown["state"], shown["registered"]) == ("active", False)
    assert shown["code_until"] is not None
    assert ada("POST", "/registration-codes/send", {"member_ids": [first]}).status_code == 204
    code = mailed_code(cast.alder.practice_id)
    proof = {"code": code, "last_name": "Brooks", "email": NEW_ADDRESS, "password": PASSWORD}
    registered = anybody("POST", "/registrations", proof)
    assert (registered.status_code, registered.json()) == (201, {"may_sign_in": True})
    again = anybody("POST", "/registrations", proof)
    assert (again.status_code, again.json()["code"]) == (422, "code-refused")
    viewed = ada("POST", "/registration-codes/view", {"member_ids": made.json()["ids"]})
    assert (viewed.status_code, viewed.json()["code"]) == (409, "no-code-needed")


def test_every_wrong_row_is_named_and_an_archived_one_can_be_brought_back(cast: Cast) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
    people = [imani(cast), imani(cast, cast.lin.email), imani(cast, "nowhere")]
    answer = program_of(cast.ada)("POST", "/members", {"people": people})
    assert answer.status_code == 422
    assert [(error["row"], error["field"]) for error in answer.json()["errors"]] == [
        (1, "email"),
        (2, "email"),
    ]
    assert answer.json()["archived"] == [{"row": 1, "member_id": str(cast.lin.member_id)}]


def test_a_role_above_ones_own_is_refused(cast: Cast) -> None:
    answer = program_of(cast.ada)("POST", "/members", {"people": [imani(cast, role="owner")]})
    assert problem(answer) == (403, "above-own-rights", [])


def test_codes_are_shown_to_nobody_who_may_not_add_members(cast: Cast) -> None:
    (member,) = program_of(cast.ada)("POST", "/members", {"people": [imani(cast)]}).json()["ids"]
    for person, status in ((cast.lin, 403), (cast.bea, 403), (cast.fran, 404)):
        answer = program_of(person)("POST", "/registration-codes/view", {"member_ids": [member]})
        assert answer.status_code == status


@pytest.mark.requirement("U66")
@pytest.mark.requirement("U68")
def test_a_program_previews_an_invitation_and_invites_several(cast: Cast) -> None:
    ada = program_of(cast.ada)
    offer = {"role_ids": [str(cast.alder.roles["associate"])], "message": "Bring a <b>pen</b>."}
    seen = ada("POST", "/invitations/preview", {**offer, "full_name": "Imani Brooks"})
    assert seen.status_code == 200
    assert "Hello Imani Brooks,\n" in seen.json()["text"]
    assert "\nBring a <b>pen</b>.\n" in seen.json()["text"]
    people = [{"email": NEW_ADDRESS, "full_name": "Imani Brooks"}, {"email": "amara@example.org"}]
    sent = ada("POST", "/invitations/several", {**offer, "people": people})
    assert sent.status_code == 201
    assert len(sent.json()["ids"]) == 2
    again = ada("POST", "/invitations/several", {**offer, "people": people})
    assert problem(again) == (422, "invalid", ["email", "email"])
    many = [{"email": f"n{n}@example.org"} for n in range(2000)]
    assert problem(ada("POST", "/invitations/several", {**offer, "people": many})) == (
        422,
        "invalid",
        ["people"],
    )


@pytest.mark.requirement("H09")
def test_programs_ask_for_an_administrator_and_approve(cast: Cast) -> None:
    ada, olu = program_of(cast.ada), program_of(cast.olu)
    wanted = {"first_name": "Nora", "last_name": "Weiss", "email": cast.nora.email}
    body = {**wanted, "role_ids": [str(cast.alder.roles["administrator"])]}
    made = ada("POST", "/admin-requests", body)
    assert made.status_code == 201
    (waiting,) = olu("GET", "/admin-requests").json()["items"]
    assert (waiting["id"], waiting["name"]) == (made.json()["id"], "Nora Weiss")
    path = f"/admin-requests/{waiting['id']}"
    assert ada("POST", f"{path}/approve").status_code == 403
    assert olu("POST", f"{path}/approve").status_code == 204
    assert problem(olu("POST", f"{path}/decline")) == (409, "already-decided", [])
    assert olu("GET", "/admin-requests").json()["items"] == []
