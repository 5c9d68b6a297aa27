"""What an invited person sees. Opening a link changes nothing, since mail scanners open links; the buttons do.

A link is for a new login. Whoever has a login with the invited address goes on to a second page, which knows them by
their sign-in: so the link's secret never travels through the sign-in pages.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from kinfold.domain.identity.queries import open_login
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.invitations import (
    AcceptInvitation,
    AcceptWithLogin,
    DeclineInvitation,
    accept_invitation,
    accept_with_login,
    decline_invitation,
)
from kinfold.domain.team.errors import LinkRefused, OnAnotherTeam
from kinfold.domain.team.links import guest_with_link, guest_with_login
from kinfold.domain.team.queries.invitations import (
    Offer,
    OpenLink,
    OpenOwnInvitation,
    open_link,
    open_own_invitation,
)

from . import pages, place

TEMPLATE = "pages/invitation.html"
TITLES = {
    "link-unknown": "This link does not work",
    "link-used": "Accepted already",
    "link-declined": "Declined",
    "link-revoked": "Taken back",
    "link-expired": "Expired",
    "link-outdated": "Not valid any more",
}


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation by its link: accept with a new login, go on to sign in, or decline."""
    try:
        guest, secret = guest_with_link(token)
        place.enter(guest)
        offer = open_link(guest, OpenLink(secret=secret))
        if request.method == "POST" and request.POST.get("do") == "decline":
            decline_invitation(guest, DeclineInvitation(secret=secret))
            return _declined(request, offer)
        if request.method == "POST" and request.POST.get("do") == "accept":
            accept_invitation(
                guest,
                AcceptInvitation(
                    secret=secret,
                    first_name=request.POST.get("first_name", ""),
                    last_name=request.POST.get("last_name", ""),
                    password=request.POST.get("password", ""),
                ),
            )
            messages.success(request, f"You are on the team of {offer.practice_name}. Sign in to begin.")
            return pages.see_other(reverse("account_login"))
    except LinkRefused as refused:
        return _refused(request, refused)
    except (InvalidInput, Conflict) as refused:
        return _offer_page(request, offer, guest.practice_id, refused)
    return _offer_page(request, offer, guest.practice_id)


@require_http_methods(["GET", "POST"])
def own_invitation(request: HttpRequest, practice_id: UUID, invitation_id: UUID) -> HttpResponse:
    """The same invitation for whoever is signed in with the invited address."""
    if not request.user.is_authenticated:
        return pages.to_sign_in(request)
    try:
        guest = guest_with_login(practice_id, request.user.pk)
        place.enter(guest)
        offer = open_own_invitation(guest, OpenOwnInvitation(invitation_id=invitation_id))
        if request.method == "POST" and request.POST.get("do") == "decline":
            decline_invitation(guest, DeclineInvitation(invitation_id=invitation_id))
            return _declined(request, offer)
        if request.method == "POST" and request.POST.get("do") == "accept":
            accept_with_login(
                guest,
                AcceptWithLogin(
                    invitation_id=invitation_id,
                    first_name=request.POST.get("first_name", ""),
                    last_name=request.POST.get("last_name", ""),
                ),
            )
            messages.success(request, f"You are on the team of {offer.practice_name}.")
            return pages.see_other(reverse("home"))
    except LinkRefused as refused:
        return _refused(request, refused)
    except (InvalidInput, Conflict) as refused:
        return _offer_page(request, offer, practice_id, refused, own=True)
    return _offer_page(request, offer, practice_id, own=True)


def _offer_page(
    request: HttpRequest,
    offer: Offer,
    practice_id: UUID,
    refused: InvalidInput | Conflict | None = None,
    *,
    own: bool = False,
) -> HttpResponse:
    login = open_login(request.user.pk) if request.user.is_authenticated else None
    if own:
        mode = "elsewhere" if offer.elsewhere else "ready"
    elif login is not None and login.email != offer.email:
        mode = "other"
    else:
        mode = "sign_in" if offer.has_login else "new"
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    own_page = {"practice_id": practice_id, "invitation_id": offer.invitation_id}
    context: dict[str, Any] = {
        "state": "open",
        "mode": mode,
        "invited": offer,
        "practice_name": offer.practice_name,
        "signed_in": login,
        "go_on": reverse("own-invitation", kwargs=own_page),
        "values": {
            "first_name": request.POST.get("first_name", offer.first_name),
            "last_name": request.POST.get("last_name", offer.last_name),
        },
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if isinstance(refused, Conflict) else "",
        "elsewhere": OnAnotherTeam.message,
        "action": request.path,
    }
    return pages.page(request, TEMPLATE, context, status=refused.status if refused else 200)


def _declined(request: HttpRequest, offer: Offer) -> HttpResponse:
    context = {
        "state": "declined",
        "title": "Declined",
        "message": f"You did not join {offer.practice_name}. {offer.invited_by} is told.",
        "practice_name": offer.practice_name,
    }
    return pages.page(request, TEMPLATE, context)


def _refused(request: HttpRequest, refused: DomainError) -> HttpResponse:
    context = {
        "state": refused.code,
        "title": TITLES[refused.code],
        "message": refused.message,
        "practice_name": "",
    }
    return pages.page(request, TEMPLATE, context, status=refused.status)


routes = [
    path("invitations/<uuid:practice_id>/<uuid:invitation_id>/", own_invitation, name="own-invitation"),
    path("invitations/<str:token>/", invitation, name="invitation"),
]
