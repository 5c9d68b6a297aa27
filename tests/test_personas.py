"""The cast is what its docstring says: tests lean on it."""

from kinfold.domain.access.permissions import Permission
from tests.personas import Cast


def test_everybody_in_the_cast_may_do_what_their_role_allows(cast: Cast) -> None:
    assert cast.olu.actor.may(*Permission)
    assert cast.ada.actor.permissions == frozenset(Permission) - {
        Permission.PRACTICE_OWN,
        Permission.LICENCES_OVERRIDE,
        Permission.MEMBERS_REMOVE,
    }
    assert cast.sana.actor.may(Permission.CLIENTS_SEE_SUPERVISED)
    assert cast.theo.actor.role_names == ("Intern",)
    assert cast.lin.actor.clinical
    assert not cast.bea.actor.may(Permission.CLIENTS_PROFILE)


def test_the_two_practices_of_the_cast_are_apart(cast: Cast) -> None:
    assert {person.actor.practice_id for person in cast.team} == {cast.alder.practice_id}
    assert cast.fran.actor.practice_id == cast.birch.practice_id
    assert not cast.nora.has_access
