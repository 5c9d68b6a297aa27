"""What somebody who registers is shown before they do."""

from __future__ import annotations

from dataclasses import dataclass

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.identity.queries import find_login, open_login
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import MemberRole, Seat
from kinfold.domain.team.registration import Proof, member_with


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenRegistration:
    """What shows that the record is theirs."""

    proof: Proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """A member's place, for whoever showed that it is theirs.

    `has_login`: the address has a login. For whoever is signed in with that, proved: `own`, and `elsewhere` when it has
    a place on a team already.
    """

    practice_name: str
    name: str
    email: str
    roles: tuple[str, ...]
    has_login: bool
    own: bool
    elsewhere: bool


@query(None)
def open_registration(actor: Actor, data: OpenRegistration) -> Registration:
    """What a registration code is for. Asking changes nothing (SPEC 8.14). Raises CodeRefused."""
    _, member = member_with(actor, data.proof)
    login = open_login(actor.login_id) if actor.login_id else None
    own = login is not None and login.is_verified and login.email == member.email
    elsewhere = login is not None and own and Seat.objects.filter(login_id=login.id).exists()
    roles = MemberRole.objects.filter(holds(clock.now()), member=member)
    return Registration(
        practice_name=actor.practice_name,
        name=member.name,
        email=member.email,
        roles=tuple(roles.order_by("role__position", "role__name_key").values_list("role__name", flat=True)),
        has_login=find_login(member.email) is not None,
        own=own,
        elsewhere=elsewhere,
    )
