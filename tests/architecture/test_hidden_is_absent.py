"""Hidden and absent are answered alike, also where no address names the thing (RELIABILITY 1.3).

That what belongs to others is answered like what does not exist, at every address, is in test_matrix.py. Here: whether
an e-mail address has a login, whether a link was ever made, and whether somebody is a client already.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tasks import run_pending
from tests.architecture.playing import masked
from tests.architecture.stage import ANONYMOUS, Stage, undone

UNKNOWN = "nobody.here@example.org"


def answer(stage: Stage, url: str, body: dict[str, Any], *typed: str) -> tuple[int, str, dict[str, str]]:
    """What somebody unknown is answered, without what they typed."""
    with undone():
        response: HttpResponse = stage.ask(ANONYMOUS, "POST", url, body)
    return masked(response, {str(place): text for place, text in enumerate(typed)})


@pytest.mark.parametrize("known", ["nora", "olu", "fran"])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(stage: Stage, known: str) -> None:
    email = getattr(stage.cast, known).email
    answers = [
        answer(stage, "/account/sign-in/", {"login": typed, "password": "not the right one"}, typed)
        for typed in (email, UNKNOWN)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("known", ["nora", "olu", "fran"])
def test_asking_for_a_reset_is_answered_alike(stage: Stage, known: str) -> None:
    email = getattr(stage.cast, known).email
    answers = [
        answer(stage, "/account/password/reset/", {"email": typed}, typed) for typed in (email, UNKNOWN)
    ]
    assert answers[0] == answers[1]


def test_inviting_somebody_is_answered_alike_whether_or_not_they_have_a_login(stage: Stage) -> None:
    """Fran works for another practice; only she learns that she must leave it first (SPEC 8.12)."""
    owner = stage.signed_in(stage.cast.ada)
    answers = []
    for typed in ("somebody.new@example.org", stage.cast.fran.email):
        body = {"full_name": "Some One", "email": typed, "role_ids": [str(stage.things["harmless_role"])]}
        with undone():
            response = stage.ask(owner, "POST", "/api/v1/invitations", body)
        made = response.json()["id"]  # type: ignore[attr-defined]
        answers.append(masked(response, {"email": typed, "made": made}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 201


def test_adding_somebody_is_answered_alike_whether_or_not_they_have_a_login(stage: Stage) -> None:
    """Also on the list afterwards, and when their code is sent: that Fran works elsewhere is nobody's business."""
    owner, answers = stage.signed_in(stage.cast.ada), []
    for typed in ("somebody.new@example.org", stage.cast.fran.email):
        person = {
            "first_name": "Some", "last_name": "One", "email": typed,
            "role_ids": [str(stage.things["harmless_role"])],
        }  # fmt: skip
        with undone():
            made = stage.ask(owner, "POST", "/api/v1/members", {"people": [person], "send_codes": True})
            (member,) = made.json()["ids"]  # type: ignore[attr-defined]
            shown = stage.ask(owner, "GET", f"/api/v1/members/{member}")
            card = {
                key: value
                for key, value in shown.json().items()  # type: ignore[attr-defined]
                if key not in {"id", "email", "joined_at", "code_until"}
            }
        answers.append((made.status_code, card))
    assert answers[0] == answers[1]
    assert answers[0][0] == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "0000-0000-0000-0000"},
        {"last_name": "Stein"},
        {"email": "olu@example.org"},
        {"last_name": "Adeyemi", "email": "olu@example.org"},
        {"email": UNKNOWN},
    ],
)
@pytest.mark.parametrize("url", ["/register/", "/api/v1/registrations"])
def test_whatever_is_wrong_with_a_registration_is_answered_alike(
    stage: Stage, url: str, wrong: dict[str, str]
) -> None:
    right = {
        "code": str(stage.things["registration_code"]),
        "last_name": "Stone",
        "email": str(stage.things["harmless_email"]),
    }
    more = {} if url == "/register/" else {"password": "nine brown owls sit still at noon"}
    answers = [
        answer(stage, url, typed | more, *typed.values())
        for typed in ({**right, "code": "HHHH-HHHH-HHHH-HHHK"}, {**right, **wrong})
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


@pytest.mark.parametrize("path", ["/invitations/{link}/", "/account/password/reset/link/{link}/"])
def test_a_link_that_was_never_made_and_one_of_another_kind_are_answered_alike(
    stage: Stage, path: str
) -> None:
    other_kind = str(stage.things["verify_key"])
    answers = []
    for link in (other_kind, "A" * len(other_kind)):
        with undone():
            response = stage.ask(ANONYMOUS, "GET", path.format(link=link))
        answers.append(masked(response, {"link": link}))
    assert answers[0] == answers[1]
    assert answers[0][0] in {404, 410}


def test_adding_a_client_never_tells_that_somebody_hidden_is_one_already(stage: Stage) -> None:
    """Somebody who may add clients and sees none adds Ben again, and a person nobody knows (SPEC 8.4)."""
    who = stage.member_with(frozenset({Permission.CLIENTS_CREATE}))
    ben = stage.cast.ben
    person = {"birth_date": "1984-11-03", "sex_at_birth": "unknown"}
    answers = []
    for first, last, email in (
        (ben.first_name, ben.last_name, ben.email),
        ("Ulf", "Sandahl", "ulf.sandahl@mail.example"),
    ):
        body = {"people": [{**person, "first_name": first, "last_name": last, "email": email}]}
        with undone():
            response = stage.ask(who, "POST", "/api/v1/clients", body)
            run_pending()
        ids = response.json().get("ids", []) if response.status_code == 201 else []  # type: ignore[attr-defined]
        answers.append(masked(response, dict(enumerate(ids))))  # type: ignore[arg-type]
    assert answers[0] == answers[1]
    assert answers[0][0] == 201
