"""The set-up page, which exists only before there is a practice, keeps the rules of all pages (test_templates.py)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.architecture.reading import read

RENDERED = {"pages/setup.html"}


@pytest.mark.django_db
def test_an_installation_without_a_practice_leads_to_its_set_up(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup/")
    for page in (client.get("/setup/"), client.post("/setup/", {"slug": "A B", "password": "short"})):
        found = read(page)  # type: ignore[arg-type]
        assert (found.inline, found.outside) == ([], [])
        assert found.titles == ["Set up · Kinfold"]
        assert len(found.ids) == len(set(found.ids))
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
    assert page.status_code == 422
