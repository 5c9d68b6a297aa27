"""Each bulk act on three clients of whom it fits two, and undone after one of the two was changed by somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

import pytest
from django.test import Client as Browser

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Client
from kinfold.domain.kernel.tenancy import entered
from tests.domain.care.steps import hold
from tests.domain.clients.bulk.steps import archive, choose, outcomes, tag, unarchive, undo
from tests.domain.clients.steps import card
from tests.entrypoints.web.test_changes import carry_out
from tests.personas import Cast, CastClient, Person

BrowserOf = Callable[[Person], Browser]


class Played(NamedTuple):
    """Who fits, who fits and is changed afterwards, who does not fit and why; what is typed, and how one is changed."""

    stays: CastClient
    touched: CastClient
    left: CastClient
    why: str
    typed: dict[str, str]
    touch: Callable[[Cast, UUID], object]


def edited(cast: Cast, client_id: UUID) -> None:
    version = card(cast.ada, client_id).version
    change_client(cast.ada.actor, ChangeClient(client_id=client_id, version=version, last_name="Changed"))


def play(cast: Cast, act: Act) -> Played:
    """What stands before the act."""
    anna, ben, uma = cast.anna, cast.ben, cast.uma
    if act is Act.ARCHIVE:
        archive(cast.ada, uma.id)
        return Played(anna, ben, uma, "archived", {}, lambda cast, one: unarchive(cast.ada, one))
    if act is Act.UNARCHIVE:
        archive(cast.ada, anna.id, ben.id)
        return Played(anna, ben, uma, "active", {}, edited)
    if act is Act.ADD_TAGS:
        tag(cast.ada, ("EMDR",), uma.id)
        return Played(anna, ben, uma, "tagged", {"tags": "emdr"}, edited)
    if act is Act.REMOVE_TAGS:
        tag(cast.ada, ("EMDR",), anna.id, ben.id)
        return Played(anna, ben, uma, "not-tagged", {}, edited)
    if act is Act.REASSIGN:
        return Played(ben, uma, anna, "theirs", {"therapist": str(cast.theo.member_id)}, edited)
    if act is Act.SEND_CODES:
        with entered(cast.alder.practice_id, writing=True):
            Client.objects.filter(pk=uma.id).update(email="")
        return Played(anna, ben, uma, "no-email", {}, edited)
    hold(cast.theo, anna)
    hold(cast.lin, ben)
    archive(cast.ada, anna.id, ben.id)
    typed = {"reason": "Left the practice", "count": "2"}
    return Played(anna, ben, uma, "not-archived", typed, lambda cast, one: unarchive(cast.ada, one))


@pytest.mark.parametrize("act", list(Act))
def test_it_says_2_of_3_and_undoing_it_keeps_who_was_changed_since(
    cast: Cast, browser_of: BrowserOf, act: Act
) -> None:
    played, browser = play(cast, act), browser_of(cast.ada)
    change_id = choose(cast.ada, act, played.stays.id, played.touched.id, played.left.id)
    address = f"/clients/changes/{change_id}/"
    html = browser.get(address).content.decode()
    typed: dict[str, str | list[str]] = {**played.typed}
    if act is Act.REMOVE_TAGS:
        typed["tag"] = re.findall(r'name="tag" value="([^"]+)"', html)
    html = browser.post(address, typed).content.decode()
    assert re.search(r'<h2 id="says"[^>]*>2 of 3 ', html)
    carry_out(browser, address, **typed)
    assert outcomes(cast.ada, change_id) == {
        "done": {played.stays.first_name, played.touched.first_name},
        played.why: {played.left.first_name},
    }
    played.touch(cast, played.touched.id)
    now = card(cast.ada, played.touched.id)
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {
        "undone": {played.stays.first_name},
        "since-changed": {played.touched.first_name},
        played.why: {played.left.first_name},
    }
    assert card(cast.ada, played.touched.id) == now
    html = browser.get(address).content.decode()
    assert "1 of 2 were left as they are." in html
    assert "changed since, and kept as they are now" in html
