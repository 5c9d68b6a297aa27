"""What an owner learns about the practice's mail: only their own, doubts included; and the mail of a demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from kinfold.domain.audit.trail import verify
from kinfold.domain.kernel import tasks
from kinfold.domain.kernel.errors import NotAllowed, NotFound
from kinfold.domain.lifecycle.mail import RequeueMail, requeue_mail
from kinfold.domain.lifecycle.queries import (
    ListDemoMail,
    ListMailTroubles,
    OpenDemoMail,
    list_demo_mail,
    list_mail_troubles,
    open_demo_mail,
)
from kinfold.domain.messages.models import MailState, OutgoingMail
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.commands.invitations import (
    DeleteInvitations,
    InviteMember,
    ResendInvitations,
    delete_invitations,
    invite_member,
    resend_invitations,
)
from tests.domain.messages import kinds as _kinds_of_mail_for_tests  # noqa: F401
from tests.mailserver import delivered, mail_server, text_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from uuid import UUID

    from tests.personas import Cast


@pytest.fixture(autouse=True)
def _own_mail_folder(tmp_path: Path) -> Generator[None, None, None]:
    with override_settings(MAIL_FOLDER=tmp_path / "mail"):
        yield


def invite(cast: Cast, email: str = "nils@example.org") -> UUID:
    """Olu invites somebody as an intern."""
    data = InviteMember(full_name="Nils Berg", email=email, role_ids=(cast.alder.roles["intern"],))
    return invite_member(cast.olu.actor, data)


@pytest.mark.django_db
@pytest.mark.requirement("O04")
def test_an_invitation_arrives_with_a_link_that_opens_it(cast: Cast, client: Client) -> None:
    with mail_server() as server:
        invite(cast)
        tasks.run_pending()
    (message,) = server.arrived
    assert message["To"] == "nils@example.org"
    assert "Alder Creek" in message["Subject"]
    link = next(word for word in text_of(message).split() if "/invitations/" in word)
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), headers={"host": "127.0.0.1"})
    assert page.status_code == 200
    assert "Nils" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.requirement("U13")
def test_the_mail_of_an_invitation_that_was_deleted_before_its_turn_is_not_sent(cast: Cast) -> None:
    invitation_id = invite(cast)
    delete_invitations(cast.olu.actor, DeleteInvitations(invitation_ids=(invitation_id,)))
    assert delivered() == []
    assert OutgoingMail.objects.get().state == MailState.DROPPED


@pytest.mark.django_db
def test_resending_before_the_first_mail_left_sends_one_mail_with_the_new_link(cast: Cast) -> None:
    invitation_id = invite(cast)
    resend_invitations(cast.olu.actor, ResendInvitations(invitation_ids=(invitation_id,)))
    assert len(delivered()) == 1


def failed(cast: Cast, practice_id: UUID, state: MailState = MailState.FAILED) -> UUID:
    """A mail that was given up."""
    mail_id = enqueue("test.practice", practice_id, uuid4())
    OutgoingMail.objects.filter(pk=mail_id).update(state=state, next_try_at=None, error="TimeoutError")
    return mail_id


@pytest.mark.django_db
def test_an_owner_sees_which_mail_of_the_practice_was_given_up_and_which_is_in_doubt(cast: Cast) -> None:
    lost = failed(cast, cast.alder.practice_id)
    doubtful = failed(cast, cast.alder.practice_id, MailState.UNSURE)
    failed(cast, cast.birch.practice_id)
    enqueue("test.practice", cast.alder.practice_id, uuid4())
    troubles = {t.id: t for t in list_mail_troubles(cast.olu.actor, ListMailTroubles())}
    assert set(troubles) == {lost, doubtful}
    assert (troubles[lost].unsure, troubles[doubtful].unsure) == (False, True)
    assert (troubles[lost].label, troubles[lost].reason) == ("Something of a practice", "TimeoutError")
    with pytest.raises(NotAllowed):
        list_mail_troubles(cast.lin.actor, ListMailTroubles())


@pytest.mark.django_db
def test_mail_that_was_given_up_can_be_sent_again_by_its_own_practice_only(cast: Cast) -> None:
    mail_id = failed(cast, cast.alder.practice_id, MailState.UNSURE)
    for actor in (cast.fran.actor, cast.olu.actor):
        if actor.practice_id == cast.alder.practice_id:
            requeue_mail(actor, RequeueMail(mail_id=mail_id))
        else:
            with pytest.raises(NotFound):
                requeue_mail(actor, RequeueMail(mail_id=mail_id))
    assert len(delivered()) == 1
    row = OutgoingMail.objects.get(pk=mail_id)
    assert (row.state, row.in_doubt) == (MailState.SENT, True)
    with pytest.raises(NotFound):
        requeue_mail(cast.olu.actor, RequeueMail(mail_id=mail_id))
    assert verify(cast.alder.practice_id).fault is None


def make_demo(*practice_ids: UUID) -> None:
    """Say that these practices are full of invented people."""
    Practice.objects.filter(pk__in=practice_ids).update(demo=True)


@pytest.mark.django_db
def test_the_owner_of_a_demo_reads_its_mail(cast: Cast) -> None:
    make_demo(cast.alder.practice_id)
    invite(cast)
    tasks.run_pending()
    (mail,) = list_demo_mail(cast.olu.actor, ListDemoMail())
    assert mail.to == "nils@example.org"
    assert "/invitations/" in mail.text
    assert open_demo_mail(cast.olu.actor, OpenDemoMail(mail_id=mail.id)) == mail


@pytest.mark.django_db
def test_nobody_but_the_owner_reads_the_mail_of_a_demo(cast: Cast) -> None:
    make_demo(cast.alder.practice_id)
    with pytest.raises(NotAllowed):
        list_demo_mail(cast.ada.actor, ListDemoMail())


@pytest.mark.django_db
def test_the_mail_of_a_real_practice_is_read_by_nobody(cast: Cast) -> None:
    make_demo(cast.birch.practice_id)
    invite(cast)
    login_mail = enqueue("test.link", None, uuid4())
    tasks.run_pending()
    real = OutgoingMail.objects.get(for_practice=cast.alder.practice_id)
    assert list_demo_mail(cast.fran.actor, ListDemoMail()) == ()
    assert list_demo_mail(cast.olu.actor, ListDemoMail()) == ()
    for actor in (cast.fran.actor, cast.olu.actor):
        for mail_id in (real.pk, login_mail):
            with pytest.raises(NotFound):
                open_demo_mail(actor, OpenDemoMail(mail_id=mail_id))


@pytest.mark.django_db
def test_where_every_practice_is_a_demo_the_mail_of_logins_is_shown_too(cast: Cast) -> None:
    make_demo(cast.alder.practice_id, cast.birch.practice_id)
    login_mail = enqueue("test.link", None, uuid4())
    invite(cast)
    tasks.run_pending()
    assert [mail.id for mail in list_demo_mail(cast.fran.actor, ListDemoMail())] == [login_mail]
    assert len(list_demo_mail(cast.olu.actor, ListDemoMail())) == 2
