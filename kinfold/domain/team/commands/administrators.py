"""Add admin: somebody with a login becomes an administrator once an owner approves (SPEC H07–H09)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.emails import NotAnEmailAddress, canonical_email
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.team import emails
from kinfold.domain.team.addresses import refuse_taken
from kinfold.domain.team.commands.adding import take_in_recorded
from kinfold.domain.team.commands.registering import send_codes
from kinfold.domain.team.errors import AlreadyDecided, RoleGone
from kinfold.domain.team.granting import acting_member, chosen_roles, hold_team, refuse_above
from kinfold.domain.team.models import AdminRequest, AdminRequestRole, AdminRequestState
from kinfold.domain.team.names import checked_names
from kinfold.domain.team.newcomers import Newcomer

says(
    admin_request__created="asked to add someone as administrator",
    admin_request__approved="approved a new administrator",
    admin_request__declined="declined a new administrator",
)

# Never whether there is a login at all: the person asking is an administrator here, and the login is anybody's.
NO_CONFIRMED_LOGIN = (
    "There is no confirmed login with this email address. Ask the person to sign in and confirm their address, or "
    "invite them by email instead."
)
NOT_CLINICAL = (
    "An admin sees no clients of their own. Choose roles for administration, or invite them by email."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestAdministrator:
    """Whom to add as administrator: the name, the address of their login, and what they will be."""

    first_name: str
    last_name: str
    email: str
    role_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideAdministrator:
    """An owner's decision about a request."""

    request_id: UUID
    approve: bool


@command(Permission.MEMBERS_INVITE)
def request_administrator(actor: Actor, data: RequestAdministrator) -> UUID:
    """Ask for somebody to become an administrator; when an owner asks, it is approved at once (H07, H09).

    The address must be the proved one of a login, and the roles must not be clinical: both raise InvalidInput with what
    to do (H08). Raises AboveOwnRights, and why an address cannot be added as inviting does.
    """
    hold_team()
    names, email, roles = _checked(data)
    refuse_above(actor, roles)
    refuse_taken(email)
    request = AdminRequest.objects.create(
        **names, email=email, requested_by_id=acting_member(actor), requested_at=clock.now()
    )
    AdminRequestRole.objects.bulk_create(
        AdminRequestRole(practice_id=actor.practice_id, request=request, role=role) for role in roles
    )
    trail.record(
        actor,
        "admin_request.created",
        subject=("admin_request", request.id),
        detail={"roles": [str(role.id) for role in roles]},
    )
    if actor.may(Permission.PRACTICE_OWN):
        _decide(actor, request, AdminRequestState.APPROVED)
    return request.id


@command(Permission.PRACTICE_OWN)
def decide_administrator(actor: Actor, data: DecideAdministrator) -> None:
    """Approve or decline. An approved person is on the team with the roles, and is mailed a code to take their place.

    They take it with the login they have; if that is on another team, only they learn it (SPEC 8.12). Raises
    AlreadyDecided when somebody was faster, RoleGone, and why the address cannot be added any more.
    """
    hold_team()
    request = AdminRequest.objects.filter(pk=data.request_id).first()
    if request is None:
        raise NotFound
    _decide(actor, request, AdminRequestState.APPROVED if data.approve else AdminRequestState.DECLINED)


def _decide(actor: Actor, request: AdminRequest, decision: AdminRequestState) -> None:
    now, owner_id = clock.now(), acting_member(actor)
    undecided = AdminRequest.objects.filter(pk=request.pk, state=AdminRequestState.PENDING)
    if not undecided.update(state=decision, decided_by_id=owner_id, decided_at=now):
        raise AlreadyDecided
    if decision == AdminRequestState.APPROVED:
        _take_in(actor, request)
    action = "admin_request.approved" if decision == AdminRequestState.APPROVED else "admin_request.declined"
    trail.record(actor, action, subject=("admin_request", request.id))
    if request.requested_by_id != owner_id:
        emails.tell_requester(actor.practice_id, request.id)


def _take_in(actor: Actor, request: AdminRequest) -> None:
    refuse_taken(request.email)
    wanted = Role.objects.filter(pk__in=request.wanted_roles.values("role"))
    if wanted.filter(deleted_at__isnull=False).exists():
        raise RoleGone
    newcomer = Newcomer(
        first_name=request.first_name,
        last_name=request.last_name,
        email=request.email,
        role_ids=tuple(wanted.values_list("id", flat=True)),
    )
    (member,) = take_in_recorded(actor, [newcomer])
    AdminRequest.objects.filter(pk=request.pk).update(member=member)
    send_codes(actor, [member])


def _checked(data: RequestAdministrator) -> tuple[dict[str, str], str, list[Role]]:
    problems: list[Problem] = []
    names: dict[str, str] = {}
    email = ""
    roles: list[Role] = []
    try:
        names = checked_names(first_name=data.first_name, last_name=data.last_name)
    except InvalidInput as error:
        problems.extend(error.problems)
    try:
        email = canonical_email(data.email)
    except NotAnEmailAddress as error:
        problems.extend(error.problems)
    else:
        if not _has_confirmed_login(email):
            problems.append(Problem("email", NO_CONFIRMED_LOGIN))
    try:
        roles = chosen_roles(data.role_ids)
    except InvalidInput as error:
        problems.extend(error.problems)
    if any(role.clinical for role in roles):
        problems.append(Problem("role_ids", NOT_CLINICAL))
    if problems:
        raise InvalidInput(problems)
    return names, email, roles


def _has_confirmed_login(email: str) -> bool:
    login_id = find_login(email)
    login = open_login(login_id) if login_id else None
    return login is not None and login.is_active and login.is_verified
