"""Requests that are refused before a page or a handler reads them: in our words, as private as any page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from kinfold.entrypoints.web.middleware import MOST_SENT
from tests.personas import PASSWORD, Cast

FORM = "application/x-www-form-urlencoded"
PAGE, API = "/account/sign-in/", "/api/v1/invitation-links/open"


def check(response: Any, status: int, *, api: bool = False) -> None:
    """One sentence in the language of whoever asked, for nobody to keep."""
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    if api:
        assert response.headers["Content-Type"] == "application/problem+json"
    else:
        assert b'<html lang="en"' in response.content
        assert b"Django" not in response.content
        assert b"Bad Request (400)" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("url", [PAGE, API])
def test_a_host_that_is_not_ours_is_refused(url: str) -> None:
    check(Browser().get(url, headers={"Host": "evil.example"}), 400, api=url == API)


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_without_saying_why() -> None:
    browser = Browser(enforce_csrf_checks=True)
    response = browser.post(PAGE, {"login": "eve@example.org"})
    check(response, 403)
    assert b"eve@example.org" not in response.content
    assert b"cookie" not in response.content.lower()


@pytest.mark.django_db
def test_a_form_with_too_many_fields_is_refused() -> None:
    check(Browser().post(PAGE, "&".join(f"a{n}=1" for n in range(10_001)), content_type=FORM), 413)


@pytest.mark.django_db
def test_a_form_with_too_much_text_is_refused() -> None:
    check(Browser().post(PAGE, "login=" + "a" * 6_000_000, content_type=FORM), 413)


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_a_problem_document_for_a_program() -> None:
    check(Browser().post(API, b"x" * 6_000_000, content_type="application/json"), 413, api=True)


@pytest.mark.django_db
@pytest.mark.parametrize("length", [str(MOST_SENT + 1), "9" * 30, "many", "-1"])
@pytest.mark.parametrize("url", [PAGE, API])
def test_nobody_fills_the_disk_with_a_file_that_is_never_taken(url: str, length: str) -> None:
    response = Browser().generic("POST", url, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=length)
    check(response, 413, api=url == API)


def test_a_member_sees_the_same_when_a_form_was_open_for_too_long(cast: Cast) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.get(PAGE)
    response = browser.post(PAGE, {"login": cast.lin.email, "password": PASSWORD, "csrfmiddlewaretoken": "x"})
    check(response, 403)


@pytest.mark.django_db
def test_a_missing_file_is_not_kept_either() -> None:
    check(Browser().get("/static/nothing.css"), 404)
