"""The page on which the owner of a demo reads its mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from kinfold.domain.kernel import tasks
from kinfold.domain.lifecycle.queries import ListDemoMail, list_demo_mail
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.invitations import InviteMember, invite_member

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.personas import Cast, Person


@pytest.fixture(autouse=True)
def _own_mail_folder(tmp_path: Path) -> Generator[None, None, None]:
    with override_settings(MAIL_FOLDER=tmp_path / "mail"):
        yield


def invite(cast: Cast) -> None:
    """Olu invites somebody, and the worker sends the mail."""
    data = InviteMember(
        full_name="Nils Berg", email="nils@example.org", role_ids=(cast.alder.roles["intern"],)
    )
    invite_member(cast.olu.actor, data)
    tasks.run_pending()


@pytest.mark.django_db
def test_the_owner_of_a_demo_reads_its_mail_and_follows_the_links(
    cast: Cast, browser_of: Callable[[Person], Client]
) -> None:
    Practice.objects.filter(pk=cast.alder.practice_id).update(demo=True)
    invite(cast)
    browser = browser_of(cast.olu)
    assert "nils@example.org" in browser.get(reverse("demo-mail")).content.decode()
    (mail,) = list_demo_mail(cast.olu.actor, ListDemoMail())
    opened = browser.get(reverse("demo-mail"), {"message": str(mail.id)}).content.decode()
    assert 'href="http://127.0.0.1:8000/invitations/' in opened
    for wrong in (str(uuid4()), "x"):
        assert browser.get(reverse("demo-mail"), {"message": wrong}).status_code == 404
    assert browser_of(cast.ada).get(reverse("demo-mail")).status_code == 403


@pytest.mark.django_db
def test_a_real_practice_has_no_such_page(cast: Cast, browser_of: Callable[[Person], Client]) -> None:
    invite(cast)
    assert browser_of(cast.olu).get(reverse("demo-mail")).status_code == 404
