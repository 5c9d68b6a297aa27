"""Registration codes of members, and how a member who was added comes to their login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress

from kinfold.domain.identity.errors import CodeMistyped, CodeRefused, LoginExists
from kinfold.domain.identity.models import Login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.actors import actor_for_login
from kinfold.domain.team.commands.registering import (
    RegisterMember,
    RegisterWithLogin,
    SendRegistrationCodes,
    ViewRegistrationCodes,
    register_member,
    register_with_login,
    send_registration_codes,
    view_registration_codes,
)
from kinfold.domain.team.emails import registration_mail
from kinfold.domain.team.errors import AboveOwnRights, NoCodeNeeded, OnAnotherTeam
from kinfold.domain.team.models import Member, MemberStatus, Seat
from kinfold.domain.team.queries.registration import OpenRegistration, open_registration
from kinfold.domain.team.registration import Proof, guest_with_code
from tests.at_once import at_once, kinds
from tests.domain.team.steps import NEW_ADDRESS, acts, add, mailed_code, prove
from tests.personas import PASSWORD, Cast, Person

HERE = "192.0.2.1"


def shown(cast: Cast, member_id: UUID, by: Person | None = None) -> str:
    """The code as it is shown to Ada, or somebody else."""
    data = ViewRegistrationCodes(member_ids=(member_id,))
    return view_registration_codes((by or cast.ada).actor, data)[0].code


def sent(cast: Cast, member_id: UUID) -> str:
    """The code in the newest mail."""
    send_registration_codes(cast.ada.actor, SendRegistrationCodes(member_ids=(member_id,)))
    return mailed_code(cast.alder.practice_id)


def register(proof: Proof, password: str = PASSWORD) -> bool:
    return register_member(
        guest_with_code(proof, whence=HERE), RegisterMember(proof=proof, password=password)
    )


def join(person: Person, proof: Proof) -> None:
    guest = guest_with_code(proof, whence=HERE, login_id=person.login_id)
    register_with_login(guest, RegisterWithLogin(proof=proof))


@pytest.mark.requirement("U64")
def test_a_mailed_code_makes_a_login_and_the_member_is_known_from_then_on(cast: Cast) -> None:
    member_id = add(cast)
    proof = prove(sent(cast, member_id))
    assert register(proof)
    login = Login.objects.get(email=NEW_ADDRESS)
    actor = actor_for_login(login.id)
    assert actor is not None
    assert (actor.member_id, actor.role_names) == (member_id, ("Licensed Therapist",))
    assert EmailAddress.objects.get(user=login).verified
    assert acts(cast.alder.practice_id, subject=member_id) == [
        "member.created", "registration_code.sent", "member.registered",
    ]  # fmt: skip


@pytest.mark.requirement("U64")
def test_a_code_that_was_shown_is_recorded_and_proves_no_address(cast: Cast) -> None:
    """Whoever reads it aloud or prints it could be anybody: the mailbox has to answer before the first sign-in."""
    member_id = add(cast)
    code = shown(cast, member_id)
    assert acts(cast.alder.practice_id, subject=member_id)[-1] == "registration_code.viewed"
    assert not register(prove(code))
    login = Login.objects.get(email=NEW_ADDRESS)
    assert not EmailAddress.objects.get(user=login).verified
    assert OutgoingMail.objects.filter(kind="identity.verify", state="queued").count() == 1


def test_each_look_makes_a_fresh_code_and_ends_the_one_before(cast: Cast) -> None:
    member_id = add(cast)
    mailed, first, second = sent(cast, member_id), shown(cast, member_id), shown(cast, member_id)
    for old in (mailed, first):
        with pytest.raises(CodeRefused):
            register(prove(old))
    register(prove(second))


def test_the_mail_holds_code_and_link_and_is_dropped_when_nobody_needs_it(cast: Cast) -> None:
    member_id = add(cast)
    code = sent(cast, member_id)
    mail = OutgoingMail.objects.get(kind="team.registration", state="queued")
    with entered(cast.alder.practice_id):
        letter = registration_mail(cast.alder.practice_id, mail.subject_id)
    assert letter is not None
    assert (letter.to, letter.subject) == (NEW_ADDRESS, "Your registration code")
    for words in ("Imani Brooks", "Alder Creek", "Licensed Therapist", f"/register/{code}/\n", f"\n{code}\n"):
        assert words in letter.text
    shown(cast, member_id)
    with entered(cast.alder.practice_id):
        assert registration_mail(cast.alder.practice_id, mail.subject_id) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "0000-0000-0000-0000"},
        {"last_name": "Brook"},
        {"last_name": "<b>Brooks</b>"},
        {"email": "imani@example.com"},
        {"email": "ada@example.org", "last_name": "Brandt"},
    ],
)
def test_whatever_is_wrong_is_refused_alike_and_the_code_stays_good(
    cast: Cast, wrong: dict[str, str]
) -> None:
    code = sent(cast, add(cast))
    with pytest.raises(CodeRefused):
        register(replace(prove(code), **wrong))
    assert register(prove(code, last_name=" BROOKS ", email="Imani@Example.org"))


def test_what_is_missing_is_named_and_counts_as_no_try(cast: Cast) -> None:
    code = sent(cast, add(cast))
    for _ in range(12):
        with pytest.raises(InvalidInput) as refused:
            register(Proof(code=" ", last_name="", email="imani@"))
        assert [problem.field for problem in refused.value.problems] == ["code", "last_name", "email"]
        with pytest.raises(CodeMistyped):
            register(prove(code[:-1] + ("0" if code[-1] != "0" else "1")))
    assert register(prove(code))


def test_a_password_that_is_refused_uses_nothing_up(cast: Cast) -> None:
    code = sent(cast, add(cast))
    for _ in range(12):
        with pytest.raises(InvalidInput):
            register(prove(code), password="short")
    assert register(prove(code))


@pytest.mark.parametrize("status", [MemberStatus.INACTIVE, MemberStatus.ARCHIVED])
def test_a_code_of_somebody_who_may_not_sign_in_works_no_more(cast: Cast, status: MemberStatus) -> None:
    member_id = add(cast)
    code = sent(cast, member_id)
    with entered(cast.alder.practice_id, writing=True):
        Member.objects.filter(pk=member_id).update(status=status)
    with pytest.raises(CodeRefused):
        register(prove(code))
    with pytest.raises(NoCodeNeeded):
        shown(cast, member_id)


def test_a_guest_of_one_practice_opens_nothing_of_another(cast: Cast) -> None:
    proof = prove(sent(cast, add(cast)))
    other = guest_with_code(proof, whence=HERE)
    with pytest.raises(CodeRefused):
        open_registration(replace(other, practice_id=cast.birch.practice_id), OpenRegistration(proof=proof))


# --- with a login that exists ---------------------------------------------------------------------------------------


def test_whoever_has_a_login_takes_their_place_with_it(cast: Cast) -> None:
    proof = prove(sent(cast, add(cast, email=cast.nora.email)), email=cast.nora.email)
    guest = guest_with_code(proof, whence=HERE)
    assert open_registration(guest, OpenRegistration(proof=proof)).has_login
    with pytest.raises(LoginExists):
        register(proof)
    join(cast.nora, proof)
    assert cast.nora.actor.role_names == ("Licensed Therapist",)
    with pytest.raises(CodeRefused):
        join(cast.nora, proof)


def test_a_login_with_another_or_an_unproved_address_is_no_proof(cast: Cast) -> None:
    proof = prove(sent(cast, add(cast)))
    with pytest.raises(CodeRefused):
        join(cast.nora, proof)
    unproved = prove(sent(cast, add(cast, email=cast.nora.email)), email=cast.nora.email)
    EmailAddress.objects.filter(user_id=cast.nora.login_id).update(verified=False)
    with pytest.raises(CodeRefused):
        join(cast.nora, unproved)
    assert not cast.nora.has_access


@pytest.mark.requirement("O35")
def test_somebody_on_another_team_must_leave_it_first_and_only_they_learn_that(cast: Cast) -> None:
    proof = prove(sent(cast, add(cast, email=cast.fran.email)), email=cast.fran.email)
    stranger = guest_with_code(proof, whence=HERE)
    assert not open_registration(stranger, OpenRegistration(proof=proof)).elsewhere
    fran = guest_with_code(proof, whence=HERE, login_id=cast.fran.login_id)
    assert open_registration(fran, OpenRegistration(proof=proof)).elsewhere
    with pytest.raises(OnAnotherTeam):
        join(cast.fran, proof)
    assert cast.fran.actor.practice_id == cast.birch.practice_id
    with entered(cast.alder.practice_id):
        assert not Member.objects.filter(login_id=cast.fran.login_id).exists()


# --- who may hand codes out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["sana", "theo", "lin", "bea"])
def test_only_who_may_add_members_hands_out_codes(cast: Cast, person: str) -> None:
    member_id = add(cast)
    actor = getattr(cast, person).actor
    with pytest.raises(NotAllowed):
        view_registration_codes(actor, ViewRegistrationCodes(member_ids=(member_id,)))
    with pytest.raises(NotAllowed):
        send_registration_codes(actor, SendRegistrationCodes(member_ids=(member_id,)))
    assert acts(cast.alder.practice_id)[-1] == "access.refused"


def test_nobody_hands_out_the_code_of_somebody_above_them(cast: Cast) -> None:
    """Whoever sees a code could register with it."""
    member_id = add(cast, role="owner", by=cast.olu.actor)
    with pytest.raises(AboveOwnRights):
        shown(cast, member_id)
    with pytest.raises(AboveOwnRights):
        sent(cast, member_id)
    shown(cast, member_id, by=cast.olu)


def test_several_codes_are_handed_out_all_or_none(cast: Cast) -> None:
    imani, amara = add(cast), add(cast, email="amara@example.org", last_name="Diallo")
    with pytest.raises(NoCodeNeeded):
        view_registration_codes(cast.ada.actor, ViewRegistrationCodes(member_ids=(imani, cast.lin.member_id)))
    for wrong in ((imani, uuid4()), (imani, cast.fran.member_id)):
        with pytest.raises(NotFound):
            view_registration_codes(cast.ada.actor, ViewRegistrationCodes(member_ids=wrong))
    with pytest.raises(InvalidInput):
        view_registration_codes(cast.ada.actor, ViewRegistrationCodes(member_ids=()))
    codes = view_registration_codes(cast.ada.actor, ViewRegistrationCodes(member_ids=(amara, imani)))
    assert [code.name for code in codes] == ["Imani Brooks", "Imani Diallo"]
    assert acts(cast.alder.practice_id).count("registration_code.viewed") == 2
    assert {code.expires_at.date() for code in codes} == {(clock.now() + timedelta(days=14)).date()}


@pytest.mark.django_db(transaction=True)
def test_ten_registrations_at_once_make_one_login(cast: Cast) -> None:
    proof = prove(sent(cast, add(cast)))
    guest = guest_with_code(proof, whence=HERE)
    data = RegisterMember(proof=proof, password=PASSWORD)
    act: Callable[[], object] = lambda: register_member(guest, data)  # noqa: E731
    assert kinds(at_once([act] * 10)) == {CodeRefused: 9}
    assert Login.objects.filter(email=NEW_ADDRESS).count() == 1
    assert Seat.objects.filter(practice_id=cast.alder.practice_id).count() == len(cast.team) + 1
