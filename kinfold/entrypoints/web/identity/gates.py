"""What must be in order before a signed-in person sees health data, or does something that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    raise_if_reauthentication_required,
    suspend_request,
)
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kinfold.domain.access.actors import Actor

P = ParamSpec("P")


def before_health_data(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """A detour to setting up a second factor, or None when the page may be shown."""
    if actor.lacks_second_factor:
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
        if request.headers.get("HX-Request") and is_reauthentication_required(request, app="allauth.account"):
            return _ask_on_a_whole_page(request)
        raise_if_reauthentication_required(request, app="allauth.account")
        return view(request, *args, **kwargs)

    return guarded


def _ask_on_a_whole_page(request: HttpRequest) -> HttpResponse:
    """A fragment cannot hold the question; afterwards the request goes on as a whole page's would."""
    for header in [name for name in request.META if name.startswith("HTTP_HX_")]:
        del request.META[header]
    methods = get_adapter().get_reauthentication_methods(request.user)
    question = suspend_request(request, methods[0]["url"] if methods else reverse("account_login"))
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": question["Location"]})
