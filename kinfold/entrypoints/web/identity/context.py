"""What the layouts need on pages that allauth renders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kinfold.domain.team.actors import actor_for_login
from kinfold.entrypoints.web import pages


def account_pages(request: HttpRequest) -> dict[str, Any]:
    """The same values that `pages.page` gives, for a person with or without a place on a team."""
    if request.user.is_authenticated and not hasattr(request, "actor"):
        request.actor = actor_for_login(request.user.pk)  # type: ignore[attr-defined]
    return pages.base_context(request)
