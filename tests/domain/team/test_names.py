"""Correcting a team member's name."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kinfold.domain.identity.errors import CodeRefused
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.team.commands.members import ChangeMember, change_member
from kinfold.domain.team.commands.registering import SendRegistrationCodes, send_registration_codes
from kinfold.domain.team.errors import AboveOwnRights
from kinfold.domain.team.models import Member
from kinfold.domain.team.names import name_parts
from kinfold.domain.team.registration import guest_with_code
from tests.domain.team.steps import acts, add, mailed_code, prove
from tests.personas import Cast, Person


def rename(cast: Cast, by: Person, member: Person, first: str, last: str, version: int = 1) -> None:
    change_member(
        by.actor,
        ChangeMember(member_id=member.member_id, version=version, first_name=first, last_name=last),
    )


def test_a_name_is_corrected_and_sorts_by_its_new_spelling(cast: Cast) -> None:
    rename(cast, cast.ada, cast.lin, "Lín", " Łuksza  Zhao ")
    with entered(cast.alder.practice_id):
        lin = Member.objects.get(pk=cast.lin.member_id)
    assert (lin.first_name, lin.last_name, lin.version) == ("Lín", "Łuksza Zhao", 2)
    assert lin.sort_key == "luksza zhao\x1flin"
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == ["member.changed"]


def test_saving_the_same_name_again_changes_nothing(cast: Cast) -> None:
    rename(cast, cast.ada, cast.lin, "Lin", "Zhao")
    assert acts(cast.alder.practice_id, subject=cast.lin.member_id) == []


def test_the_second_editor_of_a_name_gets_a_conflict_and_overwrites_nothing(cast: Cast) -> None:
    rename(cast, cast.ada, cast.lin, "Lin", "Zhao-Park", version=1)
    with pytest.raises(StaleVersion):
        rename(cast, cast.olu, cast.lin, "Lina", "Zhao", version=1)
    with entered(cast.alder.practice_id):
        assert Member.objects.get(pk=cast.lin.member_id).last_name == "Zhao-Park"


@pytest.mark.parametrize(
    ("first", "last", "fields"),
    [
        ("", "Zhao", ["first_name"]),
        ("Lin", "\u200b", ["last_name"]),
        ("<x>", "Z" * 101, ["first_name", "last_name"]),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(cast: Cast, first: str, last: str, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        rename(cast, cast.ada, cast.lin, first, last)
    assert [problem.field for problem in refused.value.problems] == fields


def test_only_who_may_change_members_can(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        rename(cast, cast.sana, cast.theo, "Teo", "Park")


def test_another_practices_member_is_as_absent_as_one_that_never_was(cast: Cast) -> None:
    messages = set()
    for member_id in (cast.lin.member_id, uuid4()):
        with pytest.raises(NotFound) as refused:
            change_member(
                cast.fran.actor,
                ChangeMember(member_id=member_id, version=1, first_name="Lin", last_name="Zhao"),
            )
        messages.add(refused.value.message)
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Ana Silva", ("Ana", "Silva")),
        ("Ana-María de la Cruz", ("Ana-María", "de la Cruz")),
        ("Mary Ann Smith", ("Mary Ann", "Smith")),
        ("van der Berg, Jan", ("Jan", "van der Berg")),
        ("Madonna", ("Madonna", "")),
    ],
)
def test_a_full_name_is_taken_apart_as_a_suggestion(full_name: str, parts: tuple[str, str]) -> None:
    assert name_parts(full_name) == parts


def test_the_address_of_somebody_without_a_login_is_corrected_and_their_code_ends(cast: Cast) -> None:
    imani = add(cast, email="imany@example.org")
    send_registration_codes(cast.ada.actor, SendRegistrationCodes(member_ids=(imani,)))
    sent = mailed_code(cast.alder.practice_id)
    data = ChangeMember(
        member_id=imani, version=1, first_name="Imani", last_name="Brooks", email=" Imani@Example.org "
    )
    change_member(cast.ada.actor, data)
    with entered(cast.alder.practice_id):
        assert Member.objects.get(pk=imani).email == "imani@example.org"
    with pytest.raises(CodeRefused):
        guest_with_code(prove(sent, email="imani@example.org"), whence="here")
    assert acts(cast.alder.practice_id, subject=imani)[-1] == "member.changed"


def test_an_address_is_not_changed_for_whoever_has_a_login_or_may_do_more(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_member(cast.ada.actor, corrected(cast.lin.member_id, "lina@example.org"))
    assert [problem.field for problem in refused.value.problems] == ["email"]
    owner = add(cast, role="owner", by=cast.olu.actor)
    with pytest.raises(AboveOwnRights):
        change_member(cast.ada.actor, corrected(owner, "ada.two@example.org"))
    change_member(cast.olu.actor, corrected(owner, "new@example.org"))


def corrected(member_id: UUID, email: str) -> ChangeMember:
    return ChangeMember(member_id=member_id, version=1, first_name="A", last_name="B", email=email)
