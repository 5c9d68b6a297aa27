"""Signing somebody in who has just made their login, as the sign-in page would."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from kinfold.entrypoints.web import pages


def sign_in(request: HttpRequest, email: str, password: str, target: str) -> HttpResponse:
    """Sign in with an address that is proved and its password, through every stage that the sign-in page has."""
    user = get_adapter().authenticate(request, email=email, password=password)
    if user is None:
        return pages.to_sign_in(request)
    login = Login(user=user, redirect_url=target, email=email)
    answer: HttpResponse = perform_password_login(request, {"email": email, "password": password}, login)
    return answer
