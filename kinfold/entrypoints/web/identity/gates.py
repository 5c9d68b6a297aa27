"""What must be in order before a signed-in person sees health data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kinfold.domain.access.actors import Actor
from kinfold.domain.identity.gates import second_factor_missing


def before_health_data(request: HttpRequest, actor: Actor) -> HttpResponse | None:
    """A detour to setting up a second factor, or None when the page may be shown."""
    if second_factor_missing(actor.login_id, actor.second_factor_from):
        return HttpResponseRedirect(reverse("mfa_index"))
    return None
