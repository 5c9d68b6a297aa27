"""Sealed text opens only here and for its purpose; a known browser is known only to the login that used it."""

from uuid import UUID

import pytest
from django.test import override_settings

from kinfold.domain.identity import devices
from kinfold.domain.identity.vault import SealBroken, seal, unseal

ANA, BEN, CARA, DAN = (UUID(int=number) for number in range(1, 5))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def test_sealed_text_opens_only_for_its_purpose_and_place() -> None:
    sealed = seal("mfa", "a seed", bound_to="ana")
    assert "seed" not in sealed
    assert unseal("mfa", sealed, bound_to="ana") == "a seed"
    assert seal("mfa", "a seed", bound_to="ana") != sealed
    for purpose, place in (("session", "ana"), ("mfa", "ben"), ("mfa", "")):
        with pytest.raises(SealBroken):
            unseal(purpose, sealed, bound_to=place)


@pytest.mark.parametrize("broken", ["", "x", "AAAA", "é", "A" * 200])
def test_what_was_never_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(SealBroken):
        unseal("mfa", broken)


def test_a_changed_seal_does_not_open() -> None:
    sealed = seal("mfa", "a seed")
    changed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(SealBroken):
        unseal("mfa", changed)


def test_a_seal_does_not_open_with_another_installations_key() -> None:
    sealed = seal("mfa", "a seed")
    with override_settings(SECRET_KEY="another installation's"), pytest.raises(SealBroken):
        unseal("mfa", sealed)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>" * 100, "Unknown device"),
    ],
)
def test_a_browser_has_a_coarse_name(user_agent: str, name: str) -> None:
    assert devices.device_name(user_agent) == name


def test_a_browser_is_known_only_to_the_logins_that_signed_in_with_it() -> None:
    marks = devices.remember("", ANA)
    assert devices.known(marks, ANA)
    assert devices.known(marks, BEN) is None
    both = devices.remember(marks, BEN)
    assert devices.known(both, ANA) == devices.known(marks, ANA)
    assert devices.known(both, BEN)
    assert devices.remember(both, ANA) == both


def test_a_shared_browser_remembers_the_last_three_logins() -> None:
    marks = ""
    for login_id in (ANA, BEN, CARA, DAN):
        marks = devices.remember(marks, login_id)
    assert devices.known(marks, ANA) is None
    assert all(devices.known(marks, login_id) for login_id in (BEN, CARA, DAN))


@pytest.mark.parametrize("forged", ["", "~~~", "x.y", "x" * 10_000, "a.b~c.d~e.f~g.h", "é.ü", "."])
def test_a_mark_cannot_be_made_up(forged: str) -> None:
    assert devices.known(forged, ANA) is None
