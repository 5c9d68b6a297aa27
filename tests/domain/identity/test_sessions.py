"""Sessions: what the table holds, when they end, and that an ended one is refused."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.test import override_settings

from kinfold.domain.identity import commands
from kinfold.domain.identity.models import LoginSession
from kinfold.domain.identity.queries import list_sessions
from kinfold.domain.identity.sessions import SessionStore
from kinfold.domain.kernel import clock
from tests.personas import Cast

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def signed_in(cast: Cast, device: str = "Firefox on Linux") -> SessionStore:
    """A session of Olu's, begun now."""
    store = SessionStore(device=device)
    store[SESSION_KEY] = str(cast.olu.login_id)
    store.create()
    store.save()
    return store


def is_open(key: str | None) -> bool:
    """Whether a cookie still opens a session."""
    return SESSION_KEY in SessionStore(key)


def test_sessions_are_kept_by_this_engine() -> None:
    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore


def test_the_table_holds_neither_the_cookie_nor_what_is_in_the_session(cast: Cast) -> None:
    store = signed_in(cast)
    store["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
    store.save()
    row = LoginSession.objects.get()
    stored = "|".join(str(getattr(row, field.attname)) for field in LoginSession._meta.concrete_fields)
    assert store.session_key
    assert store.session_key not in stored
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert SessionStore(store.session_key)["mfa.totp.secret"] == "JBSWY3DPEHPK3PXP"
    assert not is_open(row.digest), "what the table holds is no cookie"


def test_content_moved_to_another_row_does_not_open(cast: Cast) -> None:
    mine, theirs = signed_in(cast), signed_in(cast)
    rows = {row.device: row for row in LoginSession.objects.all()}
    assert rows
    sealed = LoginSession.objects.exclude(sealed="").values_list("sealed", flat=True)[0]
    LoginSession.objects.update(sealed=sealed)
    assert [is_open(mine.session_key), is_open(theirs.session_key)].count(True) == 1


def test_everybody_signs_in_again_after_the_installation_key_was_replaced(cast: Cast) -> None:
    store = signed_in(cast)
    with override_settings(SECRET_KEY="another key"):
        assert not is_open(store.session_key)


def test_a_session_ends_after_thirty_minutes_without_a_request(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        key = signed_in(cast).session_key
    with clock.frozen_at(NOON + 29 * MINUTE):
        assert is_open(key)
    with clock.frozen_at(NOON + 58 * MINUTE):
        assert is_open(key), "each request begins the thirty minutes anew"
    with clock.frozen_at(NOON + 88 * MINUTE):
        assert not is_open(key)


def test_a_session_in_use_ends_twelve_hours_after_signing_in(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        key = signed_in(cast).session_key
    for minutes in range(20, 720, 20):
        with clock.frozen_at(NOON + minutes * MINUTE):
            store = SessionStore(key)
            assert SESSION_KEY in store
            store["n"] = minutes
            store.save()
    with clock.frozen_at(NOON + 720 * MINUTE):
        assert not is_open(key)


def test_a_new_key_for_the_same_sign_in_does_not_begin_the_twelve_hours_anew(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        store = signed_in(cast)
    with clock.frozen_at(NOON + 25 * MINUTE):
        store = SessionStore(store.session_key)
        old = store.session_key
        store.cycle_key()
        store.save()
        assert not is_open(old)
        assert is_open(store.session_key)
    assert LoginSession.objects.get().started_at == NOON


def test_signing_in_begins_the_twelve_hours_under_a_new_key(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        store = SessionStore()
        store["next"] = "/"
        store.create()
        before = store.session_key
    with clock.frozen_at(NOON + 20 * MINUTE):
        store = SessionStore(before)
        store.load()
        store.cycle_key()
        store[SESSION_KEY] = str(cast.olu.login_id)
        store.save()
        assert store.session_key != before
        assert store["next"] == "/"
        assert LoginSession.objects.get().started_at == NOON + 20 * MINUTE


def test_reading_a_page_writes_at_most_once_a_minute(cast: Cast, django_assert_num_queries: object) -> None:
    with clock.frozen_at(NOON):
        key = signed_in(cast).session_key
    with clock.frozen_at(NOON + timedelta(seconds=59)), django_assert_num_queries(1):  # type: ignore[operator]
        is_open(key)
    with clock.frozen_at(NOON + timedelta(seconds=60)), django_assert_num_queries(2):  # type: ignore[operator]
        is_open(key)


def test_an_ended_session_is_refused_and_cannot_be_saved_back(cast: Cast) -> None:
    store = signed_in(cast)
    in_flight = SessionStore(store.session_key)
    in_flight.load()
    in_flight["late"] = True
    assert commands.end_sessions(cast.olu.login_id) == 1
    assert not is_open(store.session_key)
    with pytest.raises(UpdateError):
        in_flight.save()


def test_an_unknown_cookie_opens_nothing_and_is_not_taken_over(cast: Cast) -> None:
    store = SessionStore("a-key-that-an-attacker-chose-beforehand")
    assert store.load() == {}
    store["x"] = 1
    store.save()
    assert store.session_key != "a-key-that-an-attacker-chose-beforehand"


def test_one_browser_or_all_others_can_be_signed_out(cast: Cast) -> None:
    here = signed_in(cast, "Firefox on Linux")
    phone, library = signed_in(cast, "Safari on iPhone"), signed_in(cast, "Edge on Windows")
    listed = list_sessions(cast.olu.login_id, here.session_key)
    assert next(session.device for session in listed) == "Firefox on Linux"
    assert [session.is_this_one for session in listed] == [True, False, False]

    phone_id = next(session.id for session in listed if session.device == "Safari on iPhone")
    assert not commands.end_session(cast.ada.login_id, phone_id), "somebody else's session"
    assert is_open(phone.session_key)
    assert commands.end_session(cast.olu.login_id, phone_id)
    assert not is_open(phone.session_key)
    assert not commands.end_session(cast.olu.login_id, phone_id), "gone already"

    assert commands.end_sessions(cast.olu.login_id, but=here.session_key) == 1
    assert not is_open(library.session_key)
    assert is_open(here.session_key)


def test_ended_sessions_are_deleted_by_housekeeping(cast: Cast) -> None:
    with clock.frozen_at(NOON):
        signed_in(cast)
        commands.forget_what_ended()
        assert LoginSession.objects.count() == 1
    with clock.frozen_at(NOON + 30 * MINUTE):
        commands.forget_what_ended()
        assert LoginSession.objects.count() == 0
