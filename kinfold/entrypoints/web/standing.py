"""What is done with somebody's place on the team, each in a box that says what will happen: on hold, inactive, active,
archived, without admin access, removed; and one's own profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import admit
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.queries.pickers import ListTakers, list_takers
from kinfold.domain.kernel.errors import Conflict, DomainError, InvalidInput
from kinfold.domain.lifecycle.leaving import (
    HAND_OVER,
    WAIT,
    ArchiveProvider,
    GetLeaving,
    Leaving,
    RemoveAdminAccess,
    RemoveMember,
    archive_provider,
    get_leaving,
    remove_admin_access,
    remove_member,
)
from kinfold.domain.lifecycle.refusing import GetRefusal, get_refusal
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.own.doorway import acts_for_anybody
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.moving import MemberAct
from kinfold.domain.team.queries.members import GetMember, MemberRow, get_member
from kinfold.domain.team.queries.profile import GetOwnProfile, get_own_profile

from . import pages, place
from .identity.gates import confirmed

BOX = "pages/team/act.html"
PROFILE = "pages/profile.html"

Fact = tuple[str, str]  # an icon, and a sentence
# What has to be done first, as a sentence; a link's words and where it leads, "" for none.
Step = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """One act: its box as people read it, and what Confirm does.

    `fields` are asked for: "until", "clients", "reason". With `asks_again` people confirm first that it is them. While
    something is to be done `first`, the box says what, and has no button.
    """

    act: MemberAct
    path: str
    permission: Permission
    title: str
    lead: str  # {name} is the member's
    facts: Callable[[MemberRow, Leaving], Iterable[Fact]]
    perform: Callable[[HttpRequest, Actor, MemberRow, int], None]
    done: str
    label: str = "Confirm"
    danger: bool = False
    fields: tuple[str, ...] = ()
    asks_again: bool = False
    first: Callable[[Actor, MemberRow, Leaving], Iterable[Step]] = lambda *_: ()

    @property
    def route(self) -> str:
        """The name of its address."""
        return f"member-{self.path}"


def _view(box: Box) -> Callable[..., HttpResponse]:
    def shown(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
        admit(actor, box.permission, box.route)
        row = get_member(actor, GetMember(member_id=member_id)).member
        if request.method == "GET":
            return _box(request, actor, box, row)
        try:
            box.perform(request, actor, row, pages.version(request))
        except (InvalidInput, AboveOwnRights, Conflict) as refused:
            return _box(request, actor, box, row, refused)
        pages.toast(request, box.done.format(name=row.name))
        return pages.see_other(_address(row.id))

    @require_http_methods(["GET", "POST"])
    @pages.signed_in
    def view(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
        if box.asks_again and request.method == "POST":
            return confirmed(shown)(request, actor, member_id)
        return shown(request, actor, member_id)

    return view


def _box(
    request: HttpRequest, actor: Actor, box: Box, row: MemberRow, refused: DomainError | None = None
) -> HttpResponse:
    """The box, over the page it was opened from or as a page of its own, with whatever was typed.

    Where nothing that is typed could make it go through, it says why instead of asking; once refused it keeps what was.
    """
    never = "" if refused else get_refusal(actor, GetRefusal(member_id=row.id, act=box.act))
    leaving = get_leaving(actor, GetLeaving(member_id=row.id))
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    posted = request.POST
    asks_clients = "clients" in box.fields and leaving.clients > 0
    context = {
        "member": row,
        "title": "Change the hold" if box.act is MemberAct.HOLD and row.state == box.act else box.title,
        "lead": box.lead.format(name=row.name),
        "facts": list(box.facts(row, leaving)),
        "never": never,
        "first": list(box.first(actor, row, leaving)),
        "action": reverse(box.route, kwargs={"member_id": row.id}),
        "label": box.label,
        "danger": box.danger,
        "fields": box.fields,
        "leaving": leaving,
        "instead": reverse("member-archive", kwargs={"member_id": row.id})
        if box.act is MemberAct.REMOVE and MemberAct.ARCHIVE in row.acts
        else "",
        "asks_clients": asks_clients and leaving.may_hand_over,
        "therapists": _others(actor, row.id) if asks_clients else [],
        "values": {name: posted.get(name, "") for name in ("until", "clients", "therapist", "reason")},
        "version": row.version,
        "errors": {problem.field: problem.message for problem in problems},
        "problem": refused.message if refused and not problems else "",
    }
    return pages.page(request, BOX, context, status=refused.status if refused else 200, block="box")


def _others(actor: Actor, member_id: UUID) -> list[tuple[UUID, str]]:
    return [(found.id, found.label) for found in list_takers(actor, ListTakers()) if found.id != member_id]


def _address(member_id: UUID) -> str:
    return reverse("member", kwargs={"member_id": member_id})


# --- what each box says -------------------------------------------------------------------------------------------


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _ends_at_once(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    """What a leaver has open, and that it closes."""
    if leaving.sessions:
        yield "log-out", f"Signed out at once: {_counted(leaving.sessions, 'open session')}."
    else:
        yield "log-out", "Not signed in anywhere now."
    kinds = [
        *([_counted(leaving.tokens, "API token")] if leaving.tokens else []),
        *([_counted(leaving.invitations, "invitation") + " they sent"] if leaving.invitations else []),
    ]
    if kinds:
        yield "key-round", f"Ended for good: {' and '.join(kinds)}."


def _need_cover(leaving: Leaving) -> Iterable[Fact]:
    if leaving.clients:
        verb = "stays theirs and needs" if leaving.clients == 1 else "stay theirs and need"
        yield "users", f"{_counted(leaving.clients, 'client')} {verb} cover meanwhile."
    else:
        yield "users", "They have no clients, so nothing needs cover."


def _hold_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    yield "log-in", "They sign in, see their own clients and finish what they have."
    yield "user-round-x", "They are not offered for new clients, as supervisor or as cover."
    yield from _need_cover(leaving)


def _inactive_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    yield from _ends_at_once(row, leaving)
    yield from _need_cover(leaving)


def _active_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    yield "user-round-check", "They are offered for new clients again."
    if leaving.covered:
        yield "umbrella", f"Cover for {_counted(leaving.covered, 'client')} of theirs ends: they are back."
    roles = ", ".join(row.roles)
    yield "id-card", f"Their roles: {roles}." if roles else "They hold no role. Give them one first."
    if row.state == MemberAct.ARCHIVE:
        yield "users", "Clients and supervision they had stay as they are now."
    if row.state != MemberAct.HOLD:
        yield "key-round", "API tokens and invitations that ended stay ended."


def _archive_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    yield "archive", "Out of lists and pickers. Profile and history stay under Archived."
    yield from _ends_at_once(row, leaving)
    if leaving.covers:
        yield "umbrella", f"Their cover for {_counted(leaving.covers, 'client')} of others ends."
    if leaving.supervisees:
        who = "person loses" if leaving.supervisees == 1 else "people lose"
        yield "eye-off", f"{leaving.supervisees} {who} their supervisor and will be flagged."
    if not leaving.clients:
        yield "users", "They have no clients, so nothing needs reassigning."


def _admin_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    if leaving.admin_roles:
        yield "shield-off", f"Taken away: {', '.join(leaving.admin_roles)}."
    if leaving.keeps:
        yield "id-card", f"They stay {', '.join(leaving.keeps)} and keep what that allows."
    else:
        yield "log-out", "They hold no other role, so they are archived and signed out everywhere."
        if not leaving.clients:
            yield "users", "They have no clients, so nothing needs reassigning."
    yield "history", "What they did stays in Activity."


def _remove_facts(row: MemberRow, leaving: Leaving) -> Iterable[Fact]:
    yield "log-out", "They have no access any more, and their login is free to join another practice."
    yield "history", "Their name stays in the history of clients and in Activity."


# --- what has to be done first ------------------------------------------------------------------------------------


def _clients_first(actor: Actor, row: MemberRow, leaving: Leaving) -> Iterable[Step]:
    """Clients are handed over before, by those who may; reassigning asks to whom."""
    if not leaving.clients:
        return
    what = f"Hand over their {_counted(leaving.clients, 'client')}."
    if leaving.may_hand_over:
        yield what, "Reassign", f"{reverse('manage-clients')}?therapist={row.id}"
    else:
        yield f"{what} Ask somebody who may assign clients.", "", ""


def _admin_first(actor: Actor, row: MemberRow, leaving: Leaving) -> Iterable[Step]:
    return () if leaving.keeps else _clients_first(actor, row, leaving)


def _archive_first(actor: Actor, row: MemberRow, leaving: Leaving) -> Iterable[Step]:
    """Whoever may assign clients is asked in the box itself what becomes of them."""
    return () if leaving.may_hand_over else _clients_first(actor, row, leaving)


def _remove_first(actor: Actor, row: MemberRow, leaving: Leaving) -> Iterable[Step]:
    yield from _clients_first(actor, row, leaving)
    if leaving.covers:
        what = f"End their cover for {_counted(leaving.covers, 'client')}."
        yield (what, "Look at their cover", _address(row.id)) if leaving.may_hand_over else (what, "", "")
    if leaving.supervisees:
        what = f"End the supervision of {_counted(leaving.supervisees, 'person', 'people')}."
        may = actor.may(Permission.SUPERVISION_MANAGE)
        yield (what, "Look at whom they supervise", _address(row.id)) if may else (what, "", "")


# --- what Confirm does --------------------------------------------------------------------------------------------


def _change_to(status: MemberAct) -> Callable[[HttpRequest, Actor, MemberRow, int], None]:
    def perform(request: HttpRequest, actor: Actor, row: MemberRow, version: int) -> None:
        data = ChangeMemberStatus(
            member_id=row.id,
            version=version,
            status=status.value,
            until=place.midnight(actor, request.POST.get("until", ""), "until", after=1)
            if status is MemberAct.HOLD
            else None,
            reason=request.POST.get("reason", ""),
        )
        change_member_status(actor, data, once=pages.form_key(request))

    return perform


def _archive(request: HttpRequest, actor: Actor, row: MemberRow, version: int) -> None:
    clients = request.POST.get("clients", "")
    therapist = pages.a_uuid(request.POST.get("therapist", ""))
    data = ArchiveProvider(
        member_id=row.id,
        version=version,
        clients=clients if clients in (HAND_OVER, WAIT) else "",
        therapist_id=therapist if clients == HAND_OVER else None,
        reason=request.POST.get("reason", ""),
    )
    archive_provider(actor, data, once=pages.form_key(request))


def _remove_admin(request: HttpRequest, actor: Actor, row: MemberRow, version: int) -> None:
    data = RemoveAdminAccess(member_id=row.id, version=version)
    remove_admin_access(actor, data, once=pages.form_key(request))


def _remove(request: HttpRequest, actor: Actor, row: MemberRow, version: int) -> None:
    data = RemoveMember(member_id=row.id, version=version, reason=request.POST.get("reason", ""))
    remove_member(actor, data, once=pages.form_key(request))


BOXES = (
    Box(
        act=MemberAct.HOLD,
        path="hold",
        permission=Permission.MEMBERS_STATUS,
        title="Put on hold",
        lead="{name} keeps what they have and takes nothing new.",
        facts=_hold_facts,
        perform=_change_to(MemberAct.HOLD),
        done="{name} is on hold.",
        label="Put on hold",
        fields=("until", "reason"),
    ),
    Box(
        act=MemberAct.DEACTIVATE,
        path="deactivate",
        permission=Permission.MEMBERS_STATUS,
        title="Make inactive",
        lead="{name} cannot sign in until somebody makes them active again.",
        facts=_inactive_facts,
        perform=_change_to(MemberAct.DEACTIVATE),
        done="{name} is inactive and signed out.",
        label="Make inactive",
        danger=True,
        fields=("reason",),
    ),
    Box(
        act=MemberAct.ACTIVATE,
        path="activate",
        permission=Permission.MEMBERS_STATUS,
        title="Make active",
        lead="{name} works with the team again, from now on.",
        facts=_active_facts,
        perform=_change_to(MemberAct.ACTIVATE),
        done="{name} is active.",
        label="Make active",
        fields=("reason",),
    ),
    Box(
        act=MemberAct.ARCHIVE,
        path="archive",
        permission=Permission.MEMBERS_STATUS,
        title="Archive provider",
        lead="{name} leaves the team. You can bring them back at any time.",
        facts=_archive_facts,
        perform=_archive,
        done="{name} is archived.",
        label="Archive provider",
        danger=True,
        fields=("clients", "reason"),
        asks_again=True,
        first=_archive_first,
    ),
    Box(
        act=MemberAct.REMOVE_ADMIN,
        path="remove-admin",
        permission=Permission.MEMBERS_REMOVE,
        title="Remove Admin",
        lead="{name} will lose admin access as soon as you confirm.",
        facts=_admin_facts,
        perform=_remove_admin,
        done="{name} has no admin access any more.",
        danger=True,
        asks_again=True,
        first=_admin_first,
    ),
    Box(
        act=MemberAct.REMOVE,
        path="remove",
        permission=Permission.MEMBERS_REMOVE,
        title="Remove from the practice",
        lead="{name} is removed for good. To come back, they need a new invitation.",
        facts=_remove_facts,
        perform=_remove,
        done="{name} is removed from the practice.",
        label="Remove",
        danger=True,
        fields=("reason",),
        asks_again=True,
        first=_remove_first,
    ),
)


@require_GET
@pages.signed_in
def own_profile(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Oneself, as the practice keeps it; all that is left to see for those who were archived."""
    context = {
        "profile": get_own_profile(actor, GetOwnProfile()),
        "is_client": actor.login_id is not None and acts_for_anybody(actor.login_id),
    }
    return pages.page(request, PROFILE, context)


routes: list[URLPattern] = [
    path("profile/", own_profile, name="own-profile"),
    *(path(f"manage/team/<uuid:member_id>/{box.path}/", _view(box), name=box.route) for box in BOXES),
]
