"""Nobody sees or does what they may not: every address, every method, every kind of caller (RELIABILITY 1.1, 1.3).

The verdicts stand in routes.py. What exists is asked of the resolver and of the OpenAPI document, so a new route
without a row fails here, and so does a row whose route is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from django.http import HttpResponse

from kinfold.domain.access.permissions import Permission
from tests.architecture import resolver
from tests.architecture.playing import enough, masked, request
from tests.architecture.routes import ROWS, Open, Row
from tests.architecture.stage import ANONYMOUS, EVERYTHING, Caller, Stage, all_but, random_ids, undone

BY_NEEDS = [row for row in ROWS if not isinstance(row.needs, Open)]
WITH_OBJECT = [
    row for row in ROWS if resolver.addresses().get(row.route) and resolver.addresses()[row.route].parts
]


def answered(response: HttpResponse) -> str:
    """A short account of an answer, for a failure."""
    where = response.headers.get("Location", "")
    text = " ".join(re.sub(r"<[^>]+>", " ", response.content.decode(errors="replace")).split())
    return f"{response.status_code} {where} {text[:300]}"


def is_sent_to_sign_in(response: HttpResponse) -> bool:
    """Whether a page asks for a sign-in first."""
    return response.status_code in {302, 303} and response.headers["Location"].startswith("/account/sign-in/")


def turns_away(response: HttpResponse, row: Row) -> bool:
    """Whether somebody who is not signed in learns nothing but that. A fragment leads the whole page away."""
    if "HX-Request" in row.headers:
        return response.headers.get("HX-Redirect") == "/account/sign-in/" and not response.content
    if resolver.addresses()[row.route].is_api:
        return response.status_code == 401
    return is_sent_to_sign_in(response)


# --- the table is complete ----------------------------------------------------------------------------------------


def test_every_address_and_method_has_a_row_and_every_row_an_address(stage: Stage) -> None:
    owner = stage.signed_in(stage.cast.olu)

    def ask(method: str, url: str) -> HttpResponse:
        with undone():
            return stage.ask(owner, method, url)

    known = {(row.route, row.method) for row in ROWS}
    assert len(known) == len(ROWS), "two rows for one route and method"
    found = resolver.accepted(ask)
    assert {"without a row": found - known, "without an address": known - found} == {
        "without a row": set(),
        "without an address": set(),
    }


def test_every_operation_of_the_api_has_a_row() -> None:
    known = {(row.route, row.method) for row in ROWS if row.route.startswith("/")}
    assert known == resolver.operations()


# --- who gets in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_gets_in_without_signing_in(stage: Stage, row: Row) -> None:
    response = request(stage, ANONYMOUS, row)
    if row.needs in {Open.PUBLIC, Open.LINK}:
        assert response.status_code == row.status, answered(response)
    else:
        assert turns_away(response, row), answered(response)


@pytest.mark.parametrize("row", [r for r in ROWS if r.needs is Open.SIGNED_IN], ids=str)
def test_a_login_is_enough_where_that_is_said(stage: Stage, row: Row) -> None:
    response = request(stage, stage.signed_in(stage.cast.nora), row)
    assert response.status_code == row.status, answered(response)


@pytest.mark.parametrize("row", [r for r in ROWS if r.needs is Open.MEMBER], ids=str)
def test_a_place_on_a_team_is_enough_where_that_is_said(stage: Stage, row: Row) -> None:
    response = request(stage, stage.member_with(frozenset()), row)
    assert response.status_code == row.status, answered(response)


OF_MEMBERS = [row for row in ROWS if row.needs not in {Open.PUBLIC, Open.LINK, Open.SIGNED_IN, Open.OWN}]
OF_CLIENTS = [row for row in ROWS if row.needs is Open.OWN]


@pytest.mark.parametrize("row", OF_MEMBERS, ids=str)
def test_a_login_without_a_place_on_a_team_is_not_enough_elsewhere(stage: Stage, row: Row) -> None:
    response = request(stage, stage.signed_in(stage.cast.nora), row)
    expected = 401 if resolver.addresses()[row.route].is_api else 403
    assert response.status_code == expected, answered(response)


# --- clients and those who act for them ---------------------------------------------------------------------------


@pytest.mark.parametrize("row", OF_CLIENTS, ids=str)
def test_who_acts_for_a_client_gets_to_that_clients_own_page(stage: Stage, row: Row) -> None:
    response = request(stage, stage.acting(), row)
    assert response.status_code == row.status, answered(response)


@pytest.mark.parametrize("row", OF_CLIENTS, ids=str)
def test_nobody_else_gets_to_a_clients_own_page(stage: Stage, row: Row) -> None:
    """Not somebody with a login, and no member of the practice, whatever they may: they have pages of their own."""
    address = resolver.addresses()[row.route]
    expected = 401 if address.is_api else 404 if address.parts else 403
    for who in (stage.signed_in(stage.cast.nora), stage.signed_in(stage.cast.olu)):
        response = request(stage, who, row)
        assert response.status_code == expected, f"{who.name}: {answered(response)}"


@pytest.mark.parametrize("row", [row for row in OF_CLIENTS if resolver.addresses()[row.route].parts], ids=str)
def test_who_acts_for_one_client_gets_to_no_other(stage: Stage, row: Row) -> None:
    others = {**stage.things, "own_client": stage.cast.ben.id}
    for things in (others, random_ids(others), {**stage.things, **stage.foreign}):
        response = request(stage, stage.acting(), row, things)
        assert response.status_code == 404, answered(response)


@pytest.mark.parametrize("row", OF_MEMBERS, ids=str)
def test_who_acts_for_a_client_gets_to_no_page_of_the_team(stage: Stage, row: Row) -> None:
    response = request(stage, stage.acting(), row)
    expected = 401 if resolver.addresses()[row.route].is_api else 403
    if row.route == "home":  # leads everybody to their own place
        assert response.headers["Location"] == "/my/"
    else:
        assert response.status_code == expected, answered(response)


@pytest.mark.parametrize("row", BY_NEEDS, ids=str)
def test_the_permissions_named_are_enough(stage: Stage, row: Row) -> None:
    for permissions in enough(row):
        for who in callers(stage, row, permissions):
            response = request(stage, who, row)
            expected = row.status if row.by_token or not who.token else 403
            assert response.status_code == expected, f"{who.name}: {answered(response)}"


@pytest.mark.parametrize("row", BY_NEEDS, ids=str)
def test_each_permission_named_is_necessary(stage: Stage, row: Row) -> None:
    assert isinstance(row.needs, tuple)
    for missing in row.needs:
        expected = 404 if missing in row.hides else 403
        for who in callers(stage, row, all_but(missing)):
            response = request(stage, who, row)
            assert response.status_code == expected, f"{who.name}: {answered(response)}"


def callers(stage: Stage, row: Row, permissions: frozenset[Permission]) -> Iterable[Caller]:
    """A member with these permissions; for the API also a token with these scopes."""
    yield stage.member_with(permissions)
    if resolver.addresses()[row.route].is_api:
        yield stage.token_with(permissions)


# --- whether one is at work ---------------------------------------------------------------------------------------


@pytest.mark.requirement("O10")
@pytest.mark.requirement("O11")
@pytest.mark.parametrize("row", BY_NEEDS, ids=str)
def test_on_hold_one_does_what_one_may_inactive_nothing_and_archived_one_looks_back(
    stage: Stage, row: Row
) -> None:
    """Somebody whose role allows everything, who signed in before their status changed and did not sign out."""
    who = stage.member_with(EVERYTHING)
    is_api = resolver.addresses()[row.route].is_api
    verdicts = {
        "on_hold": row.status,
        "inactive": 401 if is_api else 403,
        "archived": row.status if row.needs == (Permission.AUDIT_OWN,) else 403,
    }
    things = stage.things_for(who)
    for status, verdict in verdicts.items():
        with undone():
            stage.set_status(who, status)
            response = request(stage, who, row, things, keep=True)
        assert response.status_code == verdict, f"{status}: {answered(response)}"


# --- whose client it is -------------------------------------------------------------------------------------------

ABOUT_A_CLIENT = [row for row in BY_NEEDS if Permission.CLIENTS_SEE_ALL in row.hides]


@pytest.mark.parametrize("row", ABOUT_A_CLIENT, ids=str)
def test_without_a_role_for_all_clients_only_ties_show_one(stage: Stage, row: Row) -> None:
    """The same act on one's own client, on a supervisee's, and on somebody else's."""
    besides = enough(row)[0] - {Permission.CLIENTS_SEE_ALL}
    therapist = stage.member_with(besides | {Permission.CLIENTS_SEE_OWN}, clinical=True)
    supervisor = stage.member_with(besides | {Permission.CLIENTS_SEE_SUPERVISED}, clinical=True)
    for who, therapist_id, verdict in (
        (therapist, therapist.member_id, row.status),
        (therapist, stage.cast.lin.member_id, 404),
        (supervisor, supervisor.member_id, 404),
        (supervisor, therapist.member_id, row.status),
        (supervisor, stage.cast.lin.member_id, 404),
    ):
        with undone():
            tied = stage.tie_client(
                therapist_id, supervised_by=supervisor.member_id if verdict != 404 else None
            )
            things = {**stage.things_for(who), **tied}
            response = request(stage, who, row, things, keep=True)
        assert response.status_code == verdict, f"{who.name}: {answered(response)}"


