"""Adding people to the team: Create New Members and the codes they register with, and Invite Team Member By Email."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import KeyReused, admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.adding import CreateMembers, NewMember, create_members
from kinfold.domain.team.commands.inviting import MOST_AT_ONCE, Invitee, InvitePeople, invite_people
from kinfold.domain.team.commands.registering import (
    SendRegistrationCodes,
    ViewRegistrationCodes,
    send_registration_codes,
    view_registration_codes,
)
from kinfold.domain.team.errors import AboveOwnRights, PeopleRefused
from kinfold.domain.team.queries.invitations import LetterPreview, PreviewInvitation, preview_invitation
from kinfold.domain.team.queries.roles import ListRoles, list_roles

from . import members, pages
from .identity.gates import confirmed
from .people_forms import PeopleForm, Person

ADD = "pages/team/add.html"
INVITE = "pages/team/invite_email.html"
CODES = "pages/team/codes.html"
MESSAGE: Final = "We would be glad to have you on our team."
INVITED: Final = {"full_name": "Full name", "email": "Email"}
LABELS: Final = {"first_name": "First name", "last_name": "Last name", "email": "Email", "roles": "Roles"}


@require_http_methods(["GET", "POST"])
@pages.signed_in
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Create New Members."""
    admit(actor, Permission.MEMBERS_INVITE, "team-add")
    form = PeopleForm(request.POST, LABELS, several=("roles",), nothing_yet="No accounts were created yet.")
    if request.method == "GET" or form.changed_by_button(request.POST):
        return _add_page(request, actor, form)
    people = tuple(_new_member(form.people[place]) for place in form.filled)
    send_codes = request.POST.get("send_codes") == "yes"
    try:
        create_members(
            actor, CreateMembers(people=people, send_codes=send_codes), once=pages.form_key(request)
        )
    except (InvalidInput, AboveOwnRights, Conflict, KeyReused) as refused:
        form.refuse(refused, {"role_ids": "roles"}, opens=profiles(refused))
        return _add_page(request, actor, form, status=refused.status)
    pages.toast(request, "Success! Team Members have been created!")
    return pages.see_other(reverse("team"))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def invite_by_email(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invite Team Member By Email: several people, with a message that can be looked at as a mail first."""
    admit(actor, Permission.MEMBERS_INVITE, "team-invite-email")
    form = PeopleForm(request.POST, INVITED, nothing_yet="No invitations were sent yet.", most=MOST_AT_ONCE)
    if request.method == "GET" or form.changed_by_button(request.POST):
        return _invite_page(request, actor, form)
    people = tuple(Invitee(**form.people[place]) for place in form.filled)
    role_ids, message = pages.uuids(request.POST.getlist("roles")), request.POST.get("message", "")
    try:
        if request.POST.get("do") == "preview":
            asked = PreviewInvitation(role_ids=role_ids, message=message, full_name=people[0].full_name)
            return _invite_page(request, actor, form, preview_invitation(actor, asked))
        invite_people(
            actor,
            InvitePeople(people=people, role_ids=role_ids, message=message),
            once=pages.form_key(request),
        )
    except (InvalidInput, AboveOwnRights, Conflict, KeyReused) as refused:
        form.refuse(refused, {"role_ids": "roles"}, opens=profiles(refused))
        return _invite_page(request, actor, form, status=refused.status)
    what = "The invitation is" if len(people) == 1 else f"{len(people)} invitations are"
    pages.toast(request, f"{what} on the way.")
    return pages.see_other(reverse("team") + "?show=pending")


@require_POST
@pages.signed_in
def codes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """View and Send Registration Codes, of one member or of several."""
    admit(actor, Permission.MEMBERS_INVITE, "registration-codes")
    chosen = pages.uuids(request.POST.getlist("member"))
    back = pages.safe_next(request, reverse("team"))
    if request.POST.get("do") != "send":
        return _show_codes(request, actor, chosen, back)
    try:
        send_registration_codes(actor, SendRegistrationCodes(member_ids=chosen), once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _not_now(request, refused, back)
    what = "A registration code is" if len(chosen) == 1 else f"{len(chosen)} registration codes are"
    pages.toast(request, f"{what} on the way. Codes from before no longer work.")
    return pages.see_other(back)


@confirmed
def _show_codes(request: HttpRequest, actor: Actor, chosen: tuple[UUID, ...], back: str) -> HttpResponse:
    try:
        shown = view_registration_codes(actor, ViewRegistrationCodes(member_ids=chosen))
    except (InvalidInput, Conflict) as refused:
        return _not_now(request, refused, back)
    context = {
        "codes": shown,
        "back": back,
        "practice_name": actor.practice_name,
        "page": register_address(request),
    }
    return pages.page(request, CODES, context)


def _not_now(request: HttpRequest, refused: InvalidInput | Conflict, back: str) -> HttpResponse:
    pages.warn(request, pages.sentence(refused))
    return pages.see_other(back)


def profiles(refused: DomainError) -> dict[int, str]:
    """Where the archived people of a refusal can be brought back, by their rows (SPEC 8.12)."""
    archived = refused.archived if isinstance(refused, PeopleRefused) else ()
    return {found.row: reverse("member", kwargs={"member_id": found.member_id}) for found in archived}


def register_address(request: HttpRequest) -> str:
    """Where people register, as they can type it."""
    return request.build_absolute_uri(reverse("register"))


def _new_member(person: Person) -> NewMember:
    return NewMember(
        first_name=person["first_name"],
        last_name=person["last_name"],
        email=person["email"],
        role_ids=pages.uuids(person["roles"].split()),
    )


def _add_page(request: HttpRequest, actor: Actor, form: PeopleForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        **form.context(),
        "roles": grantable_roles(actor),
        "send_codes": request.POST.get("send_codes") == "yes",
        "may_import": actor.may(Permission.CLIENTS_IMPORT),
    }
    return pages.page(request, ADD, context, status=status)


def _invite_page(
    request: HttpRequest,
    actor: Actor,
    form: PeopleForm,
    preview: LetterPreview | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **form.context(),
        "roles": grantable_roles(actor),
        "chosen": request.POST.getlist("roles"),
        "message": request.POST.get("message", MESSAGE),
        "preview": preview,
    }
    return pages.page(request, INVITE, context, status=status)


def grantable_roles(actor: Actor) -> list[dict[str, Any]]:
    """The roles this person may give; those for clinicians first, since most people who are added see clients."""
    grantable = [role for role in list_roles(actor, ListRoles()) if role.grantable]
    grantable.sort(key=lambda role: not role.clinical)
    return members.role_options(grantable)


routes = [
    path("manage/team/add/", add, name="team-add"),
    path("manage/team/invite/email/", invite_by_email, name="team-invite-email"),
    path("manage/team/codes/", codes, name="registration-codes"),
]
