"""How the role editor shows what is decided about permissions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfold.domain.access.features import Feature, abilities, features
from kinfold.domain.access.permissions import BY_NAME, NEEDS, Permission, decided, with_needs
from kinfold.domain.access.roles import DEFAULTS, StartingPoint, permissions_of_member

PRACTITIONER = DEFAULTS[StartingPoint.PRACTITIONER]
decisions = st.dictionaries(st.sampled_from([p.value for p in Permission]), st.booleans(), max_size=8)


def line(permission: Permission, decided_about: dict[str, bool]) -> Feature:
    """The line of one permission of a role that starts as Practitioner."""
    return next(f for f in features(PRACTITIONER, decided_about) if f.permission is permission)


def test_what_a_decision_brings_along_says_with_what_it_came() -> None:
    shown = line(Permission.MEMBERS_READ, {"members:invite": True, "roles:assign": True})
    assert (shown.base, shown.decision, shown.allowed) == (False, None, True)
    assert (
        shown.note == f"Comes with “{Permission.MEMBERS_INVITE.label}” and “{Permission.ROLES_ASSIGN.label}”"
    )


def test_what_a_decision_takes_along_says_what_it_needed() -> None:
    shown = line(Permission.ACCESS_EXPLAIN, {"members:names": False})
    assert (shown.base, shown.allowed) == (True, False)
    assert shown.note == "Needs “See the team's names”"
    both = line(Permission.CLIENTS_CHANGE, {"clients:change": True, "clients:profile": False})
    assert (both.allowed, both.note) == (False, "Needs “See client profiles”")


def test_what_is_decided_itself_needs_no_note() -> None:
    for on in (True, False):
        assert line(Permission.CLIENTS_CREATE, {"clients:create": on}).note == ""


def test_limits_fall_away_where_all_clients_are_seen() -> None:
    assert line(Permission.CLIENTS_PROFILE, {}).limit == "only of clients they may see"
    assert line(Permission.CLIENTS_PROFILE, {"clients:see-all": True}).limit == ""
    assert line(Permission.CLIENTS_CHART, {"clients:see-all": True}).limit == "not of others' direct clients"


def test_abilities_sort_everything_into_can_within_limits_and_cannot() -> None:
    allowed = decided(PRACTITIONER, {"clients:chart": False, "clients:create": True})
    found = abilities(allowed, PRACTITIONER, requires_supervision=True, may_supervise=False)
    assert [a.label for a in found.can if a.changed] == ["Add clients"]
    assert [a.label for a in found.cannot if a.changed] == ["Open the full record"]
    assert "Work with clients" in {a.label for a in found.within_limits}
    assert "Supervise others" in {a.label for a in found.cannot}
    labels = [a.label for group in (found.can, found.within_limits, found.cannot) for a in group]
    assert (
        len(labels) == len(set(labels)) == len(Permission) + 1
    )  # without owning, with two about supervision


@given(start=st.sampled_from(StartingPoint), chosen=decisions)
def test_what_is_off_stays_off_and_nothing_is_left_without_what_it_needs(
    start: StartingPoint, chosen: dict[str, bool]
) -> None:
    allowed = decided(DEFAULTS[start], chosen)
    assert with_needs(allowed) == allowed
    assert not {BY_NAME[name] for name, on in chosen.items() if not on} & allowed
    assert allowed <= with_needs(DEFAULTS[start] | {BY_NAME[name] for name, on in chosen.items() if on})
    for shown in features(DEFAULTS[start], chosen):
        # A result that nobody decided about, and that is not the base's, says why.
        expected = shown.base if shown.decision is None else shown.decision
        assert bool(shown.note) == (shown.allowed != expected)


@pytest.mark.parametrize("permission", sorted(NEEDS))
def test_a_permission_without_what_it_needs_is_none(permission: Permission) -> None:
    (needed, *_) = sorted(NEEDS[permission])
    assert permission not in decided(frozenset(Permission), {needed: False})


def test_without_a_role_exceptions_give_nothing_and_an_owner_loses_nothing() -> None:
    assert permissions_of_member([], {"clients:see-all": True}) == frozenset()
    owner = DEFAULTS[StartingPoint.OWNER]
    assert permissions_of_member([owner], {"clients:see-all": False}) == owner


def test_a_decision_about_a_permission_that_is_no_more_decides_nothing() -> None:
    assert decided(PRACTITIONER, {"fax:send": True, "fax:read": False}) == PRACTITIONER
