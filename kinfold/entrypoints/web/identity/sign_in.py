"""Signing somebody in who has just proved who they are in another way, such as an accepted invitation."""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login as SigningIn
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse


def sign_in(request: HttpRequest, login_id: UUID, next_url: str | None = None) -> HttpResponse:
    """Sign a login in by allauth's own stages, so a second factor is still asked for, and go on to `next_url`."""
    user = get_user_model().objects.get(pk=login_id)
    record_authentication(request, user, method="invitation")
    response: HttpResponse = perform_login(request, SigningIn(user=user, redirect_url=next_url))
    return response
