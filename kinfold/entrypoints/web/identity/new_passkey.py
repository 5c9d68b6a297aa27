"""A passkey instead of a password, for somebody who makes their login: asked for on the page, verified when it comes.

What is planned for the login stands in the session, never in the form: a passkey is made for one login and one address.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from kinfold.domain.identity.passkeys import NewPasskey
from kinfold.domain.kernel.errors import InvalidInput

from .mfa import NOT_A_PASSKEY, AddPasskeyForm, passkeys_work

PLANNED: Final = "identity_new_passkey"
FIELD: Final = "credential"


def ask_for(request: HttpRequest, email: str, name: str) -> dict[str, Any] | None:
    """What the browser is asked to make for a login with this address; None where passkeys do not work.

    Asking again is for the same login, so the passkey of a first try is replaced on the device.
    """
    if not passkeys_work():
        return None
    planned = request.session.get(PLANNED, {})
    login_id = planned["login"] if planned.get("email") == email else str(uuid4())
    request.session[PLANNED] = {"login": login_id, "email": email}
    login = get_user_model()(id=UUID(login_id), email=email, full_name=name)
    return {"creation_options": webauthn.begin_registration(login, True)}


def made(request: HttpRequest, email: str) -> NewPasskey | None:
    """The passkey that came with a form, verified, or None. Raises InvalidInput for one that is not right."""
    if not request.POST.get(FIELD):
        return None
    planned = request.session.get(PLANNED, {})
    if planned.get("email") != email or not passkeys_work():
        raise InvalidInput.one("password", NOT_A_PASSKEY)
    login = get_user_model()(id=UUID(planned["login"]), email=email)
    form = AddPasskeyForm({FIELD: request.POST[FIELD]}, user=login)
    if not form.is_valid():
        raise InvalidInput.one("password", NOT_A_PASSKEY)
    return NewPasskey(login_id=login.pk, credential=form.cleaned_data[FIELD])


def sign_in(request: HttpRequest, login_id: UUID, email: str) -> HttpResponse:
    """Sign in somebody who has just made their login with a passkey, and show the recovery codes that go with it."""
    request.session.pop(PLANNED, None)
    passkey = Authenticator.objects.get(user_id=login_id, type=Authenticator.Type.WEBAUTHN)
    # Done with the codes, one begins where one's work is.
    codes = reverse("mfa_view_recovery_codes") + "?first=yes"
    login = Login(user=passkey.user, redirect_url=codes, email=email)
    answer: HttpResponse = perform_passwordless_login(request, passkey, login)
    auto_generate_recovery_codes(request)
    return answer
