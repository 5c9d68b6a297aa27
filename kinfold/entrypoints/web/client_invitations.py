"""Invite Client By Email, and the pages on which an invited person becomes a client.

The mailed link puts its secret into the session, so that it leaves the address; opening it changes nothing, since mail
scanners open links too, and only the last button does (SPEC 8.14).
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.intake.commands.completing import CompleteInvitation, complete_invitation
from kinfold.domain.intake.commands.inviting import (
    ClientInvitee,
    DeleteClientInvitations,
    InviteClients,
    ResendClientInvitations,
    delete_client_invitations,
    invite_clients,
    resend_client_invitations,
)
from kinfold.domain.intake.errors import KnownAddresses
from kinfold.domain.intake.links import guest_with_client_link
from kinfold.domain.intake.queries.invitations import (
    ClientLetterPreview,
    ClientOffer,
    OpenClientLink,
    PreviewClientInvitation,
    open_client_link,
    preview_client_invitation,
)
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.team.errors import LinkRefused

from . import pages, place
from .client_forms import offered_tags, tags_of, therapists
from .days import BORN, MONTHS, birth_date, in_page_order
from .identity import new_passkey
from .identity.sign_in import sign_in
from .people_forms import PeopleForm

INVITE = "pages/clients/invite.html"
INVITED = "pages/invited.html"
ERROR = "pages/error.html"
LINK: Final = "invited"
PEOPLE: Final = {"full_name": "Full name", "email": "Email"}
MESSAGE: Final = "We look forward to meeting you."
TYPED: Final = ("first_name", "last_name", "sex_at_birth", "phone", *BORN)
ASKED: Final = ("first_name", "last_name", "birth_date", "sex_at_birth", "phone", "password")


@require_http_methods(["GET", "POST"])
@pages.signed_in
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invite Client By Email: several people, with a message that can be looked at as a mail first."""
    admit(actor, Permission.CLIENTS_CREATE, "clients-invite")
    form = PeopleForm(request.POST, PEOPLE, nothing_yet="No invitations were sent yet.")
    if request.method == "GET" or form.changed_by_button(request.POST):
        return _invite_page(request, actor, form)
    posted = request.POST
    therapist, message = posted.get("therapist", ""), posted.get("message", "")
    try:
        if posted.get("do") == "preview":
            preview = preview_client_invitation(actor, PreviewClientInvitation(message=message))
            return _invite_page(request, actor, form, preview)
        data = InviteClients(
            people=tuple(ClientInvitee(**form.people[place]) for place in form.filled),
            message=message,
            therapist_id=pages.uuids([therapist])[0] if therapist else None,
            tags=tags_of(posted.get("tags", "")),
            accept_known=posted.get("confirm_known") == "yes",
        )
        made = invite_clients(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict, KeyReused) as refused:
        known = refused.known if isinstance(refused, KnownAddresses) else ()
        opens = {row: reverse("client", kwargs={"client_id": client_id}) for row, client_id, _ in known}
        form.refuse(refused, {"therapist_id": "therapist"}, opens=opens)
        return _invite_page(request, actor, form, known=bool(known), status=refused.status)
    pages.toast(
        request,
        "The invitation is on the way." if len(made) == 1 else f"{len(made)} invitations are on the way.",
    )
    return pages.see_other(_pending_url(actor))


@require_POST
@pages.signed_in
def invitations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Send invitations again, or delete them: one by its own button, or all that are ticked."""
    admit(actor, Permission.CLIENTS_CREATE, "client-invitations")
    chosen = pages.uuids(request.POST.getlist("invitation"))
    act = request.POST.get("do", "")
    for one in ("resend", "delete"):
        if one in request.POST:
            act, chosen = one, pages.uuids([request.POST[one]])
    try:
        if act == "delete":
            delete_client_invitations(actor, DeleteClientInvitations(invitation_ids=chosen))
        else:
            data = ResendClientInvitations(invitation_ids=chosen)
            resend_client_invitations(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        pages.warn(request, pages.sentence(refused))
        return pages.see_other(_pending_url(actor))
    many = len(chosen) > 1
    done = "sent again. Earlier links no longer work." if act != "delete" else "deleted."
    subject = f"{len(chosen)} invitations were" if many else "The invitation was"
    pages.toast(request, f"{subject} {done}")
    return pages.see_other(_pending_url(actor))


@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail."""
    request.session[LINK] = token[:200]
    return pages.see_other(reverse("invited"))


