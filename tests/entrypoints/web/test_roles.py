"""Settings, the Roles tab, and one person's exceptions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from kinfold.domain.access.definitions import definitions
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tenancy import entered
from tests.domain.team.test_overrides import override
from tests.domain.team.test_roles import set_roles
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
FRAGMENT = {"HX-Request": "true"}


def address(cast: Cast, key: str, part: str = "") -> str:
    return f"/settings/roles/{cast.alder.roles[key]}/{part}"


def text_of(response: Any) -> str:
    """What a page says, without its tags."""
    html = re.sub(r"<(script|style|svg|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def form(cast: Cast, key: str, **changes: object) -> dict[str, object]:
    """The form of a role as its page shows it, with some changes."""
    with entered(cast.alder.practice_id):
        role = Role.objects.get(pk=cast.alder.roles[key])
    flags = [flag for flag in ("clinical", "requires_supervision", "may_supervise") if getattr(role, flag)]
    shown = {"name": role.name, "description": role.description, "starting_point": role.starting_point}
    return {**shown, "modifier": role.modifier, "flag": flags, "version": role.version, **changes}


def test_the_list_shows_every_role_with_its_holders_and_rules(cast: Cast, browser_of: BrowserOf) -> None:
    shown = text_of(browser_of(cast.ada).get("/settings/roles/"))
    assert shown.index("System roles") < shown.index("Practitioner") < shown.index("Practice roles")
    for words in ("Intern Sees their own clients under supervision.", "Needs a supervisor", "May supervise"):
        assert words in shown


@pytest.mark.requirement("O13")
@pytest.mark.requirement("O19")
def test_a_new_role_is_made_previewed_and_given(cast: Cast, browser_of: BrowserOf) -> None:
    """As someone new to it would: Intern, but without the full record."""
    browser = browser_of(cast.ada)
    typed = {
        "name": "Intern without records",
        "description": "First year",
        "starting_point": "practitioner",
        "modifier": "HO",
        "flag": ["clinical", "requires_supervision"],
        "o-clients:chart": "off",
    }
    looked = text_of(browser.post("/settings/roles/new/", {**typed, "do": "look"}))
    assert "Open the full record changed" in looked
    assert "1 override" in looked
    response = browser.post("/settings/roles/new/", {**typed, "do": "save"})
    assert response.status_code == 303
    page = text_of(browser.get(response.headers["Location"]))
    assert "Intern without records Nobody has this role yet" in page
    with entered(cast.alder.practice_id):
        role = Role.objects.get(name="Intern without records")
        said = definitions()[role.id]
    assert (said.modifier, said.requires_supervision, said.may_supervise) == ("HO", True, False)
    cast.alder.roles["own"] = role.id
    set_roles(cast, cast.ada, cast.lin, "own")
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)


def test_a_wrong_form_keeps_what_was_typed_and_says_what_to_do(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = form(
        cast, "associate", name="Süpervisor", description="Kept", do="save", **{"o-clients:create": "on"}
    )
    response = browser.post(address(cast, "associate"), typed)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Another role has this name. Choose another one." in html
    assert 'value="Süpervisor"' in html
    assert ">Kept</textarea>" in html
    assert '<input type="radio" name="o-clients:create" value="on" checked>' in html
    for tampered in ({"starting_point": "owner"}, {"modifier": "XX"}, {"starting_point": "<b>"}):
        response = browser.post(address(cast, "associate"), {**typed, "name": "Associate", **tampered})
        assert response.status_code == 422
    assert browser.post("/settings/roles/new/", {"do": "save"}).status_code == 422


@pytest.mark.requirement("O22")
def test_saving_shows_first_who_gains_and_loses_what(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = form(
        cast, "licensed-therapist", name="Therapist", **{"o-clients:chart": "off", "o-clients:create": "on"}
    )
    asked = text_of(browser.post(address(cast, "licensed-therapist"), {**typed, "do": "save"}))
    for words in (
        "Lin Zhao gains 1 feature.",
        "Lin Zhao loses 1 feature.",
        "Lin Zhao opens 2 fewer full records.",
        "Nothing is saved yet",
    ):
        assert words in asked
    assert cast.lin.actor.may(Permission.CLIENTS_CHART)
    lin = browser_of(cast.lin)
    assert lin.get("/manage/clients/add/").status_code == 403
    saved = browser.post(address(cast, "licensed-therapist"), {**typed, "do": "confirm"})
    assert saved.status_code == 303
    assert not cast.lin.actor.may(Permission.CLIENTS_CHART)
    # The open session of who holds it: the next page counts.
    assert lin.get("/manage/clients/add/").status_code == 200
    assert cast.lin.actor.role_names == ("Therapist",)


def test_what_changes_for_nobody_is_saved_at_once(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = form(cast, "practitioner", do="save", **{"o-clients:create": "on"})
    assert browser.post(address(cast, "practitioner"), typed).status_code == 303


def test_the_second_editor_keeps_what_they_typed(cast: Cast, browser_of: BrowserOf) -> None:
    stale = form(cast, "associate", description="Second", do="save")
    browser = browser_of(cast.ada)
    assert browser.post(address(cast, "associate"), {**stale, "description": "First"}).status_code == 303
    response = browser_of(cast.olu).post(address(cast, "associate"), stale)
    assert response.status_code == 409
    assert "Someone else changed this while you were editing." in text_of(response)
    assert ">Second</textarea>" in response.content.decode()
    again = re.search(r'name="version" value="(\d+)"', response.content.decode())
    assert again
    assert browser.post(address(cast, "associate"), {**stale, "version": again[1]}).status_code == 303


def test_locking_oneself_out_is_said_before_and_done_only_when_confirmed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    typed = form(cast, "administrator", **{"o-roles:define": "off"})
    asked = browser.post(address(cast, "administrator"), {**typed, "do": "save"})
    assert "This takes your own rights." in text_of(asked)
    assert browser.post(address(cast, "administrator"), {**typed, "do": "confirm"}).status_code == 409
    confirmed = {**typed, "do": "confirm", "accept_own_loss": "yes"}
    assert browser.post(address(cast, "administrator"), confirmed).status_code == 303
    assert browser.get("/settings/roles/").status_code == 403


def test_the_panel_follows_the_form_as_one_clicks(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = form(cast, "intern", **{"o-members:invite": "on", "as": str(cast.theo.member_id)})
    html = browser.post(address(cast, "intern"), typed, headers=FRAGMENT).content.decode()
    assert "<html" not in html
    assert "Theo Park, with everything else they hold." in html
    assert "Comes with" in html
    assert 'id="r-members-read" hx-swap-oob=true' in html
    # Somebody who does not hold the role is nobody to check it as.
    typed["as"] = str(cast.lin.member_id)
    assert (
        "Lin Zhao, with"
        not in browser.post(address(cast, "intern"), typed, headers=FRAGMENT).content.decode()
    )


def test_who_may_not_change_a_role_can_look_at_it(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(address(cast, "owner")).content.decode()
    assert "The Owner role always allows everything." in html
    assert "Save role" not in html
    assert browser.post(address(cast, "owner"), form(cast, "owner", do="save")).status_code == 409
    override(cast.ada, cast.lin, roles_define=True)
    lin = browser_of(cast.lin)
    assert (
        "It allows more than you may do yourself" in lin.get(address(cast, "administrator")).content.decode()
    )
    attempt = form(cast, "administrator", do="save", description="Mine")
    assert lin.post(address(cast, "administrator"), attempt).status_code == 403
    attempt = form(cast, "practitioner", do="save", **{"o-audit:all": "on"})
    assert lin.post(address(cast, "practitioner"), attempt).status_code == 403


@pytest.mark.requirement("O22")
def test_a_role_is_copied_under_a_name_of_its_own(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert 'value="Intern copy"' in browser.get(address(cast, "intern", "copy/")).content.decode()
    taken = browser.post(address(cast, "intern", "copy/"), {"name": "INTERN"})
    assert (taken.status_code, 'value="INTERN"' in taken.content.decode()) == (422, True)
    copied = browser.post(address(cast, "intern", "copy/"), {"name": "Intern, second year", "form_key": "k"})
    again = browser.post(address(cast, "intern", "copy/"), {"name": "Intern, second year", "form_key": "k"})
    assert copied.headers["Location"] == again.headers["Location"]


def test_a_role_in_use_is_deleted_with_what_people_get_instead(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert "1 person holds this role" in text_of(browser.get(address(cast, "licensed-therapist", "delete/")))
    unnamed = browser.post(address(cast, "licensed-therapist", "delete/"), {"replacement": "", "version": 1})
    assert (unnamed.status_code, "Choose what people get instead" in text_of(unnamed)) == (422, True)
    chosen = {"replacement": str(cast.alder.roles["billing-administrator"]), "version": 1}
    asked = text_of(browser.post(address(cast, "licensed-therapist", "delete/"), chosen))
    assert "gets Billing Administrator instead" in asked
    assert "Lin Zhao opens 2 fewer full records." in asked
    done = browser.post(address(cast, "licensed-therapist", "delete/"), {**chosen, "do": "confirm"})
    assert done.status_code == 303
    assert cast.lin.actor.role_names == ("Billing Administrator",)
    assert browser.get(address(cast, "licensed-therapist")).status_code == 404


def test_exceptions_are_made_for_one_person_and_shown_on_their_page(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    profile, page = (f"/manage/team/{cast.theo.member_id}/{part}" for part in ("", "permissions/"))
    assert "No exceptions" in text_of(browser.get(profile))
    typed = {"o-clients:chart": "off", "version": "1"}
    assert "Open the full record changed" in text_of(browser.post(page, typed))
    asked = text_of(browser.post(page, {**typed, "do": "save"}))
    assert "Theo Park opens 1 fewer full record." in asked
    assert browser.post(page, {**typed, "do": "confirm"}).headers["Location"] == profile
    assert not cast.theo.actor.may(Permission.CLIENTS_CHART)
    assert "1 exception holds for this person" in text_of(browser.get(profile))
    stale = browser.post(page, {**typed, "do": "confirm", "o-clients:create": "on"})
    assert (stale.status_code, 'name="o-clients:create" value="on" checked' in stale.content.decode()) == (
        409,
        True,
    )


def test_nobody_makes_exceptions_for_an_owner_or_above_themselves(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    page = f"/manage/team/{cast.olu.member_id}/permissions/"
    assert "there are no exceptions for owners" in text_of(browser.get(page))
    assert browser.post(page, {"o-clients:chart": "off", "version": "1", "do": "save"}).status_code == 409
    override(cast.olu, cast.ada, audit_all=False)
    page = f"/manage/team/{cast.lin.member_id}/permissions/"
    assert browser.post(page, {"o-audit:all": "on", "version": "1", "do": "save"}).status_code == 403


def test_the_dropdown_of_roles_tells_system_roles_from_the_practices(
    cast: Cast, browser_of: BrowserOf
) -> None:
    boxes = f"/manage/team/{cast.theo.member_id}/roles/"
    menu = browser_of(cast.ada).get(boxes, headers={"HX-Request": "true"}).content.decode()
    places = [menu.index(words) for words in ("System roles", ">Practitioner<", "Practice roles", ">Intern<")]
    assert places == sorted(places)


@pytest.mark.requirement("U73")
def test_what_each_feature_means_is_one_click_away(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for page in (address(cast, "intern"), f"/manage/team/{cast.theo.member_id}/permissions/"):
        assert 'href="/help/permissions/"' in browser.get(page).content.decode()
    shown = text_of(browser.get("/help/permissions/"))
    assert [p for p in Permission if p.value not in shown] == []


def test_what_a_form_names_twice_or_nowhere_changes_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    typed = form(cast, "practitioner", do="save", **{"o-clients:create": "perhaps", "o-fax:send": "on"})
    assert browser.post(address(cast, "practitioner"), typed).status_code == 303
    with entered(cast.alder.practice_id):
        assert definitions()[UUID(str(cast.alder.roles["practitioner"]))].overrides == {}
