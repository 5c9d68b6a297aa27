"""Every page. Each area lists its own routes; the permission matrix in the tests has a row for each."""

from __future__ import annotations

from . import (
    activity,
    care,
    clients,
    cover,
    credentials,
    deletions,
    demo,
    exceptions,
    exports,
    help_pages,
    home,
    imports,
    invitations,
    joining,
    register,
    roles,
    settings,
    setup,
    standing,
    supervision,
    team,
)
from .identity import urls as identity_urls

urlpatterns = [
    *home.routes,
    *setup.routes,
    *clients.routes,
    *care.routes,
    *team.routes,
    *supervision.routes,
    *credentials.routes,
    *exceptions.routes,
    *standing.routes,
    *cover.routes,
    *invitations.routes,
    *register.routes,
    *joining.routes,
    *exports.routes,
    *imports.routes,
    *activity.routes,
    *settings.routes,
    *roles.routes,
    *deletions.routes,
    *demo.routes,
    *help_pages.routes,
    *identity_urls.routes,
]
