"""A member's pages of access and history, as somebody who manages the team reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.team.commands.members import ChangeMemberRoles, change_member_roles
from kinfold.domain.team.models import Supervision
from tests.domain.care.steps import hold, hours, sign
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
    last = clock.today() + timedelta(days=4)
    change_member_status(
        cast.ada.actor,
        ChangeMemberStatus(
            member_id=cast.theo.member_id,
            version=2,
            status="on_hold",
            until=clock.midnight(last + timedelta(days=1), cast.ada.actor.time_zone),
            reason="Parental leave.",
        ),
    )
    text = words(browser_of(cast.ada), f"/manage/team/{cast.theo.member_id}/history/")
    for said in ("Intern", "Associate", "Parental leave.", cast.sana.name, f"by {cast.ada.name}"):
        assert said in text
    # As everywhere, a period shows its last day, which belongs to it.
    assert f" to {last:%b} {last.day}, {last.year}, by {cast.ada.name}" in text


@pytest.mark.requirement("O38")
def test_a_clinicians_page_has_figures_and_the_history_of_their_sessions(
    cast: Cast, browser_of: SignIn
) -> None:
    sign(cast.lin, hold(cast.lin, cast.ben, hours(-30)))
    hold(cast.lin, cast.ben, hours(-24 * 6))
    hold(cast.lin, cast.dora, hours(-2))
    ada, profile = browser_of(cast.ada), f"/manage/team/{cast.lin.member_id}/"
    text = words(ada, profile)
    for label, value, small in (
        ("Active clients", 2, "1 primary, 1 direct"),
        ("Sessions in the last 30 days", 3, "0 in the 30 days before"),
        ("Pending notes", 2, '<span class="amber fw6">1 overdue</span>, oldest 6 days'),
        ("Clients at raised risk", 0, "None high or moderate"),
    ):
        assert f'<dt>{label}</dt><dd class="v">{value}</dd><dd class="s">{small}</dd>' in text
    text = words(ada, profile + "sessions/")
    assert text.count('<td class="c-key">') == 2  # a direct client's is counted and not shown
    assert cast.dora.last_name not in text
    assert words(ada, profile + "sessions/?note=signed").count('<td class="c-key">') == 1
    assert "No session matches these filters." in words(ada, profile + "sessions/?status=cancelled")
    assert words(ada, profile + "sessions/?note=eaten&after=nobody").count('<td class="c-key">') == 2
    assert "No sessions yet" in words(ada, f"/manage/team/{cast.bea.member_id}/sessions/")


@pytest.mark.requirement("O23")
def test_who_needs_a_supervisor_is_flagged_on_each_of_their_pages(cast: Cast, browser_of: SignIn) -> None:
    ada, pages = browser_of(cast.ada), ("", "roster/", "sessions/", "access/", "history/")
    addresses = [f"/manage/team/{cast.theo.member_id}/{page}" for page in pages]
    assert not any("No supervisor" in words(ada, address) for address in addresses)
    with entered(cast.alder.practice_id, writing=True):
        Supervision.objects.update(until=hours(-1))
    assert all("No supervisor" in words(ada, address) for address in addresses)
