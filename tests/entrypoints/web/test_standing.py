"""Status, archiving, removing and taking admin access away, as people do it on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from kinfold.domain.clients.models import Client as PracticeClient
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import MemberRole
from kinfold.domain.team.queries.members import GetMember, get_member
from tests.domain.team.steps import invite, link_of, set_status
from tests.entrypoints.rest.programs import program_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
FRAGMENT = {"HX-Request": "true"}
TEAM = "/manage/team/"


def box_of(person: Person, act: str) -> str:
    return f"{TEAM}{person.member_id}/{act}/"


def text_of(html: str) -> str:
    """What people read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def state_of(cast: Cast, person: Person) -> str:
    return get_member(cast.olu.actor, GetMember(member_id=person.member_id)).member.state


def row_of(browser: Client, person: Person, view: str = "") -> str:
    """Somebody's row of the team list."""
    rows = browser.get(TEAM + view).content.decode().split("<tr>")
    (row,) = [row for row in rows if f'id="acts-{person.member_id}"' in row]
    return row


def menu_of(browser: Client, person: Person) -> list[str]:
    """The lines that are fetched when a row's menu is opened, in order; without a script they are a page."""
    address = f"{TEAM}{person.member_id}/acts/"
    assert address in row_of(browser, person)
    opened = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    lines = re.findall(r'<a class="item.*?</a>', opened, re.DOTALL)
    whole = browser.get(address).content.decode()
    assert "<html" in whole
    assert all(line in whole for line in lines)
    return [text_of(line) for line in lines]


# --- the menu at the right of a name ------------------------------------------------------------------------------


@pytest.mark.requirement("H12")
@pytest.mark.requirement("H19")
def test_the_three_dots_offer_what_can_be_done_with_the_worst_last(cast: Cast, browser_of: BrowserOf) -> None:
    olu, ada = browser_of(cast.olu), browser_of(cast.ada)
    usual = ["View profile", "Edit", "Put on hold", "Make inactive", "Archive provider"]
    assert menu_of(ada, cast.lin) == usual
    assert menu_of(olu, cast.bea) == [*usual, "Remove admin access", "Remove from the practice"]
    assert menu_of(ada, cast.olu) == ["View profile", "Edit"]
    set_status(cast, cast.lin, "inactive")
    assert menu_of(ada, cast.lin) == ["View profile", "Edit", "Make active", "Archive provider"]


@pytest.mark.requirement("H13")
def test_remove_admin_access_is_for_owners_in_the_menu_and_at_the_address(
    cast: Cast, browser_of: BrowserOf
) -> None:
    assert "Remove admin access" in menu_of(browser_of(cast.olu), cast.ada)
    ada = browser_of(cast.ada)
    assert "Remove admin access" not in ada.get(TEAM).content.decode()
    assert "Remove admin access" not in ada.get(f"{TEAM}{cast.bea.member_id}/").content.decode()
    for ask in (ada.get, ada.post):
        assert ask(box_of(cast.bea, "remove-admin")).status_code == 403
    assert cast.bea.has_access


# --- Remove Admin -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("H10")
@pytest.mark.requirement("H11")
@pytest.mark.requirement("H14")
@pytest.mark.requirement("H15")
@pytest.mark.requirement("H16")
def test_the_box_remove_admin_asks_once_and_confirm_bites_on_the_next_request(
    cast: Cast, browser_of: BrowserOf
) -> None:
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.lin.member_id, role_id=cast.alder.roles["client-administrator"], since=clock.now()
        )
    lin, token, olu = browser_of(cast.lin), program_of(cast.lin), browser_of(cast.olu)
    assert lin.get("/manage/clients/").status_code == 200
    box = olu.get(box_of(cast.lin, "remove-admin"), headers=FRAGMENT).content.decode()
    assert "<html" not in box
    assert '<dialog id="act"' in box
    said = text_of(box)
    assert said.startswith("Remove Admin Lin Zhao will lose admin access as soon as you confirm.")
    assert "Taken away: Client Administrator." in said
    assert "They stay Licensed Therapist" in said
    assert said.endswith("Cancel Confirm")
    # Cancel closes the box: nothing has been sent, and nothing has changed.
    assert lin.get("/manage/clients/").status_code == 200
    assert olu.post(box_of(cast.lin, "remove-admin"), {"version": 1}).status_code == 303
    assert lin.get("/manage/clients/").status_code == 403
    assert token("GET", "/members").status_code == 403
    assert lin.get("/clients/").status_code == 200


