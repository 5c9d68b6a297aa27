"""Add admin: by name and the address of a login, once an owner approves."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress

from kinfold.domain.access.models import Role
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.commands.administrators import (
    DecideAdministrator,
    RequestAdministrator,
    decide_administrator,
    request_administrator,
)
from kinfold.domain.team.commands.registering import RegisterWithLogin, register_with_login
from kinfold.domain.team.emails import decision_mail
from kinfold.domain.team.errors import (
    AboveOwnRights,
    AlreadyDecided,
    AlreadyInvited,
    AlreadyOnTeam,
    AlreadyRequested,
    RoleGone,
)
from kinfold.domain.team.queries.administrators import ListAdminRequests, list_admin_requests
from kinfold.domain.team.queries.listing import team_counts
from kinfold.domain.team.queries.members import ListMembers, MemberRow, list_members
from kinfold.domain.team.registration import guest_with_code
from tests.at_once import at_once, kinds
from tests.domain.team.steps import acts, invite, mailed_code, prove
from tests.personas import Cast, Person


def ask(cast: Cast, *, email: str = "", role: str = "administrator", by: Person | None = None) -> UUID:
    """Ada, or somebody else, wants Nora, or somebody else, as administrator."""
    data = RequestAdministrator(
        first_name="Nora",
        last_name="Weiss",
        email=email or cast.nora.email,
        role_ids=(cast.alder.roles[role],),
    )
    return request_administrator((by or cast.ada).actor, data)


def decide(cast: Cast, request_id: UUID, *, approve: bool = True, by: Person | None = None) -> None:
    data = DecideAdministrator(request_id=request_id, approve=approve)
    decide_administrator((by or cast.olu).actor, data)


def noras_row(cast: Cast) -> list[MemberRow]:
    return [row for row in list_members(cast.ada.actor, ListMembers()).page.rows if row.name == "Nora Weiss"]


def fields(cast: Cast, role: str = "administrator") -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        ask(cast, role=role)
    return [problem.field for problem in refused.value.problems]


@pytest.mark.requirement("H07")
@pytest.mark.requirement("H09")
def test_an_administrator_starts_only_after_an_owner_has_approved(cast: Cast) -> None:
    request_id = ask(cast)
    (row,) = list_admin_requests(cast.olu.actor, ListAdminRequests())
    assert (row.name, row.email, row.roles, row.requested_by) == (
        "Nora Weiss", "nora@example.org", ("Administrator",), "Ada Brandt",
    )  # fmt: skip
    with entered(cast.alder.practice_id):
        assert team_counts().pending == 1
    assert noras_row(cast) == []
    assert not cast.nora.has_access
    decide(cast, request_id)
    (member,) = noras_row(cast)
    assert (member.state, member.roles) == ("active", ("Administrator",))
    assert list_admin_requests(cast.olu.actor, ListAdminRequests()) == ()
    proof = prove(mailed_code(cast.alder.practice_id), last_name="Weiss", email=cast.nora.email)
    guest = guest_with_code(proof, whence="192.0.2.1", login_id=cast.nora.login_id)
    register_with_login(guest, RegisterWithLogin(proof=proof))
    assert cast.nora.actor.role_names == ("Administrator",)
    assert not cast.nora.actor.clinical
    assert acts(cast.alder.practice_id, subject=request_id) == [
        "admin_request.created",
        "admin_request.approved",
    ]


@pytest.mark.requirement("H09")
def test_a_declined_request_changes_nothing_and_who_asked_is_told(cast: Cast) -> None:
    request_id = ask(cast)
    decide(cast, request_id, approve=False)
    assert noras_row(cast) == []
    assert OutgoingMail.objects.filter(kind="team.registration").count() == 0
    with entered(cast.alder.practice_id):
        mail = decision_mail(cast.alder.practice_id, request_id)
    assert mail is not None
    assert (mail.to, mail.subject) == (cast.ada.email, "Your request was declined")
    with pytest.raises(AlreadyDecided):
        decide(cast, request_id)
    ask(cast)


def test_an_owner_who_asks_has_approved(cast: Cast) -> None:
    ask(cast, by=cast.olu)
    assert len(noras_row(cast)) == 1
    assert OutgoingMail.objects.filter(kind="team.admin-request").count() == 0


@pytest.mark.requirement("H08")
def test_an_address_that_is_not_proved_is_refused_with_what_to_do_as_one_nobody_has(cast: Cast) -> None:
    EmailAddress.objects.filter(user_id=cast.nora.login_id).update(verified=False)
    sentences = set()
    for email in (cast.nora.email, "nobody@example.org"):
        with pytest.raises(InvalidInput) as refused:
            ask(cast, email=email)
        (problem,) = refused.value.problems
        assert problem.field == "email"
        sentences.add(problem.message)
    (sentence,) = sentences
    assert "Ask the person to sign in and confirm their address" in sentence
    EmailAddress.objects.filter(user_id=cast.nora.login_id).update(verified=True)
    Login.objects.filter(pk=cast.nora.login_id).update(is_active=False)
    assert fields(cast) == ["email"]


def test_an_admin_has_roles_for_administration_only_and_none_above_whoever_asks(cast: Cast) -> None:
    assert fields(cast, role="licensed-therapist") == ["role_ids"]
    with pytest.raises(AboveOwnRights):
        ask(cast, role="owner")
    ask(cast, role="billing-administrator")


def test_somebody_who_is_here_or_waits_already_is_not_asked_for_again(cast: Cast) -> None:
    with pytest.raises(AlreadyOnTeam):
        ask(cast, email=cast.lin.email)
    request_id = ask(cast)
    with pytest.raises(AlreadyRequested):
        ask(cast)
    with pytest.raises(AlreadyRequested):
        invite(cast, email=cast.nora.email)
    decide(cast, request_id, approve=False)
    invite(cast, email=cast.nora.email)
    with pytest.raises(AlreadyInvited):
        ask(cast)


def test_somebody_on_another_team_is_asked_for_and_approved_like_anybody(cast: Cast) -> None:
    """Only they learn that they must leave first, when they register (SPEC 8.12)."""
    decide(cast, ask(cast, email=cast.fran.email))
    (member,) = noras_row(cast)
    assert not member.registered
    assert cast.fran.actor.practice_id == cast.birch.practice_id


def test_a_role_deleted_meanwhile_is_not_given(cast: Cast) -> None:
    request_id = ask(cast, role="billing-administrator")
    with entered(cast.alder.practice_id, writing=True):
        Role.objects.filter(key="billing-administrator").update(deleted_at=clock.now())
    with pytest.raises(RoleGone):
        decide(cast, request_id)
    assert noras_row(cast) == []
    decide(cast, request_id, approve=False)


def test_only_owners_decide_and_only_who_may_add_members_asks(cast: Cast) -> None:
    request_id = ask(cast)
    for person in (cast.ada, cast.sana, cast.lin):
        with pytest.raises(NotAllowed):
            decide(cast, request_id, by=person)
    for person in (cast.sana, cast.bea):
        with pytest.raises(NotAllowed):
            ask(cast, by=person)
    for other in (request_id, uuid4()):
        with pytest.raises(NotFound):
            decide(cast, other, by=cast.fran)


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_refusal_at_once_are_one_decision(cast: Cast) -> None:
    request_id, owner = ask(cast), cast.olu.actor
    outcomes = at_once(
        [
            lambda: decide_administrator(owner, DecideAdministrator(request_id=request_id, approve=True)),
            lambda: decide_administrator(owner, DecideAdministrator(request_id=request_id, approve=False)),
        ]
        * 3
    )
    assert kinds(outcomes) == {AlreadyDecided: 5}
    approved = "admin_request.approved" in acts(cast.alder.practice_id, subject=request_id)
    assert len(noras_row(cast)) == int(approved)
