"""Settings shows the mail that was given up, and sends it again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.urls import reverse

from kinfold.domain.kernel import clock
from kinfold.domain.messages.models import OutgoingMail

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.personas import Cast, Person


@pytest.mark.django_db
def test_owners_see_mail_that_was_given_up_and_send_it_again(
    cast: Cast, browser_of: Callable[[Person], Client]
) -> None:
    browser = browser_of(cast.olu)
    assert "Mail that did not arrive" not in browser.get(reverse("settings")).content.decode()
    for state in ("failed", "unsure"):
        OutgoingMail.objects.create(
            kind="team.invitation",
            for_practice=cast.alder.practice_id,
            subject_id=uuid4(),
            message_id=f"<{state}@example>",
            state=state,
            attempts=8,
            created_at=clock.now(),
            error="TimeoutError",
        )
    page = browser.get(reverse("settings")).content.decode()
    for words in ("Invitation to the team", "Not sent", "May have arrived", "8 attempts", "TimeoutError"):
        assert words in page
    lost = OutgoingMail.objects.get(state="failed")
    response = browser.post(reverse("mail-again", args=[lost.pk]), {"form_key": "k"})
    assert response.status_code == 303
    lost.refresh_from_db()
    assert lost.state == "queued"
    assert "on its way again" in browser.get(reverse("settings")).content.decode()
    assert browser.post(reverse("mail-again", args=[lost.pk]), {"form_key": "k"}).status_code == 303
    assert browser.post(reverse("mail-again", args=[lost.pk])).status_code == 404
