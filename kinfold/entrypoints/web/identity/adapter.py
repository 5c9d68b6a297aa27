"""How allauth is made to keep Kinfold's promises: one class that it asks at every turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from kinfold.domain.identity import commands, limits
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email

from . import tries

# allauth's short messages that are worth a toast, in our words. The others say what the page says already.
TOASTS = {
    "account/messages/password_changed.txt": "Your password was changed. Other browsers were signed out.",
    "account/messages/password_set.txt": "Your password was set.",
    "account/messages/logged_out.txt": "You are signed out.",
    "account/messages/email_confirmation_sent.txt": "A link to confirm the address is on its way.",
    "account/messages/email_deleted.txt": "The new address was forgotten.",
    "mfa/messages/totp_activated.txt": "The authenticator app was added.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app was removed.",
    "mfa/messages/webauthn_added.txt": "The passkey was added.",
    "mfa/messages/webauthn_removed.txt": "The passkey was removed.",
    "mfa/messages/recovery_codes_generated.txt": "Keep the new recovery codes in a safe place: they are shown once.",
}

# Changes of the second factor: other browsers are signed out, and the person is told by mail.
SECURITY_NOTICES = {
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed, limits are counted in the database, mail is queued, sessions end when they should."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This login is switched off. Ask who runs your practice's Kinfold.",
        "email_password_mismatch": "The email address and the password do not belong together.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": "This code is not right, or was used already. Wait for the next one.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "Too many tries. Wait a few minutes, then try again.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: logins arise from invitations and from setting up a practice."""
        return False

    def get_login_stages(self) -> list[str]:
        """A proved address, then a second factor."""
        return ["allauth.account.stages.EmailVerificationStage", "allauth.mfa.stages.AuthenticateStage"]

    def clean_email(self, email: str) -> str:
        """The stored form of an address, or what is wrong with it."""
        try:
            return canonical_email(email)
        except NotAnEmailAddress as error:
            raise ValidationError(error.message, code=error.code) from error

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address a request came from; the proxy's if it does not say, and one for all on a socket file."""
        try:
            return str(super().get_client_ip(request))
        except (PermissionDenied, ImproperlyConfigured):
            return request.META.get("REMOTE_ADDR") or "local"

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the passkey button fetches JSON. Elsewhere that would be a second, untested surface."""
        match = request.resolver_match
        return match is not None and match.url_name == "mfa_login_webauthn" and super().is_ajax(request)

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this installation, named from its root."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    # --- proving who one is -------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: `authenticate` counts, where it can also give back."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check a password, counting the try unless it was right."""
        counted = tries.at_sign_in(request, credentials["email"])
        with as_form_error():
            limits.take_all(*counted)
        user = super().authenticate(request, **credentials)
        if user is not None:
            limits.give_back(*counted)
        return user

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        """Know this browser from now on."""
        response: HttpResponse = super().post_login(request, user, **details)
        tries.remember_browser(request, response, user.pk)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not right after signing in: asking for the same password twice in five minutes teaches nothing."""
        records = get_authentication_records(context.request, context.request.user)
        signed_in_at = max((record["at"] for record in records), default=0)
        return bool(time.time() - signed_in_at >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def set_password(self, user: Any, password: str) -> None:
        """Choose a new password; every other browser is signed out, this one stays."""
        request = context.request
        keep = request.session.session_key if request.user.pk == user.pk else None
        commands.set_password(user.pk, password, keep_session=keep)
        user.refresh_from_db()

    # --- what people are told -----------------------------------------------------------------------------------

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """A toast in our words, or none."""
        text = message or TOASTS.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Queue the mail that proves an address."""
        address = emailconfirmation.email_address
        limits.take(tries.VERIFY_MAIL, str(address.user_id))
        commands.ask_to_verify(address.user_id, address.email)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """After a change of the second factor: sign other browsers out and queue a notice."""
        notice = SECURITY_NOTICES.get(template_prefix)
        if notice:
            commands.second_factor_changed(user.pk, notice, keep_session=self.request.session.session_key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves past the queue: allauth's own are all replaced above."""
        raise AssertionError(f"allauth wanted to mail {template_prefix} past the queue")


@contextmanager
def as_form_error() -> Iterator[None]:
    """A limit that was reached becomes an error of the form, so that what was typed stays."""
    try:
        yield
    except limits.SlowDown as error:
        raise ValidationError(error.message, code="slow-down") from error


def display_name(user: Any) -> str:
    """What allauth calls a login."""
    return str(user.full_name)
