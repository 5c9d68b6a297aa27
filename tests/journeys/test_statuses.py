"""Admin access is taken away and somebody is put on hold, by clicking, and it is felt where they are at work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import MemberRole
from tests.entrypoints.rest.programs import program_of
from tests.journeys.test_roles import sign_in
from tests.personas import Cast, build_cast

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people, committed; Lin is an administrator as well."""
    people = build_cast()
    with entered(people.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=people.lin.member_id, role_id=people.alder.roles["administrator"], since=people.began
        )
    return people


@pytest.mark.requirement("H14")
@pytest.mark.requirement("H15")
@pytest.mark.requirement("H16")
def test_a_removed_admin_feels_it_on_the_next_request_and_a_hold_asks_for_cover(
    live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    base = live_server.url
    olu, lin = (browser.new_context().new_page() for _ in range(2))
    sign_in(lin, base, cast.lin)
    lin.goto(f"{base}/manage/team/")
    expect(lin.get_by_role("heading", name="Manage users", level=1)).to_be_visible()
    token = {"Authorization": f"Bearer {program_of(cast.lin).token}"}

    sign_in(olu, base, cast.olu)
    olu.goto(f"{base}/manage/team/")

    def open_box(words: str) -> None:
        olu.get_by_role("button", name="More actions for Lin Zhao").click()
        olu.get_by_text(words, exact=True).locator("visible=true").click()

    # Cancel has the focus, and changes nothing; neither does Escape.
    open_box("Remove admin access")
    box = olu.get_by_role("dialog", name="Remove Admin")
    expect(box.get_by_text("They stay Licensed Therapist")).to_be_visible()
    expect(box.get_by_role("button", name="Cancel")).to_be_focused()
    box.get_by_role("button", name="Cancel").click()
    expect(box).to_be_hidden()
    open_box("Remove admin access")
    expect(box).to_be_visible()
    olu.keyboard.press("Escape")
    expect(box).to_be_hidden()
    lin.reload()
    expect(lin.get_by_role("heading", name="Manage users", level=1)).to_be_visible()
    open_box("Remove admin access")
    box.get_by_role("button", name="Confirm").click()
    expect(olu.get_by_text("Lin Zhao has no admin access any more.")).to_be_visible()

    lin.reload()
    expect(lin.get_by_role("heading", name="You may not open this")).to_be_visible()
    assert lin.request.get(f"{base}/api/v1/members", headers=token).status == 403
    lin.goto(f"{base}/clients/")
    expect(lin.get_by_role("link", name="Ben Okafor")).to_be_visible()

    olu.get_by_role("button", name="Status:").click()
    olu.get_by_text("Paused. Keeps clients, takes no new ones").click()
    last = clock.today() + timedelta(days=20)
    hold = olu.get_by_role("dialog", name="Put on hold")
    hold.get_by_label("Last day on hold").fill(last.isoformat())
    hold.get_by_role("button", name="Put on hold").click()
    expect(olu.get_by_text("2 clients have no cover.")).to_be_visible()
    olu.get_by_role("link", name="Arrange cover").first.click()
    expect(olu.get_by_label("Last day")).to_have_value(last.isoformat())
    olu.get_by_label("Who covers").select_option(label="Sana Malik")
    olu.get_by_role("button", name="Arrange cover").click()
    expect(olu.get_by_text("2 clients are covered.")).to_be_visible()
    expect(olu.get_by_text("2 clients have no cover.")).to_have_count(0)


@pytest.mark.requirement("O31")
@pytest.mark.requirement("U70")
def test_an_ended_supervision_and_a_role_taken_away_are_felt_on_the_next_request(
    live_server: LiveServer, cast: Cast, browser: Browser
) -> None:
    base, anna = live_server.url, f"/clients/{cast.anna.id}/"
    olu, sana, lin = (browser.new_context().new_page() for _ in range(3))
    sign_in(sana, base, cast.sana)
    sana.goto(base + anna)  # Theo's client
    expect(sana.get_by_role("heading", name="Anna Novak")).to_be_visible()
    supervisors, administrators = (
        {"Authorization": f"Bearer {program_of(person).token}"} for person in (cast.sana, cast.lin)
    )
    assert sana.request.get(f"{base}/api/v1{anna[:-1]}", headers=supervisors).status == 200
    sign_in(lin, base, cast.lin)
    lin.goto(f"{base}/manage/team/")
    expect(lin.get_by_role("heading", name="Manage users", level=1)).to_be_visible()

    sign_in(olu, base, cast.olu)
    olu.goto(f"{base}/supervision/")
    olu.get_by_role("link", name="End supervision of Theo Park by Sana Malik").click()
    olu.get_by_role("button", name="End supervision").click()
    expect(olu.get_by_text("1 person has no supervisor.")).to_be_visible()
    sana.reload()
    expect(sana.get_by_role("heading", name="Nothing here")).to_be_visible()
    assert sana.request.get(f"{base}/api/v1{anna[:-1]}", headers=supervisors).status == 404

    # The boxes come when the menu opens, and unticking one saves at once.
    olu.goto(f"{base}/manage/team/")
    olu.get_by_role("button", name="Roles of Lin Zhao").click()
    menu = olu.get_by_role("dialog", name="Roles of Lin Zhao")
    menu.get_by_role("checkbox", name="Administrator Manages the team").uncheck()
    expect(menu.get_by_role("status")).to_contain_text("Saved. Changes apply at once.")
    lin.reload()
    expect(lin.get_by_role("heading", name="You may not open this")).to_be_visible()
    assert lin.request.get(f"{base}/api/v1/members", headers=administrators).status == 403