# --- hidden is absent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [r for r in WITH_OBJECT if r.needs is not Open.LINK], ids=str)
def test_what_belongs_to_others_is_answered_like_what_does_not_exist(stage: Stage, row: Row) -> None:
    """Another practice's owner, and for what is one's own somebody else, asks for a real thing and for none."""
    who = stage.signed_in(stage.cast.fran)
    owner = stage.signed_in(stage.cast.nora if row.needs is Open.SIGNED_IN else stage.cast.olu)
    real = dict(stage.things_for(owner))
    none = random_ids(real)
    answers = [masked(request(stage, who, row, things), things) for things in (real, none)]
    assert answers[0] == answers[1]
    assert answers[0][0] == row.absent, answers[0]


@pytest.mark.parametrize("row", [r for r in WITH_OBJECT if not isinstance(r.needs, Open)], ids=str)
def test_without_the_permission_nobody_learns_what_exists(stage: Stage, row: Row) -> None:
    """Somebody out of whose sight the thing is; those who see it may hear that it is not theirs to change."""
    assert isinstance(row.needs, tuple)
    parts = {row.at.get(part, part) for part in resolver.addresses()[row.route].parts}
    for missing in row.needs:
        out_of_sight = [need if isinstance(need, tuple) else (need,) for need in (missing, *row.hides)]
        for who in callers(stage, row, all_but(tuple(p for group in out_of_sight for p in group))):
            real = dict(stage.things_for(who))
            none = {**real, **{name: value for name, value in random_ids(real).items() if name in parts}}
            answers = [masked(request(stage, who, row, things), things) for things in (real, none)]
            assert answers[0] == answers[1], who.name


@pytest.mark.parametrize("row", [r for r in BY_NEEDS if r.body and "{" in repr(r.body)], ids=str)
def test_what_a_body_names_must_be_of_the_same_practice(stage: Stage, row: Row) -> None:
    """An id of another practice is refused, and in the same words as an id that nobody gave out."""
    who = stage.member_with(EVERYTHING)
    own = dict(stage.things_for(who))
    for name in re.findall(r"\{(\w+)\}", repr(row.body)):
        if name not in stage.foreign:
            continue
        answers = []
        for value in (stage.foreign[name], random_ids(stage.foreign)[name]):
            things = {**own, name: value}
            response = request(stage, who, row, things)
            answers.append(masked(response, {name: value}))
        assert answers[0] == answers[1], name
