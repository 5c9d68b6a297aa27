"""One member's page: who they are, their roles, supervision and history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.activity import ListActivity, list_activity
from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.billing.queries.contradictions import (
    Contradiction,
    FindContradictions,
    find_contradictions,
)
from kinfold.domain.clients.queries.covers import Covers, ListCovers, list_covers
from kinfold.domain.clients.queries.listing import ClientPage, ListClients, list_clients
from kinfold.domain.credentials.queries.records import GetCredentials, get_credentials
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.team.commands.members import (
    ChangeMemberRoles,
    change_member_roles,
)
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.queries.members import (
    GetMember,
    ListNames,
    MemberCard,
    MemberRow,
    get_member,
    list_names,
)
from kinfold.domain.team.queries.roles import ListRoles, RoleRow, list_roles

from . import credentials, member_care, member_roster, member_tabs, pages, supervision, team_lines
from .identity.gates import confirmed
from .jinja import full_day

MEMBER = "pages/team/member.html"
ROLES = "pages/team/roles.html"
ACTS = "pages/team/member_acts.html"
CASELOAD_LINES = 25
HISTORY_LINES = 10


@require_GET
@pages.signed_in
def member(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """A team member."""
    return member_page(request, actor, get_member(actor, GetMember(member_id=member_id)))


@require_GET
@pages.signed_in
def acts(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """What can be done with a member: the lines of their menu in the list once it is opened, or a page of them."""
    row = get_member(actor, GetMember(member_id=member_id)).member
    context = {
        "row": row,
        "registration": team_lines.registrations([row]).get(row.id),
        "may": {
            "change": actor.may(Permission.MEMBERS_CHANGE),
            "invite": actor.may(Permission.MEMBERS_INVITE),
        },
    }
    return pages.page(request, ACTS, context, block="lines")


@require_http_methods(["GET", "POST"])
@pages.signed_in
def roles(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """A member's roles: the boxes of the list's dropdown once it is opened, and saving what is ticked in them."""
    admit(actor, Permission.ROLES_ASSIGN, "member-roles")
    if request.method == "POST":
        return _save_roles(request, actor, member_id)
    card = get_member(actor, GetMember(member_id=member_id))
    if not request.headers.get("HX-Request"):
        return pages.see_other(f"{address(member_id)}#roles-h")
    context = {"row": card.member, "roles": role_options(list_roles(actor, ListRoles())), "problem": ""}
    return pages.page(request, ROLES, context, block="form")


@confirmed
def _save_roles(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Save all of a member's roles, from the list's dropdown (saved at once) or from the member's page."""
    card = get_member(actor, GetMember(member_id=member_id))
    offered = list_roles(actor, ListRoles())
    ticked = set(pages.uuids(request.POST.getlist("roles")))
    # What this person may not take away is shown and cannot be unticked, so browsers do not send it.
    kept = {role.id for role in offered if not role.grantable} & set(card.member.role_ids)
    fragment = bool(request.headers.get("HX-Request"))
    try:
        change_member_roles(
            actor,
            ChangeMemberRoles(
                member_id=member_id,
                version=pages.version(request),
                role_ids=tuple(role.id for role in offered if role.id in ticked | kept),
            ),
            once=pages.form_key(request),
        )
    except (InvalidInput, AboveOwnRights, Conflict) as refused:
        card = get_member(actor, GetMember(member_id=member_id))
        if fragment:
            return _roles_refused(request, card.member, offered, refused)
        return member_page(
            request,
            actor,
            card,
            problem=pages.sentence(refused),
            chosen=None if isinstance(refused, Conflict) else ticked | kept,
            status=refused.status,
        )
    if fragment:
        saved = get_member(actor, GetMember(member_id=member_id)).member
        context = {
            "row": saved,
            "roles": role_options(offered),
            "contradictions": _contradictions(actor, member_id),
        }
        return pages.page(request, ROLES, context, block="saved")
    pages.toast(request, "The roles are saved. They count from now on.")
    oneself = member_id == actor.member_id
    return pages.see_other(reverse("home") if oneself else address(member_id))


def role_options(offered: Iterable[RoleRow]) -> list[dict[str, Any]]:
    """Roles as boxes to tick; those above one's own rights are shown and cannot be changed."""
    return [
        {
            "value": str(role.id),
            "label": role.name,
            "hint": role.description + _more_about(role),
            "group": "System roles" if role.system else "Practice roles",
            "disabled": not role.grantable,
        }
        for role in offered
    ]


def _more_about(role: RoleRow) -> str:
    if not role.grantable:
        return " It allows more than your own roles do."
    return " Needs a supervisor." if role.requires_supervision else ""


