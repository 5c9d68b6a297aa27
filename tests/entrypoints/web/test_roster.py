"""The roster of a clinician on their page: Archive, and Add Client by e-mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel.tenancy import entered
from tests.personas import Cast, Person

SignIn = Callable[[Person], Browser]


def roster(person: Person) -> str:
    return f"/manage/team/{person.member_id}/roster/"


def words(browser: Browser, url: str) -> str:
    return " ".join(browser.get(url).content.decode().split())


@pytest.mark.requirement("H25")
@pytest.mark.requirement("H27")
@pytest.mark.requirement("H28")
@pytest.mark.requirement("H30")
def test_a_client_is_archived_from_one_roster_and_added_to_the_other(cast: Cast, browser_of: SignIn) -> None:
    ada = browser_of(cast.ada)
    page = words(ada, roster(cast.lin))
    assert f'aria-label="Archive {cast.ben.name} from this roster"' in page
    assert 'commandfor="add-client">' in page
    response = ada.post(f"{roster(cast.lin)}{cast.ben.id}/archive/")
    assert (response.status_code, response["Location"]) == (303, roster(cast.lin))
    page = words(ada, roster(cast.lin))
    assert "The client is off this roster." in page
    assert cast.ben.last_name not in page
    response = ada.post(f"{roster(cast.theo)}add/", {"email": cast.ben.email})
    assert response["Location"] == roster(cast.theo)
    page = words(ada, roster(cast.theo))
    assert "The client is on this roster now, with their whole history." in page
    assert cast.ben.last_name in page
    assert ada.post(f"{roster(cast.lin)}{cast.ben.id}/archive/").status_code == 404


@pytest.mark.requirement("H29")
def test_an_unknown_address_goes_on_to_create_with_what_was_typed(cast: Cast, browser_of: SignIn) -> None:
    ada = browser_of(cast.ada)
    response = ada.post(f"{roster(cast.theo)}add/", {"email": "kim@mail.example"})
    page = response.content.decode()
    assert "No client of this practice has this email address." in page
    assert "kim@mail.example" not in response.headers.get("Location", "")
    assert '<input type="hidden" name="email" value="kim@mail.example">' in page
    sent = {"email": "kim@mail.example", "therapist": str(cast.theo.member_id), "more": "0"}
    assert 'formaction="/manage/clients/invite/"' in page
    for address in ("/manage/clients/add/", "/manage/clients/invite/"):
        page = ada.post(address, sent).content.decode()
        assert 'value="kim@mail.example"' in page
        assert f'<option value="{cast.theo.member_id}" selected>' in page


def test_what_cannot_be_added_is_said_in_the_dialogue_and_kept(cast: Cast, browser_of: SignIn) -> None:
    ada = browser_of(cast.ada)
    for typed, sentence in (
        ("<b>", "email address"),
        (cast.dora.email, "This client is on another therapist&#39;s roster. Archive them there first."),
        (cast.anna.email, "This client is on this roster already."),
    ):
        page = ada.post(f"{roster(cast.theo)}add/", {"email": typed}).content.decode()
        assert sentence in page
        assert '<dialog id="add-client" aria-labelledby="add-client-h" open>' in page
        assert "<b>" not in page.split("Add Client</h2>")[1].split("</dialog>")[0]


def test_one_of_a_family_is_chosen_by_name(cast: Cast, browser_of: SignIn) -> None:
    for client, version in ((cast.ben, 1), (cast.uma, 1)):
        change_client(
            cast.ada.actor, ChangeClient(client_id=client.id, version=version, email="family@mail.example")
        )
    ada = browser_of(cast.ada)
    ada.post(f"{roster(cast.lin)}{cast.ben.id}/archive/")
    page = ada.post(f"{roster(cast.theo)}add/", {"email": "family@mail.example"}).content.decode()
    assert f'<option value="{cast.uma.id}">{cast.uma.name}' in page
    chosen = {"email": "family@mail.example", "client": str(cast.uma.id)}
    assert ada.post(f"{roster(cast.theo)}add/", chosen).status_code == 303
    with entered(cast.alder.practice_id):
        assert Client.objects.get(pk=cast.uma.id).primary_id == cast.theo.member_id
        assert Client.objects.get(pk=cast.ben.id).primary_id is None
