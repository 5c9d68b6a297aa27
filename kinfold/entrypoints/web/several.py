"""Select an action on several team members: what was ticked in the list, a preview, then all of them or none."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.effects import PreviewRoleGiven, preview_role_given
from kinfold.domain.kernel.errors import Conflict, InvalidInput
from kinfold.domain.lifecycle.leaving import WAIT
from kinfold.domain.lifecycle.several import (
    ChangeSeveral,
    PreviewSeveral,
    change_several,
    preview_several,
)
from kinfold.domain.team.queries.roles import ListRoles, list_roles

from . import feature_forms, pages, place
from .identity.gates import confirmed

PAGE = "pages/team/several.html"
EDIT = "edit"
ROLE_ACTS = ("give_role", "take_role")

# Each act: its words in the menu, its icon, the permission it needs, what its page asks, and whether it ends access.
ACTS: Final[dict[str, tuple[str, str, Permission, tuple[str, ...], bool]]] = {
    "give_role": ("Give a role", "badge-plus", Permission.ROLES_ASSIGN, ("role",), False),
    "take_role": ("Take a role away", "badge-minus", Permission.ROLES_ASSIGN, ("role",), False),
    "active": ("Make active", "circle-check", Permission.MEMBERS_STATUS, (), False),
    "on_hold": ("Put on hold", "circle-pause", Permission.MEMBERS_STATUS, ("until", "reason"), False),
    "inactive": ("Make inactive", "circle-minus", Permission.MEMBERS_STATUS, ("reason",), True),
    "send_codes": ("Send registration codes", "send", Permission.MEMBERS_INVITE, (), False),
    "archive": ("Archive providers", "archive", Permission.MEMBERS_STATUS, ("clients", "reason"), True),
}


def offered(actor: Actor) -> list[dict[str, Any]]:
    """The menu of the bar above the list: what this person may do to several, and editing one (SPEC U69)."""
    edit = {"value": EDIT, "label": "Edit User", "glyph": "pencil", "danger": False, "one": True}
    acts = [
        {"value": act, "label": label, "glyph": glyph, "danger": danger, "one": False}
        for act, (label, glyph, permission, _, danger) in ACTS.items()
        if actor.may(permission)
    ]
    return [edit, *acts] if actor.may(Permission.MEMBERS_CHANGE) else acts


@require_POST
@pages.signed_in
@confirmed
def several(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask what is still to be said, show whom the act fits, and do it to those when that was confirmed."""
    admit(actor, Permission.MEMBERS_READ, "members-several")
    chosen = pages.uuids(request.POST.getlist("member"))
    act = request.POST.get("act", "")
    if act == EDIT and len(chosen) == 1:
        return pages.see_other(reverse("member-name", kwargs={"member_id": chosen[0]}))
    if act == EDIT and chosen:
        pages.warn(request, "Choose one person to edit.")
        return pages.see_other(reverse("team"))
    if not chosen or act not in ACTS:
        pages.warn(request, "Tick at least one person, then choose an action.")
        return pages.see_other(reverse("team"))
    admit(actor, ACTS[act][2], "members-several")
    if request.POST.get("do") != "confirm":
        return _page(request, actor, act, chosen)
    try:
        change_several(actor, _change(request, actor, act, chosen), once=pages.form_key(request))
    except (InvalidInput, Conflict) as refused:
        return _page(request, actor, act, chosen, refused)
    whom = "1 person" if len(chosen) == 1 else f"{len(chosen)} people"
    pages.toast(request, f"{ACTS[act][0]}: done for {whom}.")
    return pages.see_other(reverse("team"))


def _change(request: HttpRequest, actor: Actor, act: str, chosen: tuple[UUID, ...]) -> ChangeSeveral:
    posted = request.POST
    return ChangeSeveral(
        member_ids=chosen,
        act=act,
        role_id=pages.a_uuid(posted.get("role", "")),
        until=place.midnight(actor, posted.get("until", ""), "until", after=1) if act == "on_hold" else None,
        clients=WAIT if "wait" in posted else "",
        reason=posted.get("reason", ""),
    )


def _page(
    request: HttpRequest,
    actor: Actor,
    act: str,
    chosen: tuple[UUID, ...],
    refused: InvalidInput | Conflict | None = None,
) -> HttpResponse:
    label, _, _, asked, danger = ACTS[act]
    errors = (
        {problem.field: problem.message for problem in refused.problems}
        if isinstance(refused, InvalidInput)
        else {}
    )
    try:
        found = preview_several(actor, PreviewSeveral(change=_change(request, actor, act, chosen)))
    except InvalidInput as wrong:
        errors |= {problem.field: problem.message for problem in wrong.problems}
        found = ()
    # Before a role is chosen nothing can be said about anybody.
    waits = act in ROLE_ACTS and not request.POST.get("role")
    fit = () if waits else tuple(one for one in found if not one.why_not)
    roles = [(role.id, role.name) for role in list_roles(actor, ListRoles()) if role.grantable]
    context = {
        "act": act,
        "label": label,
        "danger": danger,
        "asked": asked,
        "chosen": chosen,
        "found": () if waits else found,
        "people": found,
        "fit": fit,
        "effect": _effect(request, actor, act, tuple(one.member_id for one in fit)),
        "roles": roles if "role" in asked else [],
        "values": {name: request.POST.get(name, "") for name in ("role", "until", "reason")},
        "wait": "wait" in request.POST,
        "errors": errors,
        "problem": refused.message if isinstance(refused, Conflict) else "",
    }
    return pages.page(request, PAGE, context, status=refused.status if refused else 200)


def _effect(request: HttpRequest, actor: Actor, act: str, fit: tuple[UUID, ...]) -> dict[str, Any] | None:
    """Who would gain and lose what, where a role is given or taken (SPEC N7)."""
    role_id = pages.a_uuid(request.POST.get("role", ""))
    if act not in ROLE_ACTS or role_id is None or not fit:
        return None
    data = PreviewRoleGiven(member_ids=fit, role_id=role_id, give=act == "give_role")
    return feature_forms.effect_context(preview_role_given(actor, data))


routes = [path("manage/team/several/", several, name="members-several")]
