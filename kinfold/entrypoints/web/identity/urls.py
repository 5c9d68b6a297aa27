"""Every address of the sign-in side.

allauth's own list is not included: it opens routes that Kinfold keeps shut, such as sign-up, and a route that
is not here cannot be reached. The names are allauth's, since its views lead to one another by them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from . import views

View = Callable[..., HttpResponse]


def _form(view: View) -> View:
    """A form that was not taken answers 422, or 429 when a limit was reached; allauth answers 200 to both."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == HTTPStatus.OK and form is not None:
            codes = {error.code for errors in form.errors.as_data().values() for error in errors}
            if "slow-down" in codes:
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            elif codes:
                response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    return answered


routes: list[URLPattern] = [
    path("account/sign-in/", _form(views.SignIn.as_view()), name="account_login"),
    path("account/sign-out/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", _form(account.reauthenticate), name="account_reauthenticate"),
    path("account/email/", _form(account.email), name="account_email"),
    path("account/email/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    path("account/email/confirm/<str:key>/", views.verify_email, name="account_confirm_email"),
    path("account/password/", _form(account.password_change), name="account_change_password"),
    path("account/password/set/", _form(account.password_set), name="account_set_password"),
    path("account/password/reset/", _form(account.password_reset), name="account_reset_password"),
    path("account/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "account/password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "account/password/reset/link/<str:key>/",
        views.choose_password,
        name="account_reset_password_from_key",
    ),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/sessions/others/end/", views.end_other_sessions, name="sessions-end-others"),
    path("account/sessions/<uuid:session_id>/end/", views.end_session, name="session-end"),
    path("account/security/", mfa.index, name="mfa_index"),
    path("account/security/code/", _form(mfa.authenticate), name="mfa_authenticate"),
    path("account/security/confirm/", _form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/security/app/add/", _form(totp.activate_totp), name="mfa_activate_totp"),
    path("account/security/app/remove/", _form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/security/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/security/recovery-codes/new/",
        _form(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("account/security/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("account/security/passkeys/add/", _form(views.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("account/security/passkeys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "account/security/passkeys/confirm/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/security/passkeys/<int:pk>/", _form(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "account/security/passkeys/<int:pk>/remove/",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
]