def test_who_has_no_other_role_is_told_to_be_archived_and_is(cast: Cast, browser_of: BrowserOf) -> None:
    bea, olu = browser_of(cast.bea), browser_of(cast.olu)
    box = text_of(olu.get(box_of(cast.bea, "remove-admin")).content.decode())
    assert "They hold no other role, so they are archived and signed out everywhere." in box
    olu.post(box_of(cast.bea, "remove-admin"), {"version": 1})
    assert state_of(cast, cast.bea) == "archived"
    assert bea.get("/clients/").headers["Location"].startswith("/account/sign-in/")


# --- status -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("O08")
def test_a_status_is_changed_from_the_members_page_and_shown_everywhere(
    cast: Cast, browser_of: BrowserOf
) -> None:
    ada = browser_of(cast.ada)
    page = ada.get(f"{TEAM}{cast.lin.member_id}/").content.decode()
    menu = page[page.index('id="status"') :].split('id="acts-')[0]
    assert [text_of(line) for line in re.findall(r'class="item two".*?</(?:a|span)>', menu, re.DOTALL)]
    assert "Paused. Keeps clients, takes no new ones" in menu
    day = clock.today() + timedelta(days=30)
    typed = {"version": 1, "until": day.isoformat(), "reason": "Parental leave"}
    response = ada.post(box_of(cast.lin, "hold"), typed, follow=True)
    html = response.content.decode()
    assert "Lin Zhao is on hold." in html
    assert f"On hold until {day:%b} {day.day}" in text_of(html)
    assert "Parental leave" in html
    assert f"until {day:%b} {day.day}" in text_of(row_of(ada, cast.lin))
    assert "Change the hold" in menu_of(ada, cast.lin)


def test_a_box_that_could_not_end_well_says_why_and_has_no_button(cast: Cast, browser_of: BrowserOf) -> None:
    """Menus do not offer these, but an address can be typed, and the menu of an hour ago is still open somewhere."""
    ada, olu = browser_of(cast.ada), browser_of(cast.olu)

    def said(browser: Client, person: Person, act: str) -> str:
        box = browser.get(box_of(person, act), headers=FRAGMENT).content.decode()
        assert 'name="reason"' not in box
        assert text_of(box).endswith("Close")
        return text_of(box)

    for act in ("hold", "deactivate", "archive"):
        assert "This person may do more than you may." in said(ada, cast.olu, act)
    assert "You cannot change your own status." in said(ada, cast.ada, "hold")
    assert "This person has that status already." in said(ada, cast.lin, "activate")
    assert "This person holds no admin role." in said(olu, cast.lin, "remove-admin")
    assert "This is the practice's only administrator." in said(olu, cast.ada, "remove-admin")
    set_status(cast, cast.lin, "inactive")
    assert "That status does not follow" in said(ada, cast.lin, "hold")
    assert 'name="reason"' in ada.get(box_of(cast.lin, "activate"), headers=FRAGMENT).content.decode()


def test_a_refused_change_keeps_what_was_typed(cast: Cast, browser_of: BrowserOf) -> None:
    ada = browser_of(cast.ada)
    for until, sentence in (
        ("2020-01-31", "Choose today or a later day."),
        ("next week", "Enter a day, as YYYY-MM-DD."),
        ("2999-12-31", "Choose a day within the next 50 years."),
    ):
        typed = {"version": 1, "until": until, "reason": "Parental <b>leave</b>"}
        response = ada.post(box_of(cast.lin, "hold"), typed)
        html = response.content.decode()
        assert response.status_code == 422
        assert sentence in html
        assert "Parental &lt;b&gt;leave&lt;/b&gt;" in html
        assert f'value="{until}"' in html
    set_status(cast, cast.lin, "on_hold")
    response = ada.post(box_of(cast.lin, "deactivate"), {"version": 1, "reason": "Sick"})
    assert response.status_code == 409
    assert "Someone else changed this" in response.content.decode()
    assert "Sick" in response.content.decode()
    assert state_of(cast, cast.lin) == "on_hold"
    response = ada.post(box_of(cast.olu, "deactivate"), {"version": 1, "reason": "Sick"})
    assert response.status_code == 403
    assert "This person may do more than you may." in response.content.decode()
    assert "Sick" in response.content.decode()


@pytest.mark.requirement("O10")
def test_who_was_made_inactive_is_told_so_when_they_sign_in(cast: Cast, browser_of: BrowserOf) -> None:
    set_status(cast, cast.lin, "inactive")
    response = browser_of(cast.lin).get("/clients/")
    assert response.status_code == 403
    assert "Your access to Alder Creek is switched off for now." in response.content.decode()


