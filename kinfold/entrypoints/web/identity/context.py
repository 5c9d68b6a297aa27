"""What the layouts need on pages that allauth renders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kinfold.domain.practices.queries import support_address
from kinfold.domain.team.actors import actor_for_login
from kinfold.entrypoints.web import pages, place

from .mfa import passkeys_work


def account_pages(request: HttpRequest) -> dict[str, Any]:
    """The same values that `pages.page` gives, for a person with or without a place on a team."""
    if request.user.is_authenticated and not hasattr(request, "actor"):
        request.actor = actor_for_login(request.user.pk)  # type: ignore[attr-defined]
        if request.actor is not None:  # type: ignore[attr-defined]
            place.enter(request.actor)  # type: ignore[attr-defined]
    context = pages.base_context(request)
    if not context["support_email"]:
        context["support_email"] = support_address()
    context["second_factor_due"] = _second_factor_due(request)
    context["passkeys_work"] = passkeys_work()
    return context


def _second_factor_due(request: HttpRequest) -> bool:
    """Whether the Security page must say why it came up instead of the page that was asked for."""
    match, actor = request.resolver_match, getattr(request, "actor", None)
    if match is None or match.url_name != "mfa_index" or actor is None:
        return False
    return bool(actor.lacks_second_factor)
