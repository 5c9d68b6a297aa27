"""One client's page: who they are, who can see them and why, assignments, and the record that somebody looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Assignment
from kinfold.domain.clients.models import Client as Person_
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
MASKED = re.compile(r'(name="(?:csrfmiddlewaretoken|form_key)" value|nonce)="[^"]+"')


def page_of(client_id: UUID, part: str = "") -> str:
    return f"/clients/{client_id}/{part}"


def seen_by(html: str) -> dict[str, list[str]]:
    """The panel: who sees the client, and by which rules."""
    if "Who can see this client, and why" not in html:
        return {}
    panel = html[html.index("Team members who can see this client") :]
    rows = re.findall(r"<tr>(.*?)</tr>", panel[: panel.index("</table>")], re.DOTALL)[1:]
    found = {}
    for row in rows:
        name = re.search(r"<b[^>]*>([^<]+)</b>", row)
        if name:
            found[name[1]] = re.findall(r"</svg><span>([^<]+)<", row)
    return found


def ties(cast: Cast, client_id: UUID) -> list[tuple[UUID, str, bool]]:
    with entered(cast.alder.practice_id):
        rows = Assignment.objects.filter(client_id=client_id).order_by("since")
        return [(tie.member_id, tie.kind, tie.until is None) for tie in rows]


def test_the_page_shows_who_the_client_is(cast: Cast, browser_of: BrowserOf) -> None:
    change_client(
        cast.ada.actor,
        ChangeClient(
            client_id=cast.anna.id, version=1, phone="(503) 555-0142", external_id="AC-9", tags=("EMDR",)
        ),
    )
    html = browser_of(cast.ada).get(page_of(cast.anna.id)).content.decode()
    today = clock.today()
    age = today.year - 1990 - ((today.month, today.day) < (4, 12))
    for words in (
        "<h1>Anna Novak</h1>",
        f"Born Apr 12, 1990 ({age})",
        "External ID AC-9",
        '<span class="tag">EMDR</span>',
        "(503) 555-0142",
        "anna.novak@<wbr>mail.example",
        "Assigned to Theo Park",
        "Reassign",
        "End assignment",
    ):
        assert words in html, words


def test_no_name_stands_in_an_address_or_a_title(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    for address in (page_of(cast.anna.id), page_of(cast.anna.id, "edit/"), "/manage/clients/"):
        html = browser.get(address).content.decode()
        title = re.search(r"<title>([^<]+)</title>", html)
        assert title
        assert "Anna" not in title[1]
        for found in re.findall(r'(?:href|action|hx-\w+)="([^"]+)"', html):
            assert not re.search("anna|novak", found, re.IGNORECASE), found


def test_who_can_see_this_client_and_why(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(page_of(cast.anna.id)).content.decode()
    assert seen_by(html) == {
        "Theo Park": ["Primary therapist"],
        "Sana Malik": ["Supervises Theo Park"],
        "Olu Adeyemi": ["Owner role"],
        "Ada Brandt": ["Administrator role"],
        "Bea Ortiz": ["Billing Administrator role"],
    }
    assert "5 of 6 team members" in html
    assert "One other team member cannot see this client." in html
    levels = re.findall(r'class="badge[^"]*">([^<]+)<', html)
    assert levels.count("Full record") == 4
    assert levels.count("Billing details") == 1
    dora = browser.get(page_of(cast.dora.id)).content.decode()
    assert seen_by(dora)["Lin Zhao"] == ["Direct therapist"]
    assert "Theo Park" not in seen_by(dora)
    assert "Name and contact" in dora


def test_one_member_is_checked_now_and_on_a_past_day(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    page = page_of(cast.anna.id)
    html = browser.get(page, {"check": str(cast.lin.member_id)}).content.decode()
    assert "Lin Zhao cannot see this client." in html
    assert (
        "Is not this client&#39;s therapist, does not cover for them, and has held no session as a walk-in."
        in html
    )
    html = browser.get(page, {"check": str(cast.sana.member_id)}).content.decode()
    assert "Sana Malik can see this client." in html
    assert "Supervises Theo Park" in html
    before = (cast.began - timedelta(days=1)).date()
    html = browser.get(page, {"check": str(cast.sana.member_id), "at": before.isoformat()}).content.decode()
    assert f"Sana Malik could not see this client on {before:%b} {before.day}, {before.year}." in html
    assert seen_by(html) == {}
    browser.post(page_of(cast.anna.id, "assign/"), {"therapist": str(cast.lin.member_id), "kind": "primary"})
    day = cast.began.date()
    then = browser.get(page, {"at": day.isoformat(), "check": str(cast.lin.member_id)}).content.decode()
    assert "Theo Park" in seen_by(then)
    assert "Lin Zhao" not in seen_by(then)
    assert "Lin Zhao could not see this client on" in then
    now = browser.get(page, {"at": clock.today().isoformat()}).content.decode()
    assert "Lin Zhao" in seen_by(now)
    assert "Theo Park" not in seen_by(now)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"at": "2999-01-01"}, "not in the future"),
        ({"at": "9999-12-31"}, "Enter a day, as YYYY-MM-DD."),
        ({"at": "last week"}, "Enter a day, as YYYY-MM-DD."),
        ({"check": "x"}, ""),
    ],
)
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(
    cast: Cast, browser_of: BrowserOf, asked: dict[str, str], sentence: str
) -> None:
    response = browser_of(cast.ada).get(page_of(cast.anna.id), asked)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert "Theo Park" in seen_by(response.content.decode())


def test_therapists_ask_too_and_see_no_links_into_manage_users(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.theo).get(page_of(cast.anna.id)).content.decode()
    assert "Sana Malik" in seen_by(html)
    for closed in ("/manage/", "Reassign", "/edit/", "End assignment"):
        assert closed not in html


def test_billing_sees_a_name_and_a_therapist_only(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.bea).get(page_of(cast.anna.id)).content.decode()
    assert "Anna Novak" in html
    assert "Theo Park" in html
    for hidden in (
        "1990",
        "mail.example",
        "Who can see",
        "Assignment history",
        "External ID",
        "Sex at birth",
    ):
        assert hidden not in html


@pytest.mark.requirement("O39")
def test_a_client_one_may_not_see_reads_exactly_like_one_that_never_was(
    cast: Cast, browser_of: BrowserOf
) -> None:
    """Every address of a client, byte for byte (RELIABILITY 1.3)."""
    with entered(cast.alder.practice_id):
        tie = Assignment.objects.values_list("id", flat=True).get(client_id=cast.dora.id)
    for person in (cast.theo, cast.sana, cast.fran):
        browser = browser_of(person)
        for method, part, posted in (
            ("get", "", {}),
            ("get", "?check=" + str(person.member_id), {}),
            ("get", "row/", {}),
            ("get", "edit/", {}),
            ("post", "edit/", {"version": "1", "first_name": "X"}),
            ("post", "assign/", {"therapist": str(person.member_id), "kind": "primary"}),
            ("post", f"assignments/{tie}/end/", {}),
        ):
            answers = []
            for client_id in (cast.dora.id, uuid4()):
                response = getattr(browser, method)(page_of(client_id, part), posted)
                body = MASKED.sub(r'\1="…"', response.content.decode()).replace(str(client_id), "…")
                answers.append((response.status_code, body))
            assert answers[0] == answers[1], (person.name, method, part)
            assert answers[0][0] in (303, 403, 404), (person.name, method, part)
            assert "Lindqvist" not in answers[0][1]
    with entered(cast.alder.practice_id):
        assert Person_.objects.get(pk=cast.dora.id).version == 1
        assert Assignment.objects.get(pk=tie).until is None


def test_opening_a_client_is_recorded_once_in_five_minutes(cast: Cast, browser_of: BrowserOf) -> None:
    def looks() -> int:
        with entered(cast.alder.practice_id):
            return AuditEntry.objects.filter(action="client.opened", subject_id=cast.anna.id).count()

    browser = browser_of(cast.theo)
    for _ in range(3):
        browser.get(page_of(cast.anna.id))
    assert looks() == 1
    browser_of(cast.sana).get(page_of(cast.anna.id))
    assert looks() == 2
    browser_of(cast.lin).get(page_of(cast.anna.id))
    assert looks() == 2


@pytest.mark.requirement("O26")
def test_a_client_is_given_to_another_therapist_and_the_history_says_so(
    cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.ada)
    posted = {
        "therapist": str(cast.lin.member_id),
        "kind": "primary",
        "reason": "Theo at capacity. Agreed on the phone.",
        "form_key": "a",
    }
    for _ in range(2):
        html = browser.post(page_of(cast.anna.id, "assign/"), posted, follow=True).content.decode()
    assert "The client is assigned." in html
    assert "Reassigned from Theo Park to Lin Zhao" in html
    assert "<q>Theo at capacity. Agreed on the phone.</q>" in html
    assert "by Ada Brandt" in html
    assert ties(cast, cast.anna.id) == [
        (cast.theo.member_id, "primary", False),
        (cast.lin.member_id, "primary", True),
    ]
    assert browser_of(cast.theo).get(page_of(cast.anna.id)).status_code == 404
    assert browser_of(cast.lin).get(page_of(cast.anna.id)).status_code == 200


def test_a_client_becomes_somebodys_direct_client(cast: Cast, browser_of: BrowserOf) -> None:
    posted = {"therapist": str(cast.theo.member_id), "kind": "direct"}
    html = browser_of(cast.ada).post(page_of(cast.anna.id, "assign/"), posted, follow=True).content.decode()
    assert "Direct client of" in html
    assert seen_by(html)["Theo Park"] == ["Direct therapist"]
    assert "Name and contact" in html


def test_the_history_says_what_became_of_the_client_when_the_therapist_stays(
    cast: Cast, browser_of: BrowserOf
) -> None:
    ada, theo = browser_of(cast.ada), {"therapist": str(cast.theo.member_id)}
    html = ada.post(page_of(cast.anna.id, "assign/"), theo | {"kind": "direct"}, follow=True).content.decode()
    assert "Became a direct client of Theo Park" in html
    html = ada.post(
        page_of(cast.anna.id, "assign/"), theo | {"kind": "primary"}, follow=True
    ).content.decode()
    assert "No longer a direct client; Theo Park is the primary therapist" in html
    assert "Reassigned from Theo Park to Theo Park" not in html


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"therapist": ""}, "Choose a therapist."),
        ({"therapist": "x"}, "Choose a therapist."),
        ({"therapist": str(uuid4())}, "Choose an active team member who sees clients."),
        ({"kind": "owner"}, "Choose"),
        ({"reason": "r" * 301}, "Use at most 300 characters."),
    ],
)
def test_an_assignment_that_cannot_be_keeps_what_was_typed_and_says_why(
    cast: Cast, browser_of: BrowserOf, changes: dict[str, str], sentence: str
) -> None:
    posted = {"therapist": str(cast.lin.member_id), "kind": "primary", "reason": "Because", **changes}
    response = browser_of(cast.ada).post(page_of(cast.anna.id, "assign/"), posted)
    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html
    assert '<dialog id="assign" aria-labelledby="assign-h" open>' in html
    assert f">{posted['reason']}</textarea>" in html
    assert len(ties(cast, cast.anna.id)) == 1


def test_an_assignment_ends_and_the_client_waits(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.ada)
    html = browser.get(page_of(cast.anna.id)).content.decode()
    action = re.search(rf'action="({page_of(cast.anna.id)}assignments/[^"]+/end/)"', html)
    assert action
    html = browser.post(action[1], {"form_key": "a"}, follow=True).content.decode()
    assert "The assignment has ended." in html
    assert "Assignment to Theo Park ended" in html
    assert "Unassigned" in html
    assert ties(cast, cast.anna.id) == [(cast.theo.member_id, "primary", False)]
    html = browser.post(action[1], {"form_key": "b"}, follow=True).content.decode()
    assert "This assignment has ended already." in html
    other = action[1].replace(str(cast.anna.id), str(cast.ben.id))
    assert browser.post(other).status_code == 404


def test_only_those_who_may_assign_can(cast: Cast, browser_of: BrowserOf) -> None:
    with entered(cast.alder.practice_id):
        tie = Assignment.objects.values_list("id", flat=True).get(client_id=cast.anna.id)
    browser = browser_of(cast.theo)
    posted = {"therapist": str(cast.theo.member_id), "kind": "direct"}
    assert browser.post(page_of(cast.anna.id, "assign/"), posted).status_code == 403
    assert browser.post(page_of(cast.anna.id, f"assignments/{tie}/end/")).status_code == 403
    assert ties(cast, cast.anna.id) == [(cast.theo.member_id, "primary", True)]
