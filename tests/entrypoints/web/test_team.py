"""Manage users, Team Members: the list in the browser, inviting, and what becomes of invitations."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.models import Invitation, InvitationState
from tests.domain.team.steps import accept, invite, link_of
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
LIST, SEARCH, INVITE, INVITATIONS = (
    "/manage/team/",
    "/manage/team/search/",
    "/manage/team/invite/",
    "/manage/team/invitations/",
)


def names(html: str) -> list[str]:
    """The people in the list, in order."""
    text = re.sub(r"<b>|</b>", "", html)
    return re.findall(r'aria-hidden="true">[^<]*</span><span>(?:<a [^>]*>|<span class="who">)([^<]+)<', text)


def invitations(cast: Cast) -> dict[str, str]:
    with entered(cast.alder.practice_id):
        return dict(Invitation.objects.values_list("email", "state"))


def filled_in(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "full_name": "Imani Brooks",
        "email": "imani@example.org",
        "roles": [str(cast.alder.roles["associate"])],
        "form_key": "key-1",
        **changes,
    }


@pytest.mark.requirement("U01")
@pytest.mark.requirement("H05")
@pytest.mark.requirement("U04")
def test_manage_users_stands_in_the_menu_and_has_two_tabs(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).get(LIST).content.decode()
    menu = html[html.index('<nav class="nav"') : html.index("</nav>", html.index('<nav class="nav"'))]
    assert "Manage users" in menu
    assert f'href="{LIST}"' in menu
    tabs = html[html.index('<nav class="tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert re.findall(r">(Clients|Team Members)<", tabs) == ["Clients", "Team Members"]


@pytest.mark.requirement("U02")
@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_who_manages_nobody_does_not_see_manage_users_and_cannot_reach_it(
    cast: Cast, browser_of: BrowserOf, person: str
) -> None:
    browser = browser_of(getattr(cast, person))
    for response in (
        browser.get(LIST),
        browser.post(SEARCH, {"q": "lin"}),
        browser.get(INVITE),
        browser.post(INVITE, filled_in(cast)),
        browser.post(INVITATIONS, {"do": "delete", "invitation": str(uuid4())}),
        browser.get(f"{LIST}{cast.lin.member_id}/"),
    ):
        assert response.status_code == 403
        html = response.content.decode()
        assert "Manage users" not in html
        assert "lin@example.org" not in html
    assert invitations(cast) == {}


@pytest.mark.requirement("U07")
@pytest.mark.requirement("U06")
def test_active_opens_first_and_show_leads_to_the_others_with_counts(
    cast: Cast, browser_of: BrowserOf
) -> None:
    invite(cast)
    browser = browser_of(cast.ada)
    html = browser.get(LIST).content.decode()
    assert names(html) == [
        "Olu Adeyemi", "Ada Brandt", "Sana Malik", "Bea Ortiz", "Theo Park", "Lin Zhao",
    ]  # fmt: skip
    shown = re.findall(r"<span>(\w+)<small>[^<]*</small></span><span class=\"n\">(\d+)</span>", html)
    assert shown == [("Active", "6"), ("Pending", "1"), ("Archived", "0")]
    pending = browser.get(LIST, {"show": "pending"}).content.decode()
    assert "imani@example.org" in pending
    assert "Lin Zhao" not in pending
    assert "Nobody here" in browser.get(LIST, {"show": "archived"}).content.decode()
    assert names(browser.get(LIST, {"show": "no such view"}).content.decode()) == names(html)


def test_searching_is_a_post_and_a_fragment_holds_only_the_rows(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert names(browser.post(SEARCH, {"q": "zha"}).content.decode()) == ["Lin Zhao"]
    fragment = browser.post(SEARCH, {"q": "par"}, headers={"HX-Request": "true"}).content.decode()
    assert names(fragment) == ["Theo Park"]
    assert "<html" not in fragment
    assert browser.get(SEARCH).status_code == 405
    assert "Nobody found" in browser.post(SEARCH, {"q": "<script>"}).content.decode()


def test_the_list_sorts_filters_and_pages_by_its_links(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    assert names(browser.get(LIST, {"sort": "-name"}).content.decode())[0] == "Lin Zhao"
    by_role = browser.get(LIST, {"role": str(cast.alder.roles["intern"])}).content.decode()
    assert names(by_role) == ["Theo Park"]
    for wrong in ({"role": "x"}, {"after": "'"}, {"sort": "<"}, {"before": "0" * 99}):
        assert browser.get(LIST, wrong).status_code == 200


@pytest.mark.requirement("O01")
@pytest.mark.requirement("O02")
@pytest.mark.requirement("O03")
def test_invite_therapist_asks_for_name_address_and_role_of_this_practice(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    assert "Invite Therapist" in browser.get(LIST).content.decode()
    form = browser.get(INVITE).content.decode()
    for field in ("full_name", "email", "roles"):
        assert f'name="{field}"' in form
    offered = set(re.findall(r'name="roles" value="([^"]+)"', form))
    assert offered == {str(role) for key, role in cast.alder.roles.items() if key != "owner"}


@pytest.mark.requirement("H04")
def test_an_administrator_invites_and_finds_the_person_under_pending(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    response = browser.post(INVITE, filled_in(cast))
    assert (response.status_code, response.headers["Location"]) == (303, f"{LIST}?show=pending")
    html = browser.get(response.headers["Location"]).content.decode()
    assert "Imani Brooks" in html
    assert re.search(r">\s*1 open invitation\s*<", html)
    assert "The invitation is on its way." in html
    assert invitations(cast) == {"imani@example.org": "pending"}


def test_a_double_click_on_send_invites_once(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    first, second = browser.post(INVITE, filled_in(cast)), browser.post(INVITE, filled_in(cast))
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(invitations(cast)) == 1


def test_a_form_that_cannot_be_sent_keeps_what_was_typed_and_says_why(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    typed = filled_in(cast, full_name='Imani "the" <b>', email="imani@", roles=[])
    response = browser.post(INVITE, typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="Imani &#34;the&#34; &lt;b&gt;"' in html
    assert 'value="imani@"' in html
    for sentence in ("A name cannot contain", "has one @ sign", "Choose at least one role."):
        assert sentence in html
    assert invitations(cast) == {}


@pytest.mark.parametrize(
    ("email", "sentence"),
    [("lin@example.org", "on the team already"), ("imani@example.org", "waits for an answer")],
)
def test_who_is_here_or_invited_already_is_refused_on_the_form(
    cast: Cast, browser_of: BrowserOf, email: str, sentence: str
) -> None:
    invite(cast)
    response = browser_of(cast.ada).post(INVITE, filled_in(cast, email=email))
    assert response.status_code == 409
    assert sentence in response.content.decode()
    assert f'value="{email}"' in response.content.decode()


def test_a_tampered_role_invites_nobody(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for roles in (["x"], [str(cast.birch.roles["owner"])], [str(cast.alder.roles["owner"])]):
        assert browser.post(INVITE, filled_in(cast, roles=roles)).status_code in (403, 404, 422)
    assert invitations(cast) == {}


@pytest.mark.requirement("U12")
@pytest.mark.requirement("U13")
def test_ticked_invitations_are_resent_or_deleted_together(cast: Cast, browser_of: BrowserOf) -> None:
    chosen = [invite(cast), invite(cast, email="amara@example.org")]
    links = [link_of(cast.alder.practice_id, invitation_id) for invitation_id in chosen]
    browser = browser_of(cast.ada)
    posted = {"invitation": [str(invitation_id) for invitation_id in chosen]}
    response = browser.post(INVITATIONS, {**posted, "do": "resend", "form_key": "a"}, follow=True)
    assert "2 invitations are on the way again" in response.content.decode()
    assert [link_of(cast.alder.practice_id, invitation_id) for invitation_id in chosen] != links
    asked = browser.post(INVITATIONS, {**posted, "do": "delete", "form_key": "b"}).content.decode()
    question = asked[asked.index("<dialog") :].split("</dialog>")[0]
    assert "Delete 2 invitations" in question
    assert "amara@example.org" in question
    assert all(f'name="invitation" value="{invitation_id}"' in question for invitation_id in chosen)
    assert set(invitations(cast).values()) == {InvitationState.PENDING}
    sure = {**posted, "do": "delete", "sure": "yes", "form_key": "b"}
    response = browser.post(INVITATIONS, sure, follow=True)
    assert "2 invitations were deleted" in response.content.decode()
    assert set(invitations(cast).values()) == {InvitationState.REVOKED}


def test_a_rows_own_button_leaves_what_is_ticked_alone(cast: Cast, browser_of: BrowserOf) -> None:
    one, ticked = invite(cast), invite(cast, email="amara@example.org")
    browser = browser_of(cast.ada)
    asked = browser.post(INVITATIONS, {"delete": str(one), "invitation": [str(ticked)]}).content.decode()
    question = asked[asked.index("<dialog") :].split("</dialog>")[0]
    assert re.findall(r'name="invitation" value="([^"]+)"', question) == [str(one)]
    browser.post(INVITATIONS, {"do": "delete", "sure": "yes", "invitation": [str(one)]})
    assert invitations(cast) == {"imani@example.org": "revoked", "amara@example.org": "pending"}


def test_an_invitation_that_was_answered_meanwhile_is_left_alone(cast: Cast, browser_of: BrowserOf) -> None:
    answered, waiting = invite(cast), invite(cast, email="amara@example.org")
    accept(link_of(cast.alder.practice_id, answered))
    response = browser_of(cast.ada).post(
        INVITATIONS, {"do": "delete", "invitation": [str(answered), str(waiting)]}, follow=True
    )
    assert "answered or deleted in the meantime" in response.content.decode()
    assert invitations(cast)["amara@example.org"] == "pending"


def test_nothing_ticked_does_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    response = browser_of(cast.ada).post(INVITATIONS, {"do": "delete"}, follow=True)
    assert "Tick at least one invitation." in response.content.decode()


def test_who_declined_is_named_under_pending(cast: Cast, browser_of: BrowserOf) -> None:
    with entered(cast.alder.practice_id, writing=True):
        from kinfold.domain.kernel import clock

        invitation_id = invite(cast, full_name="Amara Diallo")
        Invitation.objects.filter(pk=invitation_id).update(state="declined", answered_at=clock.now())
    html = browser_of(cast.ada).get(LIST, {"show": "pending"}).content.decode()
    assert "Declined lately" in html
    assert "Amara Diallo" in html


def test_another_practices_owner_sees_nothing_of_this_team(cast: Cast, browser_of: BrowserOf) -> None:
    invite(cast)
    browser = browser_of(cast.fran)
    for html in (
        browser.get(LIST).content.decode(),
        browser.get(LIST, {"show": "pending"}).content.decode(),
        browser.post(SEARCH, {"q": "lin"}).content.decode(),
    ):
        assert "example.org" not in html.replace("fran@example.org", "")


@pytest.mark.requirement("U69")
def test_an_action_on_several_is_previewed_and_then_done(
    cast: Cast, browser_of: Callable[[Person], Client]
) -> None:
    browser = browser_of(cast.ada)
    chosen = {"act": "give_role", "member": [str(cast.lin.member_id), str(cast.theo.member_id)]}
    asked = browser.post("/manage/team/several/", chosen).content.decode()
    assert "Choose…" in asked
    with_role = {**chosen, "role": str(cast.alder.roles["associate"])}
    preview = browser.post("/manage/team/several/", with_role).content.decode()
    assert "2 of 2 people" in preview
    assert "Nobody gains or loses anything." in preview
    done = browser.post("/manage/team/several/", {**with_role, "do": "confirm"})
    assert done.status_code == 303
    assert browser.get("/manage/team/").content.decode().count("Associate") >= 2
    nothing = browser.post("/manage/team/several/", {"act": "give_role"})
    assert nothing.status_code == 303


def test_before_a_role_is_given_or_taken_it_is_said_who_gains_and_loses_what(
    cast: Cast, browser_of: Callable[[Person], Client]
) -> None:
    browser = browser_of(cast.olu)
    people = {"member": [str(cast.lin.member_id), str(cast.bea.member_id)]}
    giving = {**people, "act": "give_role", "role": str(cast.alder.roles["client-administrator"])}
    preview = browser.post("/manage/team/several/", giving).content.decode()
    assert re.search(r"Lin Zhao sees \d+ more clients\.", preview)
    assert "See all clients" in preview
    taking = {**people, "act": "take_role", "role": str(cast.alder.roles["licensed-therapist"])}
    preview = browser.post("/manage/team/several/", taking).content.decode()
    assert "0 of 2 people" in preview
    assert "This is their only role." in preview
    assert "What changes for whom" not in preview
    assert cast.lin.actor.role_names == ("Licensed Therapist",)


def test_the_list_is_narrowed_by_status_supervisor_and_licence(
    cast: Cast, browser_of: Callable[[Person], Client]
) -> None:
    browser = browser_of(cast.ada)

    def found(query: str) -> set[str]:
        text = browser.get(f"/manage/team/?{query}").content.decode()
        return {person.first_name for person in cast.team if f'aria-label="Select {person.name}"' in text}

    assert found("status=on_hold") == set()
    assert found(f"supervisor={cast.sana.member_id}") == {"Theo"}
    assert found("supervisor=missing") == set()
    assert found("licence=missing") == {"Sana", "Theo", "Lin"}
    assert found("licence=expired") == set()


def test_the_columns_of_the_team_are_ticked_and_moved_with_and_without_a_script(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)

    def heads() -> list[str]:
        html = browser.get(LIST).content.decode()
        return re.findall(r'<th [^>]*data-column="(\w+)"', html)

    assert heads() == ["name", "status", "roles", "supervisor", "clients", "licence", "seen"]
    columns = f"{LIST}columns/"
    order = [*heads(), "email", "joined"]
    response = browser.post(
        columns, {"order": order, "shown": ["status", "email"], "move": "email:up", "next": LIST}
    )
    assert response.headers["Location"] == LIST
    assert heads() == ["name", "status", "email"]
    response = browser.post(columns, {"order": order, "shown": ["email"]}, headers={"HX-Request": "true"})
    assert response.headers["HX-Trigger"] == "columns-changed"
    assert 'id="show-email" checked' in response.content.decode()
    assert (
        browser.post(columns, {"order": ["shoe_size"], "next": "https://elsewhere.example/"}).headers[
            "Location"
        ]
        == LIST
    )
    assert "There is no such column." in browser.get(LIST).content.decode()
    browser.post(columns, {"order": order, "reset": "yes"})
    assert heads() == ["name", "status", "roles", "supervisor", "clients", "licence", "seen"]
