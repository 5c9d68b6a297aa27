"""Invite Team Member By Email: several at once, with a message and a preview of the mail."""

from __future__ import annotations

import pytest

from kinfold.domain.kernel.errors import InvalidInput, NotAllowed
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.inviting import Invitee, InvitePeople, invite_people
from kinfold.domain.team.emails import invitation_mail
from kinfold.domain.team.errors import AboveOwnRights, PeopleRefused
from kinfold.domain.team.models import Invitation, InvitationRole, Member
from kinfold.domain.team.queries.invitations import (
    ListInvitations,
    PreviewInvitation,
    list_invitations,
    preview_invitation,
)
from tests.domain.team.steps import accept, acts, invite, link_of
from tests.personas import Cast

MESSAGE = "We would like you on our team.\n\nBring <b>your</b> license & a pen."


def data(
    cast: Cast, *people: Invitee, roles: tuple[str, ...] = ("associate",), message: str = ""
) -> InvitePeople:
    return InvitePeople(
        people=people, role_ids=tuple(cast.alder.roles[role] for role in roles), message=message
    )


def imani(email: str = "imani@example.org", full_name: str = "Imani Brooks") -> Invitee:
    return Invitee(email=email, full_name=full_name)


def mail_to(cast: Cast, email: str) -> tuple[str, str]:
    with entered(cast.alder.practice_id):
        invitation_id = Invitation.objects.values_list("id", flat=True).get(email=email)
        mail = invitation_mail(cast.alder.practice_id, invitation_id)
    assert mail is not None
    return mail.subject, mail.text


@pytest.mark.requirement("U66")
@pytest.mark.requirement("U67")
def test_several_are_invited_at_once_with_several_roles_for_all(cast: Cast) -> None:
    ids = invite_people(
        cast.ada.actor,
        data(cast, imani(), imani("Amara@example.org", ""), roles=("associate", "supervisor")),
    )
    assert OutgoingMail.objects.filter(kind="team.invitation", state="queued").count() == 2
    with entered(cast.alder.practice_id):
        assert InvitationRole.objects.count() == 4
    rows = list_invitations(cast.ada.actor, ListInvitations()).page.rows
    assert {(row.id, row.name, row.email) for row in rows} == {
        (ids[0], "Imani Brooks", "imani@example.org"),
        (ids[1], "amara@example.org", "amara@example.org"),
    }
    assert acts(cast.alder.practice_id).count("invitation.created") == 2


@pytest.mark.requirement("U68")
def test_the_mail_is_what_the_preview_showed_with_the_message_in_plain_text(cast: Cast) -> None:
    people = data(cast, imani(), imani("amara@example.org", ""), message=f"  {MESSAGE}\r\n\r\n\r\n\r\nAda ")
    shown = preview_invitation(
        cast.ada.actor,
        PreviewInvitation(full_name="Imani Brooks", role_ids=people.role_ids, message=people.message),
    )
    assert OutgoingMail.objects.count() == 0
    invite_people(cast.ada.actor, people)
    subject, text = mail_to(cast, "imani@example.org")
    link = link_of(
        cast.alder.practice_id, list_invitations(cast.ada.actor, ListInvitations()).page.rows[1].id
    )
    assert (shown.subject, shown.text.replace("/…/", f"/{link}/")) == (subject, text)
    assert f"\n\n{MESSAGE}\n\nAda\n\nAccept or decline here" in text
    assert mail_to(cast, "amara@example.org")[1].startswith("Hello,\n")


@pytest.mark.requirement("U68")
def test_the_member_exists_only_when_the_invitation_is_finished_and_then_is_active(cast: Cast) -> None:
    (invitation_id,) = invite_people(cast.ada.actor, data(cast, imani()))
    with entered(cast.alder.practice_id):
        assert Member.objects.count() == len(cast.team)
    member_id = accept(link_of(cast.alder.practice_id, invitation_id))
    with entered(cast.alder.practice_id):
        assert Member.objects.get(pk=member_id).status == "active"


def test_every_wrong_row_says_why_and_nobody_is_invited(cast: Cast) -> None:
    invite(cast, email="open@example.org")
    with pytest.raises(PeopleRefused) as refused:
        invite_people(
            cast.ada.actor,
            data(
                cast,
                imani(),
                imani("nowhere", "<b>"),
                imani(cast.lin.email),
                imani("OPEN@example.org"),
                imani("Imani@example.org"),
                roles=(),
                message="x" * 2001,
            ),
        )
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [
        (None, "role_ids"), (None, "message"),
        (1, "full_name"), (1, "email"), (2, "email"), (3, "email"), (4, "email"),
    ]  # fmt: skip
    with entered(cast.alder.practice_id):
        assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    "message",
    [
        "See https://evil.example/now",
        "See HTTP://evil.example",
        "See www.evil.example",
        "See evil.example/sign-in today",
        "javascript://x",
        "See http://127.0.0.1:8000.evil.example/x",
        "See http://127.0.0.1:8000@evil.example/x",
        "A\u202eB",
        "A\x07B",
    ],
)
def test_a_message_with_a_foreign_link_or_hidden_signs_is_refused_in_a_sentence(
    cast: Cast, message: str
) -> None:
    for act in (
        lambda: invite_people(cast.ada.actor, data(cast, imani(), message=message)),
        lambda: preview_invitation(
            cast.ada.actor,
            PreviewInvitation(role_ids=(cast.alder.roles["associate"],), message=message),
        ),
    ):
        with pytest.raises(InvalidInput) as refused:
            act()
        (problem,) = refused.value.problems
        assert problem.field == "message"
        assert problem.message.endswith(".")


@pytest.mark.parametrize(
    "message",
    [
        "Questions? ada@alder.example",
        "Dr. Lee and/or Ms. Ortiz",
        "See http://127.0.0.1:8000/help/",
        "e.g./i.e. 9.30/10",
    ],
)
def test_an_ordinary_message_and_a_link_to_this_installation_are_taken(cast: Cast, message: str) -> None:
    invite_people(cast.ada.actor, data(cast, imani(), message=message))
    assert message in mail_to(cast, "imani@example.org")[1]


@pytest.mark.parametrize("count", [0, 51, 2000])
def test_nobody_and_too_many_at_once_are_refused_in_a_sentence(cast: Cast, count: int) -> None:
    people = (imani(f"n{n}@example.org") for n in range(count))
    with pytest.raises(InvalidInput) as refused:
        invite_people(cast.ada.actor, data(cast, *people))
    assert [problem.field for problem in refused.value.problems] == ["people"]


def test_nobody_offers_more_than_they_hold_and_only_who_may_add_members_invites(cast: Cast) -> None:
    with pytest.raises(AboveOwnRights):
        invite_people(cast.ada.actor, data(cast, imani(), roles=("owner",)))
    for person in (cast.sana, cast.lin, cast.bea):
        with pytest.raises(NotAllowed):
            invite_people(person.actor, data(cast, imani()))
    with entered(cast.alder.practice_id):
        assert Invitation.objects.count() == 0
