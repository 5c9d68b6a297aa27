"""A list of clients on paper: all of it, as it is filtered and sorted, with who printed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.exports import pending, printing
from kinfold.domain.intake.commands.asking import ask_to_join
from kinfold.domain.intake.commands.inviting import DeleteClientInvitations, delete_client_invitations
from kinfold.domain.intake.commands.page import change_sign_up_page
from kinfold.domain.intake.doorway import guest_at
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.bulk.steps import archive
from tests.domain.clients.steps import add, numbered
from tests.domain.intake.test_inviting_clients import invite
from tests.domain.intake.test_sign_up import PAGE, ROSA
from tests.entrypoints.web.test_clients import names
from tests.personas import Cast, Person

BrowserOf = Callable[[Person], Client]
PRINT = "/clients/print/"


def test_all_of_the_list_is_printed_and_not_the_page_of_it_that_is_shown(
    cast: Cast, browser_of: BrowserOf
) -> None:
    add(cast, *(numbered(n) for n in range(60)))
    browser = browser_of(cast.ada)
    html = browser.get("/manage/clients/?sort=-name&therapist=none").content.decode()
    assert 'href="/clients/print/?' in html
    html = browser.get(f"{PRINT}?sort=-name&therapist=none").content.decode()
    assert len(names(html)) == 61
    assert names(html)[0] == "Uma Petrova"
    for words in ("Active clients", "Alder Creek", "Printed by Ada Brandt on", "Therapist: Unassigned"):
        assert words in html
    with entered(cast.alder.practice_id):
        assert AuditEntry.objects.filter(action="clients.printed").count() == 1


def test_typed_words_come_by_post_and_do_not_stand_on_the_paper(cast: Cast, browser_of: BrowserOf) -> None:
    html = browser_of(cast.ada).post(PRINT, {"q": "okafo"}).content.decode()
    assert names(html) == ["Ben Okafor"]
    assert "Found by a search" in html
    assert "okafo<" not in html
    archive(cast.ada, cast.anna.id)
    assert names(browser_of(cast.ada).get(f"{PRINT}?show=archived").content.decode()) == ["Anna Novak"]


def test_a_long_list_ends_and_says_so(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_PRINTED", 2)
    html = browser_of(cast.ada).get(PRINT).content.decode()
    assert len(names(html)) == 2
    assert "These are the first 2 of 4." in html


def test_each_prints_whom_they_see(cast: Cast, browser_of: BrowserOf) -> None:
    assert names(browser_of(cast.theo).get(PRINT).content.decode()) == ["Anna Novak"]
    refused = browser_of(cast.ada).get(f"{PRINT}?added=yesterday", follow=True)
    assert refused.redirect_chain == [("/manage/clients/", 303)]
    assert "Enter a day, as YYYY-MM-DD." in refused.content.decode()
    html = browser_of(cast.bea).get(f"{PRINT}?tag={cast.anna.id}&sort=email&risk=high").content.decode()
    assert len(names(html)) == 4


def test_the_pending_view_prints_all_who_are_pending_and_no_client(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "MOST", 1)  # of requests that are read at once
    change_sign_up_page(cast.olu.actor, PAGE)
    for name in ("Rosa", "Rose"):
        ask_to_join(guest_at("alder-creek"), replace(ROSA, first_name=name, email=f"{name}@mail.example"))
    invite(cast.ada, "ivo@mail.example")
    delete_client_invitations(
        cast.ada.actor, DeleteClientInvitations(invitation_ids=invite(cast.ada, "gone@mail.example"))
    )
    browser = browser_of(cast.ada)
    assert f'href="{PRINT}?show=pending"' in browser.get("/manage/clients/?show=pending").content.decode()
    html = browser.get(f"{PRINT}?show=pending").content.decode()
    paper = html[html.index("<main") :]
    assert "Pending clients" in paper
    for words in (
        "Rosa <b>Winter</b>",
        "Rose <b>Winter</b>",
        "ivo@mail.example",
        "Sleeping badly.",
        "Printed by Ada Brandt on",
    ):
        assert words in paper
    for words in ("Active clients", "Anna Novak", "gone@mail.example"):
        assert words not in paper
    with entered(cast.alder.practice_id):
        assert [entry.action for entry in AuditEntry.objects.filter(action__endswith="printed")] == [
            "pending_clients.printed"
        ]
    assert browser_of(cast.theo).get(f"{PRINT}?show=pending").status_code == 403
