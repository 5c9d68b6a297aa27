"""Tidying tags: renaming, making two one, deleting, and who may."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kinfold.domain.clients.commands.tidying_tags import DeleteTag, RenameTag, delete_tag, rename_tag
from kinfold.domain.clients.errors import TagExists
from kinfold.domain.clients.queries.tags import ListTagUse, list_tag_use
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound
from tests.domain.clients.bulk.steps import tag, undo
from tests.domain.clients.steps import add, card, everything_recorded, numbered
from tests.personas import Cast


def uses(cast: Cast, beginning: str = "") -> dict[str, int]:
    found = list_tag_use(cast.ada.actor, ListTagUse(beginning=beginning))
    assert found.total == len(found.rows)
    return {row.name: row.clients for row in found.rows}


def id_of(cast: Cast, name: str) -> UUID:
    return next(row.id for row in list_tag_use(cast.ada.actor, ListTagUse()).rows if row.name == name)


def tags_of(cast: Cast, client_id: UUID) -> tuple[str, ...]:
    profile = card(cast.ada, client_id).profile
    assert profile
    return profile.tags


def test_a_tag_is_renamed_for_everybody_who_has_it(cast: Cast) -> None:
    first, second = add(cast, numbered(1, tags=("Trauma",)), numbered(2, tags=("trauma", "Sleep")))
    assert uses(cast) == {"Sleep": 1, "Trauma": 2}
    assert uses(cast, " tr") == {"Trauma": 2}
    for name in ("TRAUMA", "Trauma & grief"):  # another spelling of itself is no other tag
        rename_tag(cast.ada.actor, RenameTag(tag_id=id_of(cast, next(iter(uses(cast, "tr")))), name=name))
    assert (tags_of(cast, first), tags_of(cast, second)) == (("Trauma & grief",), ("Sleep", "Trauma & grief"))
    assert "grief" not in everything_recorded(cast)


def test_two_tags_become_one_when_that_is_said_and_nobody_has_it_twice(cast: Cast) -> None:
    one, both = add(cast, numbered(1, tags=("Trauma",)), numbered(2, tags=("Trauma", "PTSD")))
    change_id = tag(cast.ada, ("Trauma",), cast.anna.id)
    with pytest.raises(TagExists):
        rename_tag(cast.ada.actor, RenameTag(tag_id=id_of(cast, "Trauma"), name="ptsd"))
    rename_tag(cast.ada.actor, RenameTag(tag_id=id_of(cast, "Trauma"), name="ptsd", merge=True))
    assert uses(cast) == {"PTSD": 3}
    assert tags_of(cast, one) == tags_of(cast, both) == ("PTSD",)
    undo(cast.ada, change_id)  # the act's tag is gone: there is nothing left to take off
    assert uses(cast) == {"PTSD": 3}


def test_a_deleted_tag_is_taken_off_everybody(cast: Cast) -> None:
    (client_id,) = add(cast, numbered(1, tags=("Trauma", "Sleep")))
    delete_tag(cast.ada.actor, DeleteTag(tag_id=id_of(cast, "Trauma")))
    assert tags_of(cast, client_id) == ("Sleep",)
    with pytest.raises(NotFound):
        delete_tag(cast.ada.actor, DeleteTag(tag_id=uuid4()))


def test_who_does_not_see_every_client_tidies_nothing(cast: Cast) -> None:
    add(cast, numbered(1, tags=("Trauma",)))
    tag_id = id_of(cast, "Trauma")
    for name in ("", "x" * 51, "=1+1"):
        with pytest.raises(InvalidInput):
            rename_tag(cast.ada.actor, RenameTag(tag_id=tag_id, name=name))
    for person in (cast.theo, cast.bea):
        with pytest.raises(NotAllowed):
            list_tag_use(person.actor, ListTagUse())
        with pytest.raises(NotAllowed):
            delete_tag(person.actor, DeleteTag(tag_id=tag_id))
    with pytest.raises(NotFound):
        delete_tag(cast.fran.actor, DeleteTag(tag_id=tag_id))
