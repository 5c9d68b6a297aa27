"""What the shipped roles allow (SPEC section 3)."""

from __future__ import annotations

import pytest

from kinfold.domain.access.permissions import NEEDS, Permission, with_needs
from kinfold.domain.access.roles import DEFAULTS, SHIPPED, StartingPoint, permissions_of


def test_every_permission_says_what_it_allows_in_one_sentence() -> None:
    for permission in Permission:
        assert permission.sentence.endswith("."), permission
        assert permission.count(":") == 1


def test_every_starting_point_brings_what_it_needs() -> None:
    for allowed in DEFAULTS.values():
        assert with_needs(allowed) == allowed


@pytest.mark.parametrize("permission", sorted(NEEDS))
def test_turning_a_permission_on_turns_on_what_it_needs(permission: Permission) -> None:
    allowed = permissions_of(StartingPoint.NOTHING, {permission.value: True})
    assert NEEDS[permission] <= allowed


def test_only_the_owner_can_make_owners() -> None:
    holders = [p for p, allowed in DEFAULTS.items() if Permission.PRACTICE_OWN in allowed]
    assert holders == [StartingPoint.OWNER]


def test_billing_sees_names_and_no_records() -> None:
    allowed = DEFAULTS[StartingPoint.BILLING_ADMINISTRATOR]
    assert Permission.CLIENTS_SEE_ALL in allowed
    assert not allowed & {Permission.CLIENTS_PROFILE, Permission.CLIENTS_CHART, Permission.CLIENTS_CHANGE}


def test_clinicians_see_no_more_than_their_own_unless_they_supervise() -> None:
    for role in SHIPPED:
        allowed = permissions_of(role.starting_point, {})
        if role.clinical:
            assert Permission.CLIENTS_SEE_ALL not in allowed
            assert (Permission.CLIENTS_SEE_SUPERVISED in allowed) == role.may_supervise
