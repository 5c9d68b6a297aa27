"""Registration codes of members: sending, showing and using them (SPEC U64, 8.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.models import Role
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.identity import registration_codes
from kinfold.domain.identity.commands import create_login
from kinfold.domain.identity.emails import send_verification
from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.identity.queries import open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound
from kinfold.domain.kernel.periods import holds_or_will
from kinfold.domain.team import emails
from kinfold.domain.team.errors import NoCodeNeeded
from kinfold.domain.team.granting import hold_team, refuse_above
from kinfold.domain.team.models import Member, MemberRole
from kinfold.domain.team.newcomers import seat
from kinfold.domain.team.registration import KIND, Proof, member_with
from kinfold.domain.team.statuses import WORKS

says(
    registration_code__sent="sent a team member a registration code",
    registration_code__viewed="looked at a team member's registration code",
    member__registered="registered",
)

MOST_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class SendRegistrationCodes:
    """Members without a login, each of whom is mailed a fresh code."""

    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewRegistrationCodes:
    """Members without a login, for each of whom a fresh code is shown."""

    member_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCode:
    """A member's code, to be handed to them. It is shown once: looking again makes another."""

    member_id: UUID
    name: str
    email: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterMember:
    """What shows that the record is theirs, and the password of the new login."""

    proof: Proof
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterWithLogin:
    """What shows that the record is theirs; the login is the one they are signed in with."""

    proof: Proof


@command(Permission.MEMBERS_INVITE)
def send_registration_codes(actor: Actor, data: SendRegistrationCodes) -> None:
    """Mail each of these members a fresh registration code, all or none. Codes they had before end (U64).

    Raises NoCodeNeeded for whoever has a login or cannot sign in now, and AboveOwnRights for whoever holds more.
    """
    send_codes(actor, _without_login(actor, data.member_ids))


@command(Permission.MEMBERS_INVITE)
def view_registration_codes(actor: Actor, data: ViewRegistrationCodes) -> tuple[ShownCode, ...]:
    """A fresh registration code for each of these members, in name order, to hand over. The look is recorded (U64).

    Codes they had before end. Raises as sending does.
    """
    members = _without_login(actor, data.member_ids)
    made = [(member, registration_codes.issue(KIND, member.id, actor.practice_id)) for member in members]
    _record_each(actor, "registration_code.viewed", members)
    return tuple(
        ShownCode(
            member_id=member.id,
            name=member.name,
            email=member.email,
            code=issued.code,
            expires_at=issued.expires_at,
        )
        for member, issued in made
    )


@command(None)
def register_member(actor: Actor, data: RegisterMember) -> bool:
    """Make the login of a member who was added without one, with a new password. The code is used up.

    The answer is whether they can sign in at once: a code that came by mail proves the address, and for a code that
    was handed over a mail to the address has to be followed first.
    """
    code, member = member_with(actor, data.proof)
    registration_codes.use(code.id)
    proved = code.proves == member.email
    login_id = create_login(
        member.email, member.name, data.password, verified=proved, about=(actor.practice_name,)
    )
    if not proved:
        send_verification(login_id, member.email)
    _take_place(actor, member, login_id)
    return proved


@command(None)
def register_with_login(actor: Actor, data: RegisterWithLogin) -> None:
    """Take one's place on the team with the login one is signed in with, whose proved address is the member's.

    Raises OnAnotherTeam when the login works for another practice: only its owner learns that (SPEC 8.12).
    """
    code, member = member_with(actor, data.proof)
    login = open_login(actor.login_id) if actor.login_id else None
    if login is None or not login.is_verified or login.email != member.email:
        raise CodeRefused
    registration_codes.use(code.id)
    _take_place(actor, member, login.id)


def send_codes(actor: Actor, members: Iterable[Member]) -> None:
    """Mail fresh codes to members who are known to need one, and record it."""
    members = list(members)
    for member in members:
        issued = registration_codes.issue(KIND, member.id, actor.practice_id, sent_to=member.email)
        emails.send_registration_code(actor.practice_id, issued.id)
    _record_each(actor, "registration_code.sent", members)


def _without_login(actor: Actor, member_ids: Iterable[UUID]) -> list[Member]:
    """The members with these ids, who all need a code. Whoever may hand out a code could use it, so none holds more."""
    hold_team()
    wanted = set(member_ids)
    if not wanted:
        raise InvalidInput.one("member_ids", "Choose at least one team member.")
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput.one("member_ids", f"Choose at most {MOST_AT_ONCE} team members at a time.")
    members = list(Member.objects.filter(pk__in=wanted).order_by("sort_key", "id"))
    if len(members) != len(wanted):
        raise NotFound
    if any(member.login_id or member.ended_at or member.status not in WORKS for member in members):
        raise NoCodeNeeded
    held = MemberRole.objects.filter(holds_or_will(clock.now()), member__in=members)
    refuse_above(actor, Role.objects.filter(pk__in=held.values("role")))
    return members


def _take_place(actor: Actor, member: Member, login_id: UUID) -> None:
    seat(member, login_id)
    trail.record(actor, "member.registered", subject=("member", member.id))


def _record_each(actor: Actor, action: str, members: Iterable[Member]) -> None:
    trail.record_all(actor, [trail.Event(action, ("member", member.id)) for member in members])
