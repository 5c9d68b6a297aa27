"""The mails of an invitation: to the invited person, and the answer to the inviter."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kinfold.domain.kernel import clock
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.invitations import (
    DeclineInvitation,
    DeleteInvitations,
    ResendInvitations,
    decline_invitation,
    delete_invitations,
    resend_invitations,
)
from kinfold.domain.team.emails import answer_mail, invitation_mail
from kinfold.domain.team.links import guest_with_link
from kinfold.domain.team.models import Member, MemberStatus
from tests.domain.team.steps import accept, invite, link_of
from tests.personas import Cast


def queued(kind: str, subject_id: UUID) -> list[str]:
    """The states of the mails of a kind about one thing, oldest first."""
    mails = OutgoingMail.objects.filter(kind=kind, subject_id=subject_id).order_by("created_at")
    return list(mails.values_list("state", flat=True))


def invitation_text(cast: Cast, invitation_id: UUID) -> str | None:
    with entered(cast.alder.practice_id):
        mail = invitation_mail(cast.alder.practice_id, invitation_id)
    return f"{mail.to}\n{mail.subject}\n{mail.text}" if mail else None


def answer_text(cast: Cast, invitation_id: UUID) -> str | None:
    with entered(cast.alder.practice_id):
        mail = answer_mail(cast.alder.practice_id, invitation_id)
    return f"{mail.to}\n{mail.subject}\n{mail.text}" if mail else None


@pytest.mark.requirement("O04")
def test_the_invited_person_gets_a_mail_with_their_link(cast: Cast) -> None:
    invitation_id = invite(cast)
    assert queued("team.invitation", invitation_id) == ["queued"]
    text = invitation_text(cast, invitation_id)
    assert text is not None
    assert text.startswith("imani@example.org\nInvitation to the team of Alder Creek\n")
    assert f"/invitations/{link_of(cast.alder.practice_id, invitation_id)}/" in text
    for words in ("Imani Brooks", "Ada Brandt", "Licensed Therapist"):
        assert words in text


def test_a_mail_sent_again_after_a_failure_holds_the_same_link(cast: Cast) -> None:
    invitation_id = invite(cast)
    assert invitation_text(cast, invitation_id) == invitation_text(cast, invitation_id)


def test_resending_queues_a_mail_with_another_link(cast: Cast) -> None:
    invitation_id = invite(cast)
    first = invitation_text(cast, invitation_id)
    resend_invitations(cast.ada.actor, ResendInvitations(invitation_ids=(invitation_id,)))
    assert queued("team.invitation", invitation_id) == ["dropped", "queued"]
    assert invitation_text(cast, invitation_id) != first


def test_a_mail_that_waited_too_long_is_not_sent(cast: Cast) -> None:
    deleted, answered = invite(cast), invite(cast, email="amara@example.org")
    expired = invite(cast, email="noor@example.org")
    delete_invitations(cast.ada.actor, DeleteInvitations(invitation_ids=(deleted,)))
    accept(link_of(cast.alder.practice_id, answered))
    assert invitation_text(cast, deleted) is None
    assert invitation_text(cast, answered) is None
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        assert invitation_text(cast, expired) is None


@pytest.mark.requirement("O05")
def test_the_inviter_is_told_the_answer(cast: Cast) -> None:
    accepted = invite(cast)
    declined = invite(cast, email="amara@example.org", full_name="Amara Diallo")
    assert queued("team.answer", accepted) == []
    accept(link_of(cast.alder.practice_id, accepted))
    guest, secret = guest_with_link(link_of(cast.alder.practice_id, declined))
    decline_invitation(guest, DeclineInvitation(secret=secret))
    for invitation_id, answer in ((accepted, "Imani Brooks accepted"), (declined, "Amara Diallo declined")):
        assert queued("team.answer", invitation_id) == ["queued"]
        text = answer_text(cast, invitation_id)
        assert text is not None
        assert text.startswith("ada@example.org\n")
        assert answer in text


def test_an_inviter_who_left_is_told_nothing(cast: Cast) -> None:
    invitation_id = invite(cast)
    accept(link_of(cast.alder.practice_id, invitation_id))
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=cast.ada.member_id).update(status=MemberStatus.ARCHIVED)
    assert answer_text(cast, invitation_id) is None


def test_a_refused_invitation_sends_nothing(cast: Cast) -> None:
    before = OutgoingMail.objects.count()
    with pytest.raises(Exception, match="on the team already"):
        invite(cast, email=cast.lin.email)
    assert OutgoingMail.objects.count() == before
