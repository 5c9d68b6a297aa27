"""A member's pages of access and history, as somebody who manages the team reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from tests.personas import Cast, Person

SignIn = Callable[[Person], Browser]


def words(browser: Browser, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.requirement("O38")
def test_the_access_page_says_whom_why_and_what_would_end_it(cast: Cast, browser_of: SignIn) -> None:
    ada = browser_of(cast.ada)
    text = words(ada, f"/manage/team/{cast.sana.member_id}/access/")
    assert cast.anna.last_name in text
    assert f"Supervises {cast.theo.name}" in text
    assert "Ending the supervision, or giving the client to somebody else" in text
    assert cast.ben.last_name not in text
    text = words(ada, f"/manage/team/{cast.lin.member_id}/access/")
    assert "Giving the client to somebody else" in text
    assert cast.ben.last_name in text


def test_the_access_page_shows_only_whom_the_reader_sees(cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.sana).get(f"/manage/team/{cast.lin.member_id}/access/")
    assert response.status_code == 403
    assert cast.dora.last_name not in response.content.decode()


def test_the_history_page_keeps_what_was(cast: Cast, browser_of: SignIn) -> None:
    change_member_roles(
        cast.ada.actor,
        ChangeMemberRoles(
            member_id=cast.theo.member_id,
            version=1,
            role_ids=(cast.alder.roles["intern"], cast.alder.roles["associate"]),
        ),
    )
    change_member_status(
        cast.ada.actor,
        ChangeMemberStatus(
            member_id=cast.theo.member_id, version=2, status="on_hold", reason="Parental leave."
        ),
    )
    text = words(browser_of(cast.ada), f"/manage/team/{cast.theo.member_id}/history/")
    for said in ("Intern", "Associate", "Parental leave.", cast.sana.name, f"by {cast.ada.name}"):
        assert said in text
