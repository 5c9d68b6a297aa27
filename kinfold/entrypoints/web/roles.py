"""Settings, the Roles tab: what roles there are, what each says, and what a change would do before it is saved."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.modifiers import MODIFIERS
from kinfold.domain.access.permissions import Permission
from kinfold.domain.access.roles import DEFAULTS, StartingPoint
from kinfold.domain.billing.queries.contradictions import (
    Contradiction,
    FindContradictions,
    find_contradictions,
)
from kinfold.domain.clients.queries.effects import (
    Effect,
    PreviewRole,
    PreviewRoleDeletion,
    preview_role,
    preview_role_deletion,
)
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.roles import (
    ChangeRole,
    CopyRole,
    CreateRole,
    DeleteRole,
    change_role,
    copy_role,
    create_role,
    delete_role,
)
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.queries.roles import (
    GetRole,
    ListRoleCards,
    RoleCard,
    RoleDetail,
    TriedRole,
    TryRole,
    get_role,
    list_role_cards,
    try_role,
)

from . import feature_forms, pages
from .identity.gates import confirmed

LIST = "pages/settings/roles/list.html"
EDITOR = "pages/settings/roles/editor.html"
COPY = "pages/settings/roles/copy.html"
DELETE = "pages/settings/roles/delete.html"
FLAGS = ("clinical", "requires_supervision", "may_supervise")
GIVE = "Nobody holds it yet: give it to people in the team list, and take the role away that it replaces."
NEW = {"name": "", "description": "", "starting_point": "practitioner", "modifier": "", "clinical": True}


@require_GET
@pages.signed_in
def roles(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All roles, with how much they are used."""
    cards = list_role_cards(actor, ListRoleCards())
    groups = [
        ("System roles", [c for c in cards if c.system]),
        ("Practice roles", [c for c in cards if not c.system]),
    ]
    context = {
        "tabs": pages.settings_tabs(actor, "roles"),
        "groups": [
            {"label": label, "rows": [_listed(card) for card in rows]} for label, rows in groups if rows
        ],
        "may_open_team": actor.manages_users and actor.may(Permission.MEMBERS_READ),
    }
    return pages.page(request, LIST, context)


@require_http_methods(["GET", "POST"])
@pages.signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A role of the practice's own."""
    admit(actor, Permission.ROLES_DEFINE, "role-new")
    if request.method == "GET":
        return _editor(request, actor, None, {**dict.fromkeys(FLAGS, False), **NEW}, {})
    if request.POST.get("do") == "save":
        return _create(request, actor)
    return _editor(request, actor, None, _typed(request), feature_forms.decisions(request))


@confirmed
def _create(request: HttpRequest, actor: Actor) -> HttpResponse:
    values, overrides = _typed(request), feature_forms.decisions(request)
    try:
        role_id = create_role(actor, CreateRole(**values, overrides=overrides), once=pages.form_key(request))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _editor(request, actor, None, values, overrides, refused=refused)
    pages.toast(request, f"The role is created. {GIVE}")
    return pages.see_other(_address(role_id))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def role(request: HttpRequest, actor: Actor, role_id: UUID) -> HttpResponse:
    """One role: what it says, and what that means. Saving shows first what it would do to whom."""
    detail = get_role(actor, GetRole(role_id=role_id))
    if request.method == "GET":
        return _editor(request, actor, detail, _said(detail.role), dict(detail.role.overrides))
    values, overrides = _typed(request), feature_forms.decisions(request)
    do = request.POST.get("do", "")
    if do not in ("save", "confirm"):
        return _editor(request, actor, detail, values, overrides)
    try:
        effect = preview_role(actor, PreviewRole(role_id=role_id, **values, overrides=overrides))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _editor(request, actor, detail, values, overrides, refused=refused)
    if do == "save" and (effect.people or effect.loses_own):
        name, holders = detail.role.name, len(detail.holders)
        return feature_forms.effect_page(
            request,
            effect,
            trail=(("Roles", reverse("roles")), (name, _address(role_id))),
            lede=f"{holders:,} {'person holds' if holders == 1 else 'people hold'} {name}.",
        )
    return _save(request, actor, detail)


