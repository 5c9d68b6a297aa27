"""What must be in order before a signed-in person sees health data, or does something that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kinfold.domain.access.actors import Actor
from kinfold.domain.identity.gates import second_factor_missing

P = ParamSpec("P")


def before_health_data(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """A detour to setting up a second factor, or None when the page may be shown."""
    if second_factor_missing(actor.login_id, actor.second_factor_from):
        return HttpResponseRedirect(reverse("mfa_index"))
    return None


def confirmed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that asks "is it still you?" unless that was answered in the last five minutes.

    For exports, bulk acts, roles and tokens (RELIABILITY section 2). Afterwards the request goes on as it was
    sent; a file in it would be lost, so ask on the page before the one that takes the file.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        raise_if_reauthentication_required(request, app="allauth.account")
        return view(request, *args, **kwargs)

    return guarded
