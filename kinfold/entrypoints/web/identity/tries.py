"""How often what may be tried on the sign-in side, and by whom.

A browser that signed in before has an allowance of its own, so nobody can keep a person out by guessing at
their login from elsewhere. Everybody else is counted by address and e-mail together, then by e-mail alone
(many machines against one login), then by address alone (one machine against many logins).
"""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kinfold.domain.identity import devices
from kinfold.domain.identity.limits import Limit
from kinfold.domain.identity.queries import find_login

Tries = tuple[tuple[Limit, tuple[str, ...]], ...]

DEVICE_COOKIE_AGE = 365 * 24 * 3600

SIGN_IN_HERE = Limit("sign-in, known browser", burst=10, pause=60)
SIGN_IN_PAIR = Limit("sign-in, email and address", burst=5, pause=60)
SIGN_IN_EMAIL = Limit("sign-in, email", burst=50, pause=60)
SIGN_IN_ADDRESS = Limit("sign-in, address", burst=30, pause=10)
PASSKEY_ADDRESS = Limit("passkey, address", burst=20, pause=10)
CODE_HERE = Limit("code, known browser", burst=5, pause=120)
CODE_ELSEWHERE = Limit("code", burst=5, pause=300)
OLD_PASSWORD = Limit("old password", burst=5, pause=60)
RESET_EMAIL = Limit("reset, email", burst=3, pause=600)
RESET_ADDRESS = Limit("reset, address", burst=20, pause=60)
VERIFY_MAIL = Limit("verify mail", burst=5, pause=300)


def device_cookie() -> str:
    """The name of the cookie that marks a browser as known."""
    return "__Host-kinfold-device" if settings.SESSION_COOKIE_SECURE else "kinfold-device"


def marks(request: HttpRequest) -> str:
    """The marks of this browser, as `devices` reads them."""
    return request.COOKIES.get(device_cookie(), "")


def remember_browser(request: HttpRequest, response: HttpResponse, login_id: UUID) -> None:
    """Mark this browser as one that signed in with this login."""
    before = marks(request)
    after = devices.remember(before, login_id)
    if after != before:
        response.set_cookie(
            device_cookie(),
            after,
            max_age=DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def at_sign_in(request: HttpRequest, email: str) -> Tries:
    """What a password for this e-mail address is counted against."""
    login_id = find_login(email)
    here = devices.known(marks(request), login_id) if login_id else None
    if here:
        return ((SIGN_IN_HERE, (here,)),)
    address = address_of(request)
    return (
        (SIGN_IN_PAIR, (email, address)),
        (SIGN_IN_EMAIL, (email,)),
        (SIGN_IN_ADDRESS, (address,)),
    )


def at_code(request: HttpRequest, login_id: UUID) -> Tries:
    """What a code or passkey as second factor is counted against."""
    here = devices.known(marks(request), login_id)
    return ((CODE_HERE, (str(login_id), here)) if here else (CODE_ELSEWHERE, (str(login_id),)),)


def at_reset(request: HttpRequest, email: str) -> Tries:
    """What asking for a reset mail is counted against."""
    return ((RESET_EMAIL, (email,)), (RESET_ADDRESS, (address_of(request),)))


def address_of(request: HttpRequest) -> str:
    """Where the request came from; a whole home or office network for IPv6."""
    return truncate_ip(get_adapter().get_client_ip(request))  # type: ignore[no-any-return]
