"""Manage users, the Team Members tab: the list in its three views, inviting, and what becomes of invitations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.queries.covers import ListGaps, list_gaps
from kinfold.domain.clients.queries.ranks import RankMembers, rank_members
from kinfold.domain.credentials.queries.team import (
    ListAttention,
    MembersByLicence,
    list_attention,
    members_by_licence,
)
from kinfold.domain.kernel.columns import moved
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput, NotAllowed
from kinfold.domain.team.commands.arranging import ArrangeTeam, arrange_team
from kinfold.domain.team.commands.invitations import (
    DeleteInvitations,
    InviteMember,
    ResendInvitations,
    delete_invitations,
    invite_member,
    resend_invitations,
)
from kinfold.domain.team.errors import AboveOwnRights, ArchivedHere, InvitationNotPending
from kinfold.domain.team.queries.administrators import ListAdminRequests, list_admin_requests
from kinfold.domain.team.queries.arranged import GetTeamLayout, get_team_layout
from kinfold.domain.team.queries.invitations import InvitationRow, ListInvitations, list_invitations
from kinfold.domain.team.queries.listing import Page, TeamCounts, TeamView, Window
from kinfold.domain.team.queries.members import ListMembers, ListNames, MemberRow, list_members, list_names
from kinfold.domain.team.queries.roles import ListRoles, RoleRow, list_roles

from . import administrators, columns, member_edit, members, newcomers, pages, several, team_lines
from .jinja import url

LIST = "pages/team/list.html"
INVITE = "pages/team/invite.html"
VIEWS = (
    (TeamView.ACTIVE, "Active", "On the team now, also on hold or inactive"),
    (TeamView.PENDING, "Pending", "Invited, not answered yet"),
    (TeamView.ARCHIVED, "Archived", "Left, history kept"),
)


STATUSES = (("active", "Active"), ("on_hold", "On hold"), ("inactive", "Inactive"))
LICENCES = {"expired": "Expired", "soon": "Expires within 90 days", "missing": "Not given"}
MISSING = ("missing", "No supervisor, and needs one")


@require_GET
@pages.signed_in
def team(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The team, Active first."""
    return _list(request, actor, request.GET, "")