# --- Archive provider ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("H17")
@pytest.mark.requirement("H18")
@pytest.mark.requirement("H20")
@pytest.mark.requirement("O36")
def test_a_provider_is_archived_with_their_clients_handed_over_found_again_and_brought_back(
    cast: Cast, browser_of: BrowserOf
) -> None:
    ada, box = browser_of(cast.ada), box_of(cast.lin, "archive")
    assert "all 2 clients" in text_of(ada.get(box).content.decode())
    refused = ada.post(box, {"version": 1, "clients": "hand_over", "reason": "Moved away"})
    assert refused.status_code == 422
    assert "Choose an active team member who sees clients." in refused.content.decode()
    assert "Moved away" in refused.content.decode()
    typed = {
        "version": 1,
        "clients": "hand_over",
        "therapist": str(cast.sana.member_id),
        "reason": "Moved away",
    }
    assert "Lin Zhao is archived." in ada.post(box, typed, follow=True).content.decode()
    with entered(cast.alder.practice_id):
        assert set(
            PracticeClient.objects.filter(pk__in=(cast.ben.id, cast.dora.id)).values_list(
                "primary_id", flat=True
            )
        ) == {cast.sana.member_id}
    assert "Zhao" not in text_of(ada.get(TEAM).content.decode())
    assert "Zhao" in row_of(ada, cast.lin, "?show=archived")
    profile = ada.get(f"{TEAM}{cast.lin.member_id}/").content.decode()
    assert "Moved away" in profile
    assert "Make active" in profile
    ada.post(box_of(cast.lin, "activate"), {"version": 2})
    assert cast.lin.actor.clinical


def test_who_was_archived_reads_their_own_profile_and_their_own_acts(
    cast: Cast, browser_of: BrowserOf
) -> None:
    program_of(cast.ada)(
        "POST", f"/members/{cast.theo.member_id}/archive", {"clients": "wait"}, If_Match='"1"'
    )
    theo = browser_of(cast.theo)
    html = theo.get("/", follow=True).content.decode()
    assert "You have left Alder Creek." in html
    assert "Intern" in html
    for closed in ("/clients/", TEAM, f"/clients/{cast.anna.id}/", "/tokens/", "/settings/"):
        assert theo.get(closed).status_code in {403, 404}, closed
    assert theo.get("/activity/").status_code == 200
    assert "Anna" not in theo.get("/activity/").content.decode()


# --- a leaver is out at once (RELIABILITY 1.14) -------------------------------------------------------------------


@pytest.mark.requirement("O10")
@pytest.mark.parametrize("act", ["deactivate", "archive", "remove"])
def test_a_leaver_with_much_open_is_refused_on_the_next_request_of_every_kind(
    cast: Cast, browser_of: BrowserOf, act: str
) -> None:
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=cast.theo.member_id, role_id=cast.alder.roles["administrator"], since=clock.now()
        )
    browsers = [browser_of(cast.ada) for _ in range(3)]
    programs = [program_of(cast.ada) for _ in range(2)]
    link = link_of(cast.alder.practice_id, invite(cast))
    for browser in browsers:
        assert browser.get(TEAM).status_code == browser.get("/api/v1/members").status_code == 200
    assert browser_of(cast.olu).post(box_of(cast.ada, act), {"version": 1}).status_code == 303
    for browser in browsers:
        assert browser.get(TEAM).headers["Location"].startswith("/account/sign-in/")
        assert browser.get(TEAM, headers=FRAGMENT).headers["HX-Redirect"] == "/account/sign-in/"
        assert browser.get("/api/v1/members").status_code == 401
        assert browser.post(box_of(cast.lin, "deactivate"), {"version": 1}).status_code == 303
    for program in programs:
        assert program("GET", "/members").status_code == 401
        assert program("POST", "/members/search", {"search": "lin"}).status_code == 401
    response = Client().post(
        "/api/v1/invitation-links/accept",
        {"token": link, "first_name": "Imani", "last_name": "Brooks", "password": cast.password},
        content_type="application/json",
    )
    assert (response.status_code, response.json()["code"]) == (410, "link-revoked")
    # Signing in anew does not help either.
    assert browser_of(cast.ada).get(TEAM).status_code == 403
    assert state_of(cast, cast.lin) == "active"


@pytest.mark.requirement("O37")
def test_a_removal_that_cannot_be_done_yet_says_what_comes_first_and_has_no_button(
    cast: Cast, browser_of: BrowserOf
) -> None:
    olu = browser_of(cast.olu)
    box = olu.get(box_of(cast.lin, "remove")).content.decode()
    assert "Hand over their 2 clients." in text_of(box)
    assert f'href="/manage/clients/?therapist={cast.lin.member_id}"' in box
    assert f'href="{box_of(cast.lin, "archive")}"' in box
    assert not re.search(r">\s*Remove\s*</button>", box)
    box = olu.get(box_of(cast.sana, "remove"), headers=FRAGMENT).content.decode()
    assert "End the supervision of 1 person." in text_of(box)
    assert not re.search(r">\s*Remove\s*</button>", box)
    assert re.search(r">\s*Remove\s*</button>", olu.get(box_of(cast.bea, "remove")).content.decode())