def member_page(
    request: HttpRequest,
    actor: Actor,
    card: MemberCard,
    *,
    problem: str = "",
    editing: dict[str, Any] | None = None,
    chosen: Collection[UUID] | None = None,
    status: int = 200,
) -> HttpResponse:
    may = {
        "change": actor.may(Permission.MEMBERS_CHANGE),
        "set_roles": actor.may(Permission.ROLES_ASSIGN),
        "supervise": actor.may(Permission.SUPERVISION_MANAGE),
        "add": actor.may(Permission.MEMBERS_INVITE),
        "keep_licences": actor.may(Permission.LICENCES_MANAGE),
    }
    kept = get_credentials(actor, GetCredentials(member_id=card.member.id))
    caseload = _caseload(actor, card.member.id)
    context = {
        "member": card.member,
        "tabs": member_tabs.tabs(actor, card.member.id, "member"),
        "registration": team_lines.registrations([card.member]).get(card.member.id),
        "statuses": card.statuses,
        "cover": _cover(actor, card.member.id),
        "editing": editing,
        "may": may,
        "figures": member_care.figures_of(actor, card.member.id),
        "clients": caseload.rows if caseload else None,
        "caseload": caseload.total if caseload else 0,
        "supervisors": [supervision.period(row) for row in card.supervisors],
        "supervisees": [supervision.period(row) for row in card.supervisees],
        "candidates": _candidates(actor, card) if may["supervise"] else [],
        "roles": role_options(list_roles(actor, ListRoles())) if may["set_roles"] else [],
        "contradictions": _contradictions(actor, card.member.id) if may["set_roles"] else (),
        "chosen": [str(role_id) for role_id in (card.member.role_ids if chosen is None else chosen)],
        "version": card.member.version,
        "problem": problem,
        "history": _history(actor, card.member.id),
        "credentials": kept,
        **credentials.facts(kept),
    }
    return pages.page(request, MEMBER, context, status=status, block="name" if editing else None)


def _roles_refused(
    request: HttpRequest, row: MemberRow, offered: Iterable[RoleRow], refused: DomainError
) -> HttpResponse:
    """The dropdown as things are, with the reason; it takes the place of the one that was ticked."""
    context = {"row": row, "roles": role_options(offered), "problem": pages.sentence(refused)}
    response = pages.page(request, ROLES, context, status=refused.status, block="form")
    response.headers["HX-Retarget"] = f"#roles-form-{row.id}"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _cover(actor: Actor, member_id: UUID) -> Covers | None:
    """Cover for a member and by them, for those who assign clients; None where there is nothing to say."""
    if not actor.may(Permission.CLIENTS_ASSIGN):
        return None
    found = list_covers(actor, ListCovers(member_id=member_id))
    return found if found.clients or found.covers or found.stands_in else None


def _caseload(actor: Actor, member_id: UUID) -> ClientPage | None:
    """The member's active clients, as far as this person sees them; None for those who see no clients."""
    if not actor.sees_clients:
        return None
    return list_clients(actor, ListClients(therapist_id=member_id, limit=CASELOAD_LINES))


def _contradictions(actor: Actor, member_id: UUID) -> tuple[Contradiction, ...]:
    """Roles of theirs whose billing modifier says otherwise than their degree (SPEC 8.6)."""
    return find_contradictions(actor, FindContradictions(member_id=member_id))


def _candidates(actor: Actor, card: MemberCard) -> list[tuple[UUID, str]]:
    taken = {row.member_id for row in card.supervisors if row.begun} | {card.member.id}
    able = list_names(actor, ListNames(supervisors=True))
    return [(found.id, found.name) for found in able if found.id not in taken]


def _history(actor: Actor, member_id: UUID) -> list[dict[str, str]]:
    """What was done with this member, for those who see everything that is done."""
    if not actor.may(Permission.AUDIT_ALL):
        return []
    lines = list_activity(actor, ListActivity(subject_id=member_id, limit=HISTORY_LINES)).lines
    return [
        {
            "glyph": "circle-alert" if line.refused else "history",
            "text": f"{line.who} {line.sentence}",
            "small": full_day(line.at),
        }
        for line in lines
    ]


def address(member_id: UUID) -> str:
    return reverse("member", kwargs={"member_id": member_id})


routes = [
    *member_tabs.routes,
    *member_roster.routes,
    *member_care.routes,
    path("manage/team/<uuid:member_id>/", member, name="member"),
    path("manage/team/<uuid:member_id>/acts/", acts, name="member-acts"),
    path("manage/team/<uuid:member_id>/roles/", roles, name="member-roles"),
]
