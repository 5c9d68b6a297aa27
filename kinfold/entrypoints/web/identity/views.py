"""Pages of the sign-in side that are ours: following a mailed link, passkeys, and the list of sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.identity import commands, links
from kinfold.domain.identity.queries import list_sessions, open_login
from kinfold.domain.kernel.errors import DomainError, InvalidInput, NotFound, NotSignedIn
from kinfold.domain.lifecycle.demo import demo_logins
from kinfold.entrypoints.web import pages

RESET_KEY = "identity_reset_link"
CHOOSE = "choose"


@require_http_methods(["GET", "POST"])
def verify_email(request: HttpRequest, key: str) -> HttpResponse:
    """Prove an e-mail address. Opening the link changes nothing, since mail scanners open links; the button does."""
    try:
        link = links.look_at(links.VERIFY, key)
        if request.method == "POST":
            commands.verify_email(key)
    except DomainError as problem:
        return _link_problem(request, "account/email_confirm.html", problem)
    if request.method == "POST":
        pages.toast(request, "Your email address is confirmed.")
        if request.user.is_authenticated and request.user.pk != link.login_id:
            logout(request, show_message=False)
        return _see_other("account_email" if request.user.is_authenticated else "account_login")
    context = {
        "confirmation": {"key": key, "email_address": {"email": link.email}},
        "can_confirm": True,
        "redirect_field": "",
        "email": link.email,
        "problem": None,
    }
    return render(request, "account/email_confirm.html", context)


@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a new password by a mailed link. The link's secret leaves the address bar at once."""
    template = "account/password_reset_from_key.html"
    secret = request.session.get(RESET_KEY, "") if key == CHOOSE else key
    try:
        link = links.look_at(links.RESET, secret)
        if key != CHOOSE:
            request.session[RESET_KEY] = secret
            return _see_other("account_reset_password_from_key", key=CHOOSE)
        form = ResetPasswordKeyForm(request.POST or None, user=open_login(link.login_id), temp_key=secret)
        if request.method == "POST" and form.is_valid():
            commands.reset_password(secret, form.cleaned_data["password1"])
            request.session.pop(RESET_KEY, None)
            return _see_other("account_reset_password_from_key_done")
    except InvalidInput as problem:  # a rule that only the command knows
        form.add_error("password1", [found.message for found in problem.problems])
    except DomainError as problem:
        request.session.pop(RESET_KEY, None)
        return _link_problem(request, template, problem)
    action = reverse("account_reset_password_from_key", kwargs={"key": CHOOSE})
    context = {"form": form, "token_fail": False, "action_url": action, "redirect_field": "", "problem": None}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, context, status=status)


@require_GET
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """The browsers this login is signed in with."""
    open_sessions = list_sessions(_login_id(request), request.session.session_key)
    return render(request, "pages/security/sessions.html", {"sessions": open_sessions})


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign one browser out; this one by signing out here."""
    own = list_sessions(_login_id(request), request.session.session_key)
    if any(session.id == session_id and session.is_this_one for session in own):
        logout(request, show_message=False)
        pages.toast(request, "This browser is signed out.")
        return _see_other("account_login")
    if not commands.end_session(_login_id(request), session_id):
        raise NotFound
    pages.toast(request, "That browser is signed out.")
    return _see_other("sessions")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    commands.end_sessions(_login_id(request), but=request.session.session_key)
    pages.toast(request, "All other browsers are signed out.")
    return _see_other("sessions")


class SignIn(LoginView):
    """allauth's page; where every practice is a demo it also names the logins that everybody may use."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The demo's logins, or none."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["demo_logins"] = demo_logins()
        return context


class AddPasskey(AddWebAuthnView):
    """allauth's page, and every passkey it makes can stand alone: it verifies its user and is kept on the device."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the browser for a passkey of that kind."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": webauthn.begin_registration(self.request.user, True)}
        return context


class RemovePasskey(RemoveWebAuthnView):
    """allauth's page, asking first whether the password may stand alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why not."""
        adapter = get_mfa_adapter()
        if adapter.can_delete_authenticator(self.get_object()):
            response: HttpResponse = super().form_valid(form)
            return response
        messages.warning(self.request, adapter.error_messages["cannot_delete_authenticator"])
        return _see_other("mfa_list_webauthn")


def _link_problem(request: HttpRequest, template: str, problem: DomainError) -> HttpResponse:
    context = {
        "confirmation": None,
        "can_confirm": False,
        "email": "",
        "token_fail": True,
        "form": None,
        "action_url": "",
        "problem": problem.message,
    }
    return render(request, template, context, status=problem.status)


def _login_id(request: HttpRequest) -> UUID:
    if request.user.pk is None:
        raise NotSignedIn
    return request.user.pk


def _see_other(name: str, **parts: str) -> HttpResponse:
    return pages.see_other(reverse(name, kwargs=parts))