@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """The invited person says who they are, and is a client then."""
    token = request.session.get(LINK)
    if not token:
        return pages.see_other(reverse("register"))
    try:
        guest, secret = guest_with_client_link(
            token, request.user.pk if request.user.is_authenticated else None
        )
        place.enter(guest)
        offer = open_client_link(guest, OpenClientLink(secret=secret))
        if request.method == "POST" and (offer.signed_in or not offer.has_login):
            return _complete(request, guest, secret, offer)
    except LinkRefused as refused:
        context = {
            "status": refused.status,
            "title": "This invitation does not work",
            "message": refused.message,
        }
        return pages.page(request, ERROR, context, status=refused.status)
    except (InvalidInput, Conflict) as refused:
        return _invited_page(request, offer, refused)
    return _invited_page(request, offer)


def _complete(request: HttpRequest, guest: Actor, secret: str, offer: ClientOffer) -> HttpResponse:
    typed = request.POST
    password = typed.get("password", "")
    passkey = None if offer.signed_in else new_passkey.made(request, offer.email)
    done = complete_invitation(
        guest,
        CompleteInvitation(
            secret=secret,
            first_name=typed.get("first_name", "")[:300],
            last_name=typed.get("last_name", "")[:300],
            birth_date=birth_date({name: typed.get(name, "") for name in BORN}),
            sex_at_birth=typed.get("sex_at_birth", ""),
            phone=typed.get("phone", "")[:100],
            password=password,
            passkey=passkey,
        ),
    )
    request.session.pop(LINK, None)
    if done.client_id is None:
        context = {"offer": offer, "practice_name": offer.practice_name, "sent_on": True}
        return pages.page(request, INVITED, context)
    if offer.signed_in:
        messages.success(request, f"You are a client of {offer.practice_name} now.")
        return pages.see_other(reverse("my"))
    if passkey is not None and done.login_id is not None:
        return new_passkey.sign_in(request, done.login_id, offer.email)
    return sign_in(request, offer.email, password, reverse("my"))


def _invite_page(
    request: HttpRequest,
    actor: Actor,
    form: PeopleForm,
    preview: ClientLetterPreview | None = None,
    *,
    known: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **form.context(),
        "message": request.POST.get("message", MESSAGE),
        "therapists": therapists(actor),
        "therapist": request.POST.get("therapist", ""),
        "tags": request.POST.get("tags", ""),
        "all_tags": offered_tags(actor),
        "known": known,
        "preview": preview,
        "back": _pending_url(actor),
    }
    return pages.page(request, INVITE, context, status=status)


def _invited_page(
    request: HttpRequest, offer: ClientOffer, refused: InvalidInput | Conflict | None = None
) -> HttpResponse:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    errors = in_page_order(problems, ASKED)
    known = {"first_name": offer.first_name, "last_name": offer.last_name}
    mode = "ready" if offer.signed_in else "sign_in" if offer.has_login else "new"
    values = {name: request.POST.get(name, known.get(name, "")) for name in TYPED}
    called = f"{values['first_name']} {values['last_name']}".strip()
    context = {
        "sent_on": False,
        "offer": offer,
        "practice_name": offer.practice_name,
        "mode": mode,
        "passkey": new_passkey.ask_for(request, offer.email, called) if mode == "new" else None,
        "values": values,
        "months": MONTHS,
        "go_on": f"{reverse('account_login')}?next={request.path}",
        "errors": errors,
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, INVITED, context, status=refused.status if refused else 200)


def _pending_url(actor: Actor) -> str:
    if not actor.sees_clients:
        return reverse("clients-invite")
    return f"{reverse('manage-clients')}?show=pending"


routes = [
    path("manage/clients/invite/", invite, name="clients-invite"),
    path("manage/clients/invitations/", invitations, name="client-invitations"),
    path("invited/", invited, name="invited"),
    path("invited/<str:token>/", link, name="invited-link"),
]
