"""allauth's forms with our address field, limits and commands."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from kinfold.domain.identity import commands, limits

from . import tries
from .adapter import as_form_error


class AddressField(forms.CharField):
    """An e-mail address, kept in its stored form. Django's own field lets look-alikes through."""

    widget = forms.EmailInput(
        attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
    )

    def clean(self, value: Any) -> str:
        """The stored form, or one sentence."""
        return str(get_adapter().clean_email(str(value or "")))


class SignInForm(allauth_forms.LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(label="Email")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.order_fields(["login", "password"])


class AskForResetForm(forms.Form):
    """Asks for a mail with a link for choosing a new password."""

    email = AddressField(label="Email")

    def clean_email(self) -> str:
        """Count the request; the page and the time it takes are the same for a known and an unknown address."""
        email: str = self.cleaned_data["email"]
        with as_form_error():
            limits.take_all(*tries.at_reset(get_adapter().request, email))
        return email

    def save(self, request: HttpRequest) -> str:
        """Queue the mail."""
        commands.ask_for_reset(self.cleaned_data["email"])
        return str(self.cleaned_data["email"])


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The old password and, twice, the new one."""

    def clean_oldpassword(self) -> str:
        """Check the old password, counting the try unless it was right."""
        counted = ((tries.OLD_PASSWORD, (str(self.user.pk),)),)
        with as_form_error():
            limits.take_all(*counted)
        old: str = super().clean_oldpassword()
        limits.give_back(*counted)
        return old


class ChangeEmailForm(forms.Form):
    """A new address, which replaces the old one once a link mailed there was followed to the end."""

    email = AddressField(label="New email")

    def __init__(self, user: Any = None, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        """Count the mail that will be sent."""
        email: str = self.cleaned_data["email"]
        if email == self.user.email:
            raise ValidationError("This is your email address already.")
        with as_form_error():
            limits.take(tries.VERIFY_MAIL, str(self.user.pk))
        return email

    def save(self, request: HttpRequest) -> Any:
        """Queue the mail to the new address."""
        commands.ask_to_change_email(self.user.pk, self.cleaned_data["email"])
        return EmailAddress.objects.get(user=self.user, email=self.cleaned_data["email"])
