"""Second factors: what is stored is encrypted, a code is good once, and guesses are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from kinfold.domain.identity import limits, passwords
from kinfold.domain.identity.codes import claim_code
from kinfold.domain.identity.vault import seal, unseal

from . import tries
from .adapter import as_form_error

NOT_A_PASSKEY = "The passkey could not be read. Try again, or use another way."
NOT_RIGHT = "This code is not right, or was used already. Wait for the next one."


def public_host() -> str:
    """The name people reach this installation by."""
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def passkeys_work() -> bool:
    """Whether browsers make passkeys for this installation: only for a name, never for an IP address."""
    try:
        ip_address(public_host())
    except ValueError:
        return True
    return False


class MfaAdapter(DefaultMFAAdapter):
    """Seeds are sealed with the installation key, and passkeys belong to the configured public address."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": (
            f"Choose a password of at least {passwords.LENGTH_ALONE} characters first: yours is not long enough "
            "to stand alone."
        ),
        "incorrect_code": NOT_RIGHT,
    }

    def encrypt(self, text: str) -> str:
        """Seal a TOTP seed or the seed of recovery codes; allauth alone would store it as it is."""
        return seal("mfa", text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return unseal("mfa", encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one beside a password that is only long enough with a second factor."""
        user = authenticator.user
        if user.password_stands_alone or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are for the public address, not for whatever Host a request brings."""
        return {"id": public_host(), "name": "Kinfold"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 -- allauth's name
        """A first name for a new passkey; its owner may change it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


@contextmanager
def _as_told_by_a_browser() -> Iterator[None]:
    """allauth and fido2 raise whatever they stumble over when a credential is not built as it should be."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValidationError(NOT_A_PASSKEY, code="invalid") from error


class CredentialField(forms.JSONField):
    """What a browser says about a passkey: JSON of a few thousand characters."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Refuse what is too long or too deep to be one before reading it."""
        if isinstance(value, str) and (len(value) > 50_000 or value.count("[") + value.count("{") > 500):
            raise ValidationError(NOT_A_PASSKEY, code="invalid")
        with _as_told_by_a_browser():
            return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> str:
        """A form shown again asks the browser anew."""
        return ""

    def prepare_value(self, value: Any) -> str:
        """Nothing to show."""
        return ""


class _Counted(forms.Form):
    """Counts a guess before it is looked at, and gives it back when it was right."""

    user: Any

    def _count(self) -> tries.Tries:
        counted = tries.at_code(context.request, self.user.pk)
        with as_form_error():
            limits.take_all(*counted)
        return counted


class _Once(_Counted):
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Accept a right code once."""
        counted = self._count()
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not claim_code(self.user.pk, code):
            raise ValidationError(NOT_RIGHT, code="incorrect_code")
        limits.give_back(*counted)
        return code


class CodeForm(_Once, base_forms.AuthenticateForm):
    """A code of the authenticator app or a recovery code, at sign-in."""


class ConfirmCodeForm(_Once, base_forms.ReauthenticateForm):
    """The same, to confirm that it is still you."""


class AddAppForm(_Counted, totp_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def clean_code(self) -> str:
        """Accept a right code, which then cannot also sign in."""
        counted = self._count()
        code: str = super().clean_code()
        claim_code(self.user.pk, code)
        limits.give_back(*counted)
        return code


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    """A new passkey: always one that asks for a fingerprint, face or PIN, so it can stand for both factors."""

    credential = CredentialField()
    passwordless = None

    def clean(self) -> dict[str, Any]:
        """Refuse a credential that did not verify its user."""
        self.cleaned_data["passwordless"] = True
        with _as_told_by_a_browser():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class PasskeyForm(_Counted, webauthn_forms.AuthenticateWebAuthnForm):
    """A passkey as second factor, at sign-in."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """Count the try unless it was right."""
        counted = self._count()
        with _as_told_by_a_browser():
            authenticator = super().clean_credential()
        limits.give_back(*counted)
        return authenticator


class ConfirmPasskeyForm(PasskeyForm):
    """A passkey, to confirm that it is still you."""

    reauthenticated = True


class SignInPasskeyForm(webauthn_forms.LoginWebAuthnForm):
    """A passkey instead of address and password. Counted by address: there is no login to guess at yet."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """Count the try unless it was right."""
        counted = ((tries.PASSKEY_ADDRESS, (tries.address_of(context.request),)),)
        with as_form_error():
            limits.take_all(*counted)
        with _as_told_by_a_browser():
            authenticator = super().clean_credential()
        limits.give_back(*counted)
        return authenticator
