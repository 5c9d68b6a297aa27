"""Tags are put on many clients at once and taken off, and nobody loses one they had before."""

from __future__ import annotations

from uuid import UUID

import pytest

from kinfold.domain.clients.bulk.acts import Act
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.models import Tag
from kinfold.domain.clients.profile import MOST_TAGS
from kinfold.domain.kernel.errors import InvalidInput
from kinfold.domain.kernel.tenancy import entered
from tests.domain.clients.bulk.steps import choose, outcomes, preview, tag, undo, untag
from tests.domain.clients.steps import add, card, listed, names, person
from tests.personas import Cast


def tags_on(cast: Cast, client_id: UUID) -> tuple[str, ...]:
    profile = card(cast.ada, client_id).profile
    assert profile
    return profile.tags


def tags_there(cast: Cast) -> dict[str, UUID]:
    with entered(cast.alder.practice_id):
        return dict(Tag.objects.values_list("name", "id"))


@pytest.mark.requirement("U21")
@pytest.mark.requirement("U36")
def test_tags_are_added_to_all_and_nobody_gets_one_twice(cast: Cast) -> None:
    (imani,) = add(cast, person(tags=("EMDR", "Sleep")))
    change_id = tag(cast.ada, ("emdr", "Group: DBT", "group: dbt"), imani, cast.anna.id)
    assert tags_on(cast, imani) == ("EMDR", "Group: DBT", "Sleep")
    assert tags_on(cast, cast.anna.id) == ("EMDR", "Group: DBT")
    found = listed(cast.ada, tag_ids=(tags_there(cast)["Group: DBT"],))
    assert names(found) == ["Imani Brooks", "Anna Novak"]
    undo(cast.ada, change_id)
    assert tags_on(cast, imani) == ("EMDR", "Sleep")
    assert tags_on(cast, cast.anna.id) == ()
    assert set(tags_there(cast)) == {"EMDR", "Sleep"}


def test_a_tag_made_by_the_act_stays_while_somebody_has_it(cast: Cast) -> None:
    change_id = tag(cast.ada, ("New",), cast.anna.id, cast.ben.id)
    change_client(cast.ada.actor, ChangeClient(client_id=cast.ben.id, version=2, last_name="Okafor-Berg"))
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone": {"Anna"}, "since-changed": {"Ben"}}
    assert (tags_on(cast, cast.anna.id), tags_on(cast, cast.ben.id)) == ((), ("New",))


def test_tags_are_removed_from_those_who_have_them_and_given_back(cast: Cast) -> None:
    (one,) = add(cast, person(tags=("EMDR", "Sleep")))
    (two,) = add(cast, person(first_name="Ines", tags=("EMDR",)))
    there = tags_there(cast)
    both = tuple(there.values())
    change_id = choose(cast.ada, Act.REMOVE_TAGS, one, two, cast.anna.id)
    assert [(share.name, share.count) for share in preview(cast.ada, change_id).shares] == [
        ("EMDR", 2),
        ("Sleep", 1),
    ]
    change_id = untag(cast.ada, both, one, two, cast.anna.id)
    assert outcomes(cast.ada, change_id) == {"done": {"Imani", "Ines"}, "not-tagged": {"Anna"}}
    assert tags_on(cast, one) == tags_on(cast, two) == ()
    undo(cast.ada, change_id)
    assert (tags_on(cast, one), tags_on(cast, two)) == (("EMDR", "Sleep"), ("EMDR",))


def test_who_was_edited_since_tags_were_removed_gets_none_back(cast: Cast) -> None:
    one, two = add(cast, person(tags=("EMDR",)), person(first_name="Ines", tags=("EMDR",)))
    change_id = untag(cast.ada, tuple(tags_there(cast).values()), one, two)
    change_client(cast.ada.actor, ChangeClient(client_id=two, version=2, last_name="Brooks-Berg"))
    undo(cast.ada, change_id)
    assert outcomes(cast.ada, change_id) == {"undone": {"Imani"}, "since-changed": {"Ines"}}
    assert (tags_on(cast, one), tags_on(cast, two)) == (("EMDR",), ())


def test_who_has_all_of_them_or_would_have_too_many_is_left_alone(cast: Cast) -> None:
    full = tuple(f"Tag {n}" for n in range(MOST_TAGS))
    (many,) = add(cast, person(tags=full))
    (has,) = add(cast, person(first_name="Ines", tags=("EMDR",)))
    change_id = tag(cast.ada, ("EMDR",), many, has, cast.anna.id)
    assert outcomes(cast.ada, change_id) == {"too-many-tags": {"Imani"}, "tagged": {"Ines"}, "done": {"Anna"}}


@pytest.mark.parametrize("typed", [(), ("  ",), ("x" * 51,), ("=1+1",), ("a\u202eb",)])
def test_a_tag_that_cannot_be_is_refused(cast: Cast, typed: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        tag(cast.ada, typed, cast.anna.id)
    assert [problem.field for problem in refused.value.problems] == ["tags"]


def test_only_tags_of_the_practice_are_removed(cast: Cast) -> None:
    for wrong in ((), (UUID(int=7),)):
        with pytest.raises(InvalidInput):
            untag(cast.ada, wrong, cast.anna.id)