@confirmed
def _save(request: HttpRequest, actor: Actor, detail: RoleDetail) -> HttpResponse:
    values, overrides = _typed(request), feature_forms.decisions(request)
    data = ChangeRole(
        role_id=detail.role.id,
        version=pages.version(request),
        accept_own_loss=request.POST.get("accept_own_loss") == "yes",
        **values,
        overrides=overrides,
    )
    try:
        change_role(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _editor(request, actor, detail, values, overrides, refused=refused)
    counts = "It counts from everybody's next page on." if detail.holders else GIVE
    pages.toast(request, f"The role is saved. {counts}")
    return pages.see_other(reverse("home") if data.accept_own_loss else _address(detail.role.id))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def copy(request: HttpRequest, actor: Actor, role_id: UUID) -> HttpResponse:
    """A role that says the same, under its own name."""
    card = get_role(actor, GetRole(role_id=role_id)).role
    if request.method == "POST":
        return _copy(request, actor, card)
    return pages.page(
        request, COPY, {"role": card, "name": f"{card.name} copy"[:60], "error": "", "problem": ""}
    )


@confirmed
def _copy(request: HttpRequest, actor: Actor, card: RoleCard) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        copy_id = copy_role(actor, CopyRole(role_id=card.id, name=name), once=pages.form_key(request))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        wrong = isinstance(refused, InvalidInput)
        context = {
            "role": card,
            "name": name,
            "error": refused.problems[0].message if isinstance(refused, InvalidInput) else "",
            "problem": "" if wrong else refused.message,
        }
        return pages.page(request, COPY, context, status=refused.status)
    pages.toast(request, "The role is copied, and nobody holds it yet. Change what shall be different.")
    return pages.see_other(_address(copy_id))


@require_http_methods(["GET", "POST"])
@pages.signed_in
def delete(request: HttpRequest, actor: Actor, role_id: UUID) -> HttpResponse:
    """Delete a role: first what people get instead, then what that does, then the act."""
    card = get_role(actor, GetRole(role_id=role_id)).role
    if request.method == "GET" and card.deletable and (card.holders or card.invitations):
        return _delete_page(request, actor, card)
    replacement_id = pages.a_uuid(request.POST.get("replacement", ""))
    try:
        data = PreviewRoleDeletion(role_id=role_id, replacement_id=replacement_id)
        effect = preview_role_deletion(actor, data)
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _delete_page(request, actor, card, refused=refused)
    if request.POST.get("do") != "confirm":
        return _delete_page(request, actor, card, effect=effect)
    return _delete(request, actor, card, replacement_id)


@confirmed
def _delete(request: HttpRequest, actor: Actor, card: RoleCard, replacement_id: UUID | None) -> HttpResponse:
    data = DeleteRole(
        role_id=card.id,
        version=pages.version(request),
        replacement_id=replacement_id,
        accept_own_loss=request.POST.get("accept_own_loss") == "yes",
    )
    try:
        delete_role(actor, data, once=pages.form_key(request))
    except (InvalidInput, Conflict, AboveOwnRights) as refused:
        return _delete_page(request, actor, card, refused=refused)
    pages.toast(request, "The role is deleted.")
    return pages.see_other(reverse("home") if data.accept_own_loss else reverse("roles"))


def _listed(card: RoleCard) -> dict[str, Any]:
    changes = len(card.overrides)
    badges = [
        ("Needs a supervisor", card.requires_supervision),
        ("May supervise", card.may_supervise),
        (card.modifier, bool(card.modifier)),
        (f"{changes} {'override' if changes == 1 else 'overrides'}", changes > 0),
    ]
    return {
        "id": card.id,
        "name": card.name,
        "description": card.description,
        "starts_from": StartingPoint(card.starting_point).label,
        "holders": card.holders,
        "invitations": card.invitations,
        "badges": [text for text, shown in badges if shown],
        "changeable": card.changeable,
        "deletable": card.deletable,
    }


def _said(card: RoleCard) -> dict[str, Any]:
    """A role as the fields of its form."""
    fields = ("name", "description", "starting_point", "modifier", *FLAGS)
    return {field: getattr(card, field) for field in fields}


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The same as somebody typed it."""
    on = request.POST.getlist("flag")
    return {
        "name": request.POST.get("name", ""),
        "description": request.POST.get("description", ""),
        "starting_point": request.POST.get("starting_point", ""),
        "modifier": request.POST.get("modifier", ""),
        **{flag: flag in on for flag in FLAGS},
    }


def _editor(
    request: HttpRequest,
    actor: Actor,
    detail: RoleDetail | None,
    values: dict[str, Any],
    overrides: dict[str, bool],
    *,
    refused: DomainError | None = None,
) -> HttpResponse:
    card = detail.role if detail else None
    if detail and not detail.role.changeable:
        tried, asked = TriedRole(features=detail.features, abilities=detail.abilities, person=""), None
    else:
        asked = pages.a_uuid(request.POST.get("as", "")) if detail else None
        tried = _tried(actor, detail, values, overrides, asked)
    start = values["starting_point"]
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    context = {
        "role": card,
        "values": values,
        "starts": [
            (point.value, point.label)
            for point in StartingPoint
            if point.value == start
            or (point is not StartingPoint.OWNER and DEFAULTS[point] <= actor.permissions)
        ],
        "base_label": StartingPoint(start).label if start in set(StartingPoint) else "",
        "modifiers": [("", "None"), *((code, f"{code}, {text.lower()}") for code, text in MODIFIERS.items())],
        "groups": feature_forms.grouped(actor, tried.features),
        "decided": len(overrides),
        "abilities": tried.abilities,
        "person": tried.person,
        "people": [(person.id, person.name) for person in detail.holders] if detail else [],
        "chosen": asked,
        "contradictions": _contradictions(actor, detail, values["modifier"]),
        "may_history": actor.may(Permission.AUDIT_ALL),
        "readonly": bool(card and not card.changeable),
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
        "unsaved": request.method == "POST",
    }
    block = "trial" if request.headers.get("HX-Request") and not refused else None
    status = refused.status if refused else HTTPStatus.OK
    return pages.page(request, EDITOR, context, status=status, block=block)


def _contradictions(actor: Actor, detail: RoleDetail | None, modifier: str) -> tuple[Contradiction, ...]:
    """Who holds the role and has another degree than its modifier would say, for those who see the team's degrees."""
    if detail is None or not actor.may(Permission.MEMBERS_READ):
        return ()
    return find_contradictions(actor, FindContradictions(role_id=detail.role.id, modifier=modifier))


def _tried(
    actor: Actor,
    detail: RoleDetail | None,
    values: dict[str, Any],
    overrides: dict[str, bool],
    asked: UUID | None,
) -> TriedRole:
    """What the form would mean. One that was tampered with means what is saved."""
    role_id = detail.role.id if detail else None
    asked_holder = asked if detail and asked in {person.id for person in detail.holders} else None
    try:
        return try_role(
            actor, TryRole(role_id=role_id, member_id=asked_holder, **values, overrides=overrides)
        )
    except InvalidInput:
        if detail:
            return TriedRole(features=detail.features, abilities=detail.abilities, person="")
        return try_role(
            actor, TryRole(**{**values, "starting_point": "nothing", "modifier": ""}, overrides={})
        )


def _delete_page(
    request: HttpRequest,
    actor: Actor,
    card: RoleCard,
    *,
    effect: Effect | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    others = [c for c in list_role_cards(actor, ListRoleCards()) if c.changeable and c.id != card.id]
    wrong = refused.problems[0].message if isinstance(refused, InvalidInput) else ""
    context = {
        "role": card,
        "others": [(other.id, other.name) for other in others],
        "chosen": request.POST.get("replacement", ""),
        "chosen_name": next((c.name for c in others if str(c.id) == request.POST.get("replacement", "")), ""),
        "effect": feature_forms.effect_context(effect) if effect else None,
        "error": wrong,
        "problem": refused.message if refused and not wrong else "",
    }
    return pages.page(request, DELETE, context, status=refused.status if refused else HTTPStatus.OK)


def _address(role_id: UUID) -> str:
    return reverse("role", kwargs={"role_id": role_id})


routes = [
    path("settings/roles/", roles, name="roles"),
    path("settings/roles/new/", new, name="role-new"),
    path("settings/roles/<uuid:role_id>/", role, name="role"),
    path("settings/roles/<uuid:role_id>/copy/", copy, name="role-copy"),
    path("settings/roles/<uuid:role_id>/delete/", delete, name="role-delete"),
]
