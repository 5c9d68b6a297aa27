"""Create New Members and registration codes, on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinfold.domain.identity.models import LoginSession
from kinfold.domain.imports.models import Import
from kinfold.domain.kernel.tasks import run_pending
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.models import Invitation, Member, MemberStatus
from tests.domain.team.steps import add
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
ADD, TEAM, CODES = "/manage/team/add/", "/manage/team/", "/manage/team/codes/"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")
FIELDS = ("first_name", "last_name", "email")
IMANI = {"first_name": "Imani", "last_name": "Brooks", "email": "imani@example.org"}
AMARA = {"first_name": "Amara", "last_name": "Diallo", "email": "amara@example.org"}
BLANK = dict.fromkeys(FIELDS, "")


def form(
    cast: Cast, *people: dict[str, str], roles: tuple[str, ...] = ("associate",), **more: str
) -> dict[str, Any]:
    """The form as a browser posts it, everybody with the same roles."""
    return {
        **{field: [person[field] for person in people] for field in FIELDS},
        **{f"p{n}-roles": [cast.alder.roles[role] for role in roles] for n in range(1, len(people) + 1)},
        "do": "create",
        **more,
    }  # fmt: skip


def typed(html: str, field: str) -> list[str]:
    """What stands in a field of each person."""
    return [unescape(value) for value in re.findall(rf'name="{field}" type="\w+" value="([^"]*)"', html)]


def ticked(html: str, n: int) -> int:
    """How many roles one person has on the form."""
    return len(re.findall(rf'name="p{n}-roles" value="[^"]+" checked', html))


def new_members(cast: Cast) -> list[str]:
    with entered(cast.alder.practice_id):
        names = {member.name for member in Member.objects.all()}
    return sorted(names - {member.name for member in cast.team})


@pytest.mark.requirement("U61")
@pytest.mark.requirement("U62")
@pytest.mark.requirement("U63")
@pytest.mark.requirement("H06")
def test_add_team_member_opens_create_new_members_which_says_what_is_missing(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(TEAM).content.decode()
    assert re.search(rf'href="{ADD}"[^>]*>.*?Add Team Member', html, re.DOTALL)
    html = browser.get(ADD).content.decode()
    assert "<h1>Create New Members</h1>" in html
    assert 'href="/help/adding/"' in html
    offered = re.findall(r"<span data-label>([^<]+)</span>", html)
    assert "Intern" in offered
    assert "Owner" not in offered, "nobody gives more than they hold"
    response = browser.post(ADD, {**BLANK, "do": "create"})
    html = response.content.decode()
    assert response.status_code == 422
    for sentence in (
        "Enter a first name.",
        "Enter a last name.",
        "Enter an email address.",
        "Choose at least one role.",
    ):
        assert sentence in html
    assert new_members(cast) == []


@pytest.mark.requirement("U60")
@pytest.mark.requirement("U65")
def test_several_are_created_and_stand_on_the_list_at_once(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(
        ADD, form(cast, IMANI, BLANK, AMARA, roles=("associate", "supervisor"), send_codes="yes")
    )
    assert (response.status_code, response.headers["Location"]) == (303, TEAM)
    html = browser.get(TEAM).content.decode()
    assert "Success! Team Members have been created!" in html
    assert new_members(cast) == ["Amara Diallo", "Imani Brooks"]
    assert html.count("Not registered, code until") == 2
    assert OutgoingMail.objects.filter(kind="team.registration").count() == 2


@pytest.mark.requirement("U65")
def test_people_are_added_and_taken_away_without_a_script_with_their_roles(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    posted = form(cast, IMANI, AMARA, send_codes="yes")
    posted["p2-roles"] = [cast.alder.roles["intern"], cast.alder.roles["supervisor"]]
    for more, count in (("1", 3), ("5", 7), ("10", 12), ("15", 17)):
        html = browser.post(ADD, {**posted, "more": more}).content.decode()
        assert typed(html, "email") == [IMANI["email"], AMARA["email"]] + [""] * (count - 2)
        assert (ticked(html, 1), ticked(html, 2), ticked(html, 3)) == (1, 2, 0)
        assert re.search(r'name="send_codes" value="yes"[^>]* checked', html)
        assert re.search(r'id="create">Create Accounts<', html)
    html = browser.post(ADD, {**posted, "remove": "1"}).content.decode()
    assert (typed(html, "first_name"), ticked(html, 1)) == (["Amara"], 2)
    assert re.search(r'id="create">Create Account<', html)
    assert new_members(cast) == []


@pytest.mark.requirement("U65")
def test_every_wrong_row_says_why_and_nothing_typed_is_lost(cast: Cast, browser_of: BrowserOf) -> None:
    wrong = {"first_name": '<b>"Leo"</b>', "last_name": "\u202eoel", "email": cast.lin.email}
    response = browser_of(cast.ada).post(ADD, form(cast, IMANI, BLANK, wrong))
    html = response.content.decode()
    assert response.status_code == 422
    for field in FIELDS:
        assert typed(html, field) == [IMANI[field], "", wrong[field]]
    assert "No accounts were created yet. 1 of 2 people needs attention." in html
    assert "This person is on the team already." in html
    assert '<a href="#p3-email">3. ' in html
    assert ticked(html, 1) == ticked(html, 3) == 1
    assert "<b>" + '"Leo"' not in html
    assert new_members(cast) == []


def test_somebody_archived_here_is_one_click_away(cast: Cast, browser_of: BrowserOf) -> None:
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.lin.member_id).update(status=MemberStatus.ARCHIVED)
    browser = browser_of(cast.ada)
    archived = {**IMANI, "email": cast.lin.email}
    html = browser.post(ADD, form(cast, AMARA, archived)).content.decode()
    profile = f'href="/manage/team/{cast.lin.member_id}/" target="_blank"'
    assert "This person is archived here." in html
    assert profile in html
    invited = {"full_name": "Lin Zhao", "email": cast.lin.email, "roles": [cast.alder.roles["associate"]]}
    response = browser.post("/manage/team/invite/", invited)
    assert response.status_code == 409
    assert profile in response.content.decode()


def test_a_role_above_ones_own_in_a_tampered_form_is_refused_and_everything_typed_stays(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(ADD, form(cast, IMANI, roles=("owner",)))
    assert response.status_code == 403
    assert "no more than your own roles do" in response.content.decode()
    assert typed(response.content.decode(), "first_name") == ["Imani"]
    invited = {"full_name": "Imani Brooks", "email": IMANI["email"], "roles": [cast.alder.roles["owner"]]}
    response = browser.post("/manage/team/invite/", invited)
    assert response.status_code == 403
    assert typed(response.content.decode(), "full_name") == ["Imani Brooks"]
    assert new_members(cast) == []


def test_a_double_click_creates_once(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for _ in range(2):
        assert browser.post(ADD, form(cast, IMANI, form_key="key-1")).status_code == 303
    assert new_members(cast) == ["Imani Brooks"]
    again = browser.post(ADD, form(cast, AMARA, form_key="key-1"))
    assert again.status_code == 422
    assert "This form was sent before" in again.content.decode()


# --- registration codes ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("U64")
def test_a_code_is_sent_or_shown_from_the_list_and_from_the_profile(
    cast: Cast, browser_of: BrowserOf
) -> None:
    member_id, browser = add(cast), browser_of(cast.ada)
    for page in (f"{TEAM}{member_id}/acts/", f"{TEAM}{member_id}/"):
        html = browser.get(page).content.decode()
        assert f'name="member" value="{member_id}"' in html
        for words in ("Send Registration Code", "View Registration Code"):
            assert words in html
    assert all(
        "Not registered" in browser.get(page).content.decode() for page in (TEAM, f"{TEAM}{member_id}/")
    )
    back = f"{TEAM}{member_id}/"
    response = browser.post(CODES, {"do": "send", "member": [member_id], "next": back})
    assert (response.status_code, response.headers["Location"]) == (303, back)
    html = browser.get(back).content.decode()
    assert "A registration code is on the way." in html
    assert "Not registered, code until" in html
    response = browser.post(CODES, {"do": "view", "member": [member_id], "next": back})
    html = response.content.decode()
    assert len(set(CODE.findall(html))) == 1
    assert "Imani Brooks" in html
    assert "no-store" in response.headers["Cache-Control"]
    assert f'href="{back}"' in html


def test_codes_are_asked_for_once_more_before_they_are_shown(cast: Cast, browser_of: BrowserOf) -> None:
    member_id, browser = add(cast), browser_of(cast.ada)
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 600
    session.save()
    response = browser.post(CODES, {"do": "view", "member": [member_id]})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/account/confirm/")


def test_whoever_may_not_add_members_sees_nothing_of_codes(cast: Cast, browser_of: BrowserOf) -> None:
    member_id = add(cast)
    for person in (cast.sana, cast.lin, cast.bea, cast.fran):
        browser = browser_of(person)
        response = browser.post(CODES, {"do": "view", "member": [member_id]})
        assert response.status_code == (404 if person is cast.fran else 403)
        assert CODE.findall(response.content.decode()) == []


def test_members_with_a_login_have_no_codes_and_the_list_says_nothing_of_it(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    assert "Not registered" not in browser.get(TEAM).content.decode()
    response = browser.post(CODES, {"do": "view", "member": [cast.lin.member_id], "next": "//evil.example"})
    assert (response.status_code, response.headers["Location"]) == (303, TEAM)
    assert "people on the team who have no login yet" in browser.get(TEAM).content.decode()


def test_no_code_lies_in_a_session(cast: Cast, browser_of: BrowserOf, client: Client) -> None:
    html = browser_of(cast.ada).post(CODES, {"do": "view", "member": [add(cast)]}).content.decode()
    (code,) = set(CODE.findall(html))
    client.get(f"/register/{code}/")
    assert code not in repr(list(LoginSession.objects.values()))


# --- Invite Team Member By Email --------------------------------------------------------------------------------------

EMAIL = "/manage/team/invite/email/"


def letter(cast: Cast, *emails: str, **more: str) -> dict[str, Any]:
    """The form as a browser posts it."""
    return {
        "email": list(emails), "full_name": ["Imani Brooks"] + [""] * (len(emails) - 1),
        "roles": [cast.alder.roles["associate"]], "message": "Bring <b>a</b> pen.", "do": "create", **more,
    }  # fmt: skip


def invited(cast: Cast) -> list[str]:
    with entered(cast.alder.practice_id):
        return sorted(Invitation.objects.values_list("email", flat=True))


@pytest.mark.requirement("U66")
@pytest.mark.requirement("U67")
@pytest.mark.requirement("U68")
def test_several_are_invited_after_a_look_at_the_mail(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(TEAM).content.decode()
    assert f'href="{EMAIL}"' in html
    assert "Invite Team Member By Email" in html
    posted = letter(cast, "imani@example.org", "", "amara@example.org")
    html = browser.post(EMAIL, {**posted, "do": "preview"}).content.decode()
    for words in (
        "Invitation to the team of Alder Creek",
        "Hello Imani Brooks,",
        "Bring &lt;b&gt;a&lt;/b&gt; pen.",
    ):
        assert words in html
    assert typed(html, "email") == ["imani@example.org", "", "amara@example.org"]
    assert re.search(rf'value="{cast.alder.roles["associate"]}"[^>]* checked', html)
    assert invited(cast) == []
    response = browser.post(EMAIL, posted)
    assert (response.status_code, response.headers["Location"]) == (303, f"{TEAM}?show=pending")
    html = browser.get(f"{TEAM}?show=pending").content.decode()
    assert "2 invitations are on the way." in html
    assert invited(cast) == ["amara@example.org", "imani@example.org"]


def test_a_wrong_message_and_a_wrong_row_are_said_and_nothing_typed_is_lost(
    cast: Cast, browser_of: BrowserOf
) -> None:
    posted = letter(cast, "imani@example.org", cast.lin.email, message="See https://evil.example")
    html = browser_of(cast.ada).post(EMAIL, posted).content.decode()
    assert "No invitations were sent yet. 1 of 2 people needs attention." in html
    assert '<a href="#f-message">Leave out links to other sites' in html
    assert '<a href="#p2-email">2. This person is on the team already.</a>' in html
    assert "See https://evil.example</textarea>" in html
    assert typed(html, "full_name") == ["Imani Brooks", ""]
    assert invited(cast) == []


def test_two_thousand_invitations_at_once_are_refused_in_a_sentence(
    cast: Cast, browser_of: BrowserOf
) -> None:
    posted = letter(cast, *(f"n{n}@example.org" for n in range(2000)))
    response = browser_of(cast.ada).post(EMAIL, posted)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Invite at most 50 people at a time." in html
    assert html.count("@example.org") >= 2000  # everything that was typed
    assert invited(cast) == []


# --- Add admin --------------------------------------------------------------------------------------------------------

ADMIN, PENDING = "/manage/team/admins/add/", "/manage/team/?show=pending"


def nora(cast: Cast, **more: str) -> dict[str, Any]:
    """The form as a browser posts it."""
    role = cast.alder.roles["administrator"]
    known = {"first_name": "Nora", "last_name": "Weiss", "email": cast.nora.email}
    return {**known, "roles": [role], **more}


@pytest.mark.requirement("H07")
@pytest.mark.requirement("H09")
def test_an_administrator_is_asked_for_under_the_dots_and_an_owner_approves_under_pending(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser, owner = browser_of(cast.ada), browser_of(cast.olu)
    assert f'href="{ADMIN}"' in browser.get(TEAM).content.decode()
    html = browser.get(ADMIN).content.decode()
    assert "An owner has to approve them first." in html
    assert "Licensed Therapist" not in html, "roles for administration only"
    response = browser.post(ADMIN, nora(cast))
    assert (response.status_code, response.headers["Location"]) == (303, PENDING)
    html = browser.get(PENDING).content.decode()
    assert "Waiting for an owner&#39;s approval" in html or "Waiting for an owner's approval" in html
    assert ">Approve<" not in html
    assert "1 new administrator waits for your approval." in owner.get(TEAM).content.decode()
    html = owner.get(PENDING).content.decode()
    assert "Asked for by Ada Brandt" in html
    decide = re.search(r'action="(/manage/team/admins/[^"]+/)"', html)
    assert decide
    assert browser.post(decide[1], {"do": "approve"}).status_code == 403
    assert owner.post(decide[1], {"do": "approve"}).headers["Location"] == PENDING
    assert new_members(cast) == ["Nora Weiss"]
    owner.post(decide[1], {"do": "decline"})
    assert "This was decided in the meantime." in owner.get(PENDING).content.decode()


@pytest.mark.requirement("H08")
def test_an_unconfirmed_address_is_refused_with_what_to_do_and_nothing_typed_is_lost(
    cast: Cast, browser_of: BrowserOf
) -> None:
    response = browser_of(cast.ada).post(ADMIN, nora(cast, email="nobody@example.org"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "There is no confirmed login with this email address." in html
    assert typed(html, "first_name") == ["Nora"]
    assert typed(html, "email") == ["nobody@example.org"]
    assert re.search(rf'value="{cast.alder.roles["administrator"]}"[^>]* checked', html)


def test_a_tampered_role_and_a_person_who_is_here_are_refused_on_the_form(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(ADMIN, {**nora(cast), "roles": [cast.alder.roles["owner"]]})
    assert response.status_code == 403
    assert "no more than your own roles do" in response.content.decode()
    response = browser.post(ADMIN, nora(cast, email=cast.bea.email))
    assert response.status_code == 409
    assert "This person is on the team already." in response.content.decode()


# --- Import from a file -----------------------------------------------------------------------------------------------


def test_a_file_of_members_goes_the_way_of_files_of_clients(cast: Cast, browser_of: BrowserOf) -> None:
    browser, new = browser_of(cast.ada), "/imports/new/?whom=members"
    html = browser.get(TEAM).content.decode()
    assert f'href="{new}"' in html
    assert "Import from a file" in html
    assert "<h1>Import team members</h1>" in browser.get(new).content.decode()
    table = "First name,Last name,Email,Role\nImani,Brooks,imani@example.org,intern\nLin,Z,lin@example.org,Intern\n"
    given = SimpleUploadedFile("team.csv", table.encode(), "text/csv")
    browser.post("/imports/new/", {"file": given, "whom": "members"})
    run_pending()
    with entered(cast.alder.practice_id):
        import_id = Import.objects.values_list("id", flat=True).get()
    html = browser.get(f"/imports/{import_id}/check/").content.decode()
    for words in ("Import 1 team member", "This person is on the team already.", "Intern"):
        assert words in html
    assert "Duplicates" not in html
    browser.post(f"/imports/{import_id}/apply/", {"form_key": "key-1"})
    run_pending()
    html = browser.get(f"/imports/{import_id}/").content.decode()
    assert "1 team member imported." in html
    assert "Success! Team Members have been created!" in html
    assert new_members(cast) == ["Imani Brooks"]
    assert browser.post(f"/imports/{import_id}/undo/", {"form_key": "key-2"}).status_code == 303
    assert "Imani" not in browser.get(TEAM).content.decode()
    assert browser_of(cast.bea).get(new).status_code == 403
