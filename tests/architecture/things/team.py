"""One of each thing of a team: roles, members, invitations, supervision, credentials."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from kinfold.domain.access.models import Role
from kinfold.domain.credentials.commands.exceptions import AllowNewClients, allow_new_clients
from kinfold.domain.credentials.commands.keeping import AddCredential, add_credential
from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.kernel.text import sort_key
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.invitations import InviteMember, invite_member
from kinfold.domain.team.links import link_token
from kinfold.domain.team.models import (
    AdminRequest,
    AdminRequestRole,
    Invitation,
    Member,
    MemberRole,
    Supervision,
)
from kinfold.domain.team.registration import KIND
from tests.architecture.things.intake import intake_things
from tests.personas import Cast, CastPractice, Person


def team_things(practice: CastPractice, owner: Person) -> dict[str, object]:
    """A role that allows nothing and another, somebody who holds the first, an invitation, and a supervision."""
    now = clock.now()
    with entered(practice.practice_id, writing=True):
        first, second = (
            Role.objects.create(name=name, name_key=name.lower(), starting_point="nothing")
            for name in ("Volunteer", "Guest")
        )
        visitor = Member.objects.create(
            first_name="Vera",
            last_name="Stone",
            sort_key=sort_key("Stone", "Vera"),
            email=f"vera@{practice.slug}.example",
            joined_at=now,
            updated_at=now,
        )
        paused = Member.objects.create(
            first_name="Otto",
            last_name="Wren",
            sort_key=sort_key("Wren", "Otto"),
            email=f"otto@{practice.slug}.example",
            status="inactive",
            joined_at=now,
            updated_at=now,
        )
        for member in (visitor, paused):
            MemberRole.objects.create(member=member, role=first, since=now)
        supervision = Supervision.objects.first() or Supervision.objects.create(
            supervisor_id=owner.member_id, supervisee=visitor, since=now
        )
        request = AdminRequest.objects.create(
            first_name="Ines",
            last_name="Roth",
            email=f"ines@{practice.slug}.example",
            requested_by_id=owner.member_id,
            requested_at=now,
        )
        AdminRequestRole.objects.create(request=request, role=first)
    code = registration_codes.issue(KIND, visitor.id, practice.practice_id, sent_to=visitor.email)
    invitation_id = invite_member(
        owner.actor,
        InviteMember(full_name="Pia Lund", email=f"pia@{practice.slug}.example", role_ids=(first.id,)),
    )
    with entered(practice.practice_id):
        nonce = Invitation.objects.values_list("nonce", flat=True).get(pk=invitation_id)
    return {
        "harmless_role": first.id,
        "other_harmless_role": second.id,
        "harmless_member": visitor.id,
        "harmless_email": visitor.email,
        "registration_code": code.code,
        "admin_request": request.id,
        "paused_member": paused.id,
        "supervision_id": supervision.id,
        "invitation_id": invitation_id,
        "invitation_link": link_token(practice.practice_id, invitation_id, nonce),
        **_credentials(owner, visitor.id),
        **intake_things(practice, owner),
    }


def _credentials(owner: Person, member_id: UUID) -> dict[str, object]:
    """A licence that has expired, and an exception for it."""
    yesterday, soon = (clock.today() + timedelta(days=days) for days in (-2, 5))
    data = AddCredential(
        member_id=member_id,
        category="licence",
        title="LCSW",
        region="CA",
        number="S-1",
        expires_on=yesterday.isoformat(),
    )
    allowed = AllowNewClients(member_id=member_id, reason="Waiting for the board.", last_day=soon.isoformat())
    return {
        "credential_id": add_credential(owner.actor, data),
        "exception_id": allow_new_clients(owner.actor, allowed),
    }


def own_invitation(cast: Cast) -> dict[str, object]:
    """An invitation to Nora, who has a login."""
    invitation_id = invite_member(
        cast.olu.actor,
        InviteMember(
            full_name="Nora Weiss", email=cast.nora.email, role_ids=(cast.alder.roles["associate"],)
        ),
    )
    return {"practice_id": cast.alder.practice_id, "own_invitation_id": invitation_id}


def lost_mail(practice: CastPractice) -> UUID:
    """A mail that was given up."""
    mail = OutgoingMail.objects.create(
        kind="team.invitation",
        for_practice=practice.practice_id,
        subject_id=uuid4(),
        message_id=f"<lost@{practice.slug}>",
        state="failed",
        created_at=clock.now(),
    )
    return mail.pk
