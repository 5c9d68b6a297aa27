"""One act on several members: the same rule as for one, all of them or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinfold.domain.access.models import Role
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.lifecycle.errors import NotForEverybody
from kinfold.domain.lifecycle.several import (
    ChangeSeveral,
    PreviewSeveral,
    change_several,
    preview_several,
)
from kinfold.domain.messages.models import OutgoingMail
from kinfold.domain.team.models import Member, MemberRole
from tests.domain.team.steps import acts
from tests.personas import Cast, Person


def roles_of(person: Person) -> set[str]:
    with entered(person.practice_id):
        held = MemberRole.objects.filter(member_id=person.member_id, until__isnull=True)
        return set(held.values_list("role__key", flat=True))


def several(cast: Cast, act: str, *people: Person, role: str = "") -> ChangeSeveral:
    return ChangeSeveral(
        member_ids=tuple(person.member_id for person in people),
        act=act,
        role_id=cast.alder.roles[role] if role else None,
    )


@pytest.mark.requirement("U69")
def test_a_role_is_given_to_several_in_one_act(cast: Cast) -> None:
    change_several(cast.ada.actor, several(cast, "give_role", cast.lin, cast.theo, role="associate"))
    assert roles_of(cast.lin) == {"licensed-therapist", "associate"}
    assert roles_of(cast.theo) == {"intern", "associate"}
    assert acts(cast.alder.practice_id).count("member.roles_changed") == 2


def test_a_preview_says_whom_it_fits_and_changes_nothing(cast: Cast) -> None:
    before = acts(cast.alder.practice_id)
    data = PreviewSeveral(change=several(cast, "take_role", cast.lin, cast.theo, role="intern"))
    said = {one.name: one.why_not for one in preview_several(cast.ada.actor, data)}
    assert said == {
        cast.lin.name: "Does not hold this role.",
        cast.theo.name: "This is their only role. Give another one first.",
    }
    fits = PreviewSeveral(change=several(cast, "give_role", cast.lin, cast.theo, role="associate"))
    assert [one.why_not for one in preview_several(cast.ada.actor, fits)] == ["", ""]
    assert roles_of(cast.lin) == {"licensed-therapist"}
    assert acts(cast.alder.practice_id) == before
    assert not OutgoingMail.objects.exists()


def test_when_it_cannot_be_done_to_one_it_is_done_to_nobody(cast: Cast) -> None:
    with pytest.raises(NotForEverybody):
        change_several(cast.ada.actor, several(cast, "inactive", cast.lin, cast.ada))
    with entered(cast.alder.practice_id):
        assert Member.objects.get(pk=cast.lin.member_id).status == "active"


def test_the_last_two_of_a_kind_cannot_both_go(cast: Cast) -> None:
    """Each alone could lose the role; the preview sees that both together cannot."""
    change_several(cast.olu.actor, several(cast, "give_role", cast.lin, role="administrator"))
    change_several(cast.olu.actor, several(cast, "give_role", cast.ada, role="associate"))
    both = several(cast, "take_role", cast.ada, cast.lin, role="administrator")
    why = [one.why_not for one in preview_several(cast.olu.actor, PreviewSeveral(change=both))]
    assert sorted(map(bool, why)) == [False, True]
    with pytest.raises(NotForEverybody):
        change_several(cast.olu.actor, both)
    assert "administrator" in roles_of(cast.ada) & roles_of(cast.lin)


def test_nobody_gives_several_people_more_than_they_hold(cast: Cast) -> None:
    data = several(cast, "give_role", cast.lin, cast.theo, role="owner")
    assert all(one.why_not for one in preview_several(cast.ada.actor, PreviewSeveral(change=data)))
    with pytest.raises(NotAllowed):
        change_several(cast.ada.actor, data)
    assert "owner" not in roles_of(cast.lin) | roles_of(cast.theo)


def test_people_are_put_on_hold_and_archived_together(cast: Cast) -> None:
    change_several(cast.ada.actor, several(cast, "on_hold", cast.lin, cast.theo))
    archive = replace(several(cast, "archive", cast.lin, cast.theo), clients="wait")
    change_several(cast.ada.actor, archive)
    with entered(cast.alder.practice_id):
        status = Member.objects.filter(pk__in=archive.member_ids).values_list("status", flat=True)
        assert set(status) == {"archived"}


def test_what_is_missing_and_who_is_foreign_is_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        change_several(cast.ada.actor, several(cast, "give_role"))
    with pytest.raises(InvalidInput):
        change_several(cast.ada.actor, several(cast, "give_role", cast.lin))
    with pytest.raises(InvalidInput):
        change_several(cast.ada.actor, several(cast, "promote", cast.lin))
    with pytest.raises(NotFound):
        change_several(cast.ada.actor, several(cast, "inactive", cast.lin, cast.fran))
    with entered(cast.birch.practice_id):
        foreign = Role.objects.get(key="associate").id
    with pytest.raises(InvalidInput):
        change_several(cast.ada.actor, replace(several(cast, "give_role", cast.lin), role_id=foreign))