@require_POST
@pages.signed_in
def arrange(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep which columns are shown and in which order, after a box was ticked, a column moved, or Reset."""
    order = moved(request.POST.getlist("order"), request.POST.get("move", ""))
    wanted = ArrangeTeam(
        columns=() if "reset" in request.POST else tuple(order),
        shown=frozenset(request.POST.getlist("shown")),
    )
    back = pages.safe_next(request, reverse("team"))
    try:
        arrange_team(actor, wanted)
    except InvalidInput as refused:
        pages.warn(request, refused.problems[0].message)
        return pages.see_other(back)
    if not request.headers.get("HX-Request"):
        return pages.see_other(back)
    return columns.changed(request, LIST, get_team_layout(actor, GetTeamLayout()).columns, back)


@require_POST
@pages.signed_in
def search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same list, searched. It is a POST, so that no person's name stands in an address."""
    return _list(request, actor, request.POST, request.POST.get("q", "")[:200])


@require_http_methods(["GET", "POST"])
@pages.signed_in
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Invite Therapist."""
    admit(actor, Permission.MEMBERS_INVITE, "team-invite")
    typed: dict[str, Any] = {
        "full_name": request.POST.get("full_name", ""),
        "email": request.POST.get("email", ""),
        "roles": request.POST.getlist("roles"),
    }
    if request.method == "GET":
        return _invite_form(request, actor, typed)
    try:
        invite_member(
            actor,
            InviteMember(
                full_name=typed["full_name"], email=typed["email"], role_ids=pages.uuids(typed["roles"])
            ),
            once=pages.form_key(request),
        )
    except InvalidInput as refused:
        errors = {problem.field: problem.message for problem in refused.problems}
        errors["roles"] = errors.pop("role_ids", "")
        return _invite_form(
            request, actor, typed, {field: text for field, text in errors.items() if text}, status=422
        )
    except (Conflict, AboveOwnRights) as refused:
        return _invite_form(request, actor, typed, refused=refused, status=refused.status)
    pages.toast(request, "The invitation is on its way.")
    return pages.see_other(reverse("team") + "?show=pending")


@require_POST
@pages.signed_in
def invitations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Resend or delete invitations: one by its own button, or all that are ticked. Deleting asks first."""
    posted = request.POST
    act = posted.get("do", "")
    chosen = pages.uuids(posted.getlist("invitation"))
    for one in ("resend", "delete"):
        if one in posted:
            act, chosen = one, pages.uuids([posted[one]])
    back = reverse("team") + "?show=pending"
    if not chosen:
        pages.warn(request, "Tick at least one invitation.")
        return pages.see_other(back)
    try:
        if act == "delete" and "sure" not in posted:
            return _ask_before_deleting(request, actor, chosen)
        if act == "resend":
            resend_invitations(actor, ResendInvitations(invitation_ids=chosen), once=pages.form_key(request))
        elif act == "delete":
            delete_invitations(actor, DeleteInvitations(invitation_ids=chosen), once=pages.form_key(request))
        else:
            raise InvalidInput.one("do", "Choose an action.")
    except Conflict as refused:
        pages.warn(request, refused.message)
        return pages.see_other(back)
    pages.toast(request, _done(act, len(chosen)))
    return pages.see_other(back)


def tabs(actor: Actor, counts: TeamCounts | None, current: str) -> list[dict[str, Any]]:
    """The two tabs of Manage users, as far as this person may open them (SPEC U04)."""
    shown: list[dict[str, Any]] = []
    if actor.sees_clients:
        shown.append(
            {
                "label": "Clients",
                "href": url("manage-clients"),
                "count": None,
                "current": current == "clients",
            }
        )
    if actor.may(Permission.MEMBERS_READ):
        shown.append(
            {
                "label": "Team Members",
                "href": url("team"),
                "count": counts.active if counts else None,
                "current": current == "team",
            }
        )
    return shown


def _ask_before_deleting(request: HttpRequest, actor: Actor, chosen: tuple[UUID, ...]) -> HttpResponse:
    """The Pending view with the question in front of it."""
    admit(actor, Permission.MEMBERS_INVITE, "invitations")
    found = list_invitations(actor, ListInvitations(only=chosen, window=Window(limit=len(chosen)))).page.rows
    if len(found) != len(set(chosen)):
        raise InvitationNotPending
    return _list(request, actor, QueryDict("show=pending"), "", deleting=found)


def _list(
    request: HttpRequest,
    actor: Actor,
    asked: QueryDict,
    typed: str,
    *,
    deleting: Sequence[InvitationRow] = (),
) -> HttpResponse:
    if not actor.manages_users:
        raise NotAllowed
    show = asked.get("show", "")
    view = TeamView(show) if show in set(TeamView) else TeamView.ACTIVE
    role_id = pages.a_uuid(asked.get("role", ""))
    status, supervisor, licence = (asked.get(name, "") for name in ("status", "supervisor", "licence"))
    sort = asked.get("sort", "") or "name"
    window = Window(after=pages.a_uuid(asked.get("after", "")), before=pages.a_uuid(asked.get("before", "")))
    roles = list_roles(actor, ListRoles())
    context: dict[str, Any] = {
        "declined": [],
        "without_supervisor": 0,
        "gaps": (),
        "columns": (),
        "requests": (),
        "attention": (),
    }
    if view is TeamView.PENDING:
        waiting = list_invitations(
            actor, ListInvitations(search=typed, role_id=role_id, sort=sort, window=window)
        )
        counts, page = waiting.counts, _page(waiting.page)
        noun = "open invitation" if waiting.page.total == 1 else "open invitations"
        context |= {"rows": waiting.page.rows, "declined": waiting.declined}
    else:
        people = list_members(
            actor,
            ListMembers(
                view=view,
                search=typed,
                role_id=role_id,
                status=status,
                supervisor_id=pages.a_uuid(supervisor),
                supervised=supervisor if supervisor == "missing" else "",
                only=members_by_licence(actor, MembersByLicence(state=licence))
                if licence in LICENCES
                else None,
                ranks=rank_members(actor, RankMembers(by=sort)),
                sort=sort,
                window=window,
            ),
        )
        counts, page = people.counts, _page(people.page)
        noun = "team member" if people.page.total == 1 else "team members"
        layout = get_team_layout(actor, GetTeamLayout())
        context |= {
            "rows": people.page.rows,
            "without_supervisor": people.without_supervisor,
            "lines": team_lines.lines(actor, people.page.rows),
            "heads": team_lines.heads(layout.shown),
            "columns": columns.menu(layout.columns),
        }
        if view is TeamView.ACTIVE:
            context["attention"] = list_attention(actor, ListAttention())
            if actor.may(Permission.CLIENTS_ASSIGN):
                context["gaps"] = list_gaps(actor, ListGaps())
    if view is TeamView.PENDING or actor.may(Permission.PRACTICE_OWN):
        context["requests"] = list_admin_requests(actor, ListAdminRequests())
    params = {
        "show": "" if view is TeamView.ACTIVE else view.value,
        "sort": "" if sort == "name" else sort,
        "role": str(role_id) if role_id else "",
        "status": status,
        "supervisor": supervisor,
        "licence": licence,
    }
    filters = [_role_filter(roles, params["role"])]
    if view is TeamView.ACTIVE:
        supervisors = list_names(actor, ListNames(supervisors=True))
        filters += [
            _choices("status", "Status", status, STATUSES),
            _choices(
                "supervisor", "Supervisor", supervisor, ((str(m.id), m.name) for m in supervisors), MISSING
            ),
            _choices("licence", "License", licence, LICENCES.items()),
        ]
    lines = team_lines.options(actor, on_the_team=view is TeamView.ACTIVE)
    context |= {
        **lines,
        "may": {
            **lines["may"],
            "decide": actor.may(Permission.PRACTICE_OWN),
            "import_": actor.may(Permission.MEMBERS_INVITE, Permission.CLIENTS_IMPORT),
        },
        "tabs": tabs(actor, counts, "team"),
        "aside": f"{counts.active:,} on the team",
        "views": [_view(item, counts, view) for item in VIEWS],
        "q": typed,
        "params": {**params, "sort": sort},
        "filters": filters,
        "several": several.offered(actor) if view is TeamView.ACTIVE else [],
        "page": page,
        "noun": noun,
        "pending": view is TeamView.PENDING,
        "deleting": deleting,
    }
    return pages.page(request, LIST, context, block="rows")


def _page(page: Page[MemberRow] | Page[InvitationRow]) -> dict[str, Any]:
    return {
        "total": page.total,
        "start": page.start,
        "shown": len(page.rows),
        "next": page.next,
        "previous": page.previous,
    }


def _view(item: tuple[TeamView, str, str], counts: TeamCounts, current: TeamView) -> dict[str, Any]:
    view, label, hint = item
    return {
        "label": label,
        "hint": hint,
        "href": reverse("team") + ("" if view is TeamView.ACTIVE else f"?show={view.value}"),
        "count": getattr(counts, view.value),
        "current": view is current,
    }


def _role_filter(roles: Iterable[RoleRow], value: str) -> dict[str, Any]:
    options = [{"value": str(role.id), "label": role.name} for role in roles]
    known = value if any(option["value"] == value for option in options) else ""
    return {"name": "role", "label": "Role", "value": known, "options": options}


def _choices(
    name: str, label: str, value: str, options: Iterable[tuple[str, str]], *first: tuple[str, str]
) -> dict[str, Any]:
    offered = [{"value": key, "label": words} for key, words in (*first, *options)]
    known = value if any(option["value"] == value for option in offered) else ""
    return {"name": name, "label": label, "value": known, "options": offered}


def _invite_form(
    request: HttpRequest,
    actor: Actor,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    archived = refused.member_id if isinstance(refused, ArchivedHere) else None
    context = {
        "values": values,
        "errors": errors or {},
        "problem": refused.message if refused else "",
        "opens": reverse("member", kwargs={"member_id": archived}) if archived else "",
        "roles": newcomers.grantable_roles(actor),
    }
    return pages.page(request, INVITE, context, status=status)


def _done(act: str, count: int) -> str:
    what = "The invitation" if count == 1 else f"{count} invitations"
    if act == "resend":
        return f"{what} {'is' if count == 1 else 'are'} on the way again. The old link no longer works."
    return f"{what} {'was' if count == 1 else 'were'} deleted."


routes = [
    path("manage/team/", team, name="team"),
    path("manage/team/columns/", arrange, name="team-columns"),
    path("manage/team/search/", search, name="team-search"),
    path("manage/team/invite/", invite, name="team-invite"),
    path("manage/team/invitations/", invitations, name="invitations"),
    *administrators.routes,
    *several.routes,
    *newcomers.routes,
    *members.routes,
    *member_edit.routes,
]
