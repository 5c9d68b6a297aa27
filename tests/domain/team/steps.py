"""Steps that several stories of the team share."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.audit.models import AuditEntry
from kinfold.domain.audit.trail import verify
from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.leaving import (
    WAIT,
    ArchiveProvider,
    RemoveMember,
    archive_provider,
    remove_member,
)
from kinfold.domain.lifecycle.statuses import ChangeMemberStatus, change_member_status
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.adding import CreateMembers, NewMember, create_members
from kinfold.domain.team.commands.invitations import (
    AcceptInvitation,
    InviteMember,
    accept_invitation,
    invite_member,
)
from kinfold.domain.team.links import guest_with_link, link_token
from kinfold.domain.team.models import Invitation, Member, MemberRole, MemberStatus
from kinfold.domain.team.queries.members import GetMember, get_member
from kinfold.domain.team.registration import Proof
from tests.personas import PASSWORD, Cast, Person

NEW_ADDRESS = "imani@example.org"


def invite(
    cast: Cast,
    *,
    email: str = NEW_ADDRESS,
    full_name: str = "Imani Brooks",
    role: str = "licensed-therapist",
    by: Actor | None = None,
) -> UUID:
    """Ada, or somebody else, invites somebody to Alder Creek."""
    data = InviteMember(full_name=full_name, email=email, role_ids=(cast.alder.roles[role],))
    return invite_member(by or cast.ada.actor, data)


def link_of(practice_id: UUID, invitation_id: UUID) -> str:
    """What stands in the link of the newest e-mail."""
    with entered(practice_id):
        nonce = Invitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return link_token(practice_id, invitation_id, nonce)


def accept(
    link: str, *, password: str = PASSWORD, first_name: str = "Imani", last_name: str = "Brooks"
) -> UUID:
    """Follow a link and join with a new login."""
    guest, secret = guest_with_link(link)
    return accept_invitation(
        guest,
        AcceptInvitation(secret=secret, first_name=first_name, last_name=last_name, password=password),
    )


def acts(practice_id: UUID, *, subject: UUID | None = None) -> list[str]:
    """What the trail says was done since the practice started, in order; the trail itself must hold."""
    assert verify(practice_id).fault is None
    with entered(practice_id):
        entries = AuditEntry.objects.order_by("number")
        if subject is not None:
            entries = entries.filter(subject_id=subject)
        return [action for action in entries.values_list("action", flat=True) if action != "practice.started"]


def add(
    cast: Cast,
    *,
    email: str = NEW_ADDRESS,
    last_name: str = "Brooks",
    role: str = "licensed-therapist",
    by: Actor | None = None,
) -> UUID:
    """Ada, or somebody else, adds Imani to Alder Creek."""
    person = NewMember(
        first_name="Imani", last_name=last_name, email=email, role_ids=(cast.alder.roles[role],)
    )
    return create_members(by or cast.ada.actor, CreateMembers(people=(person,)))[0]


def mailed_code(practice_id: UUID) -> str:
    """The registration code in the newest mail."""
    mail = OutgoingMail.objects.filter(kind="team.registration").latest("created_at")
    with entered(practice_id):
        found = registration_codes.issued(mail.subject_id)
    assert found is not None
    return found[0].code


def prove(code: str, *, last_name: str = "Brooks", email: str = NEW_ADDRESS) -> Proof:
    """What Imani types to register."""
    return Proof(code=code, last_name=last_name, email=email)


def version_of(cast: Cast, member: Person) -> int:
    """The version of a member of Alder Creek as somebody who opens their page reads it."""
    with entered(cast.alder.practice_id):
        return Member.objects.values_list("version", flat=True).get(pk=member.member_id)


def set_status(
    cast: Cast,
    member: Person,
    status: str,
    *,
    by: Person | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> None:
    """Ada, or somebody else, puts a member on hold, makes them inactive or active."""
    change_member_status(
        (by or cast.ada).actor,
        ChangeMemberStatus(
            member_id=member.member_id,
            version=version_of(cast, member),
            status=status,
            until=until,
            reason=reason,
        ),
    )


def bring_to(cast: Cast, member: Person, status: MemberStatus) -> None:
    """A member who has this status, by the act that leads to it."""
    if status is MemberStatus.ARCHIVED:
        archive(cast, member)
    elif status is MemberStatus.REMOVED:
        archive(cast, member)
        remove(cast, member)
    elif status is not MemberStatus.ACTIVE:
        set_status(cast, member, status.value)


def archive(cast: Cast, member: Person, *, by: Person | None = None) -> None:
    """Ada, or somebody else, archives a member whose clients wait."""
    data = ArchiveProvider(member_id=member.member_id, version=version_of(cast, member), clients=WAIT)
    archive_provider((by or cast.ada).actor, data)


def remove(cast: Cast, member: Person, *, by: Person | None = None) -> None:
    """Olu, or somebody else, removes a member."""
    data = RemoveMember(member_id=member.member_id, version=version_of(cast, member))
    remove_member((by or cast.olu).actor, data)


def make_owner(cast: Cast, member: Person) -> None:
    """A member who is an owner too."""
    with entered(cast.alder.practice_id, writing=True):
        MemberRole.objects.create(
            member_id=member.member_id, role_id=cast.alder.roles["owner"], since=clock.now()
        )


def state_of(cast: Cast, member: Person) -> str:
    """The status of a member as Ada sees it."""
    return get_member(cast.ada.actor, GetMember(member_id=member.member_id)).member.state
