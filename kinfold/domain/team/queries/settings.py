"""What can be asked about the practice's settings and one's own API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel import clock
from kinfold.domain.practices.models import Practice, Switch
from kinfold.domain.practices.queries import is_on
from kinfold.domain.team.granting import acting_member
from kinfold.domain.team.models import ApiToken


@dataclass(frozen=True, kw_only=True, slots=True)
class GetPractice:
    """The practice one works for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticeSettings:
    """All settings. `may_decide_as_owner`: the person who asks decides about direct charts and first passwords."""

    practice_id: UUID
    name: str
    slug: str
    support_email: str
    time_zone: str
    country: str
    clients_need_email: bool
    supervision: bool
    direct_charts: bool
    initial_passwords: bool
    may_decide_as_owner: bool
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTokens:
    """One's own tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """One token, without its secret. `hint` is how it ends, so that it can be told from others."""

    id: UUID
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    expired: bool


@query(Permission.PRACTICE_CHANGE)
def get_practice(actor: Actor, data: GetPractice) -> PracticeSettings:
    """The practice's settings as they hold now."""
    now = clock.now()
    practice = Practice.objects.get(pk=actor.practice_id)
    return PracticeSettings(
        practice_id=practice.id,
        name=practice.name,
        slug=practice.slug,
        support_email=practice.support_email,
        time_zone=practice.time_zone,
        country=practice.country,
        clients_need_email=practice.clients_need_email,
        supervision=is_on(Switch.SUPERVISION, now),
        direct_charts=is_on(Switch.DIRECT_CHARTS, now),
        initial_passwords=practice.initial_passwords,
        may_decide_as_owner=actor.may(Permission.PRACTICE_OWN),
        version=practice.version,
    )


@query(Permission.TOKENS_OWN)
def list_tokens(actor: Actor, data: ListTokens) -> tuple[TokenRow, ...]:
    """One's own tokens that were not revoked, newest first."""
    own = ApiToken.objects.filter(member_id=acting_member(actor), revoked_at__isnull=True)
    rows = own.order_by("-created_at", "id").values_list(
        "id", "name", "hint", "scopes", "created_at", "expires_at"
    )
    return tuple(
        TokenRow(
            id=token_id,
            name=name,
            hint=hint,
            scopes=tuple(scopes),
            created_at=created_at,
            expires_at=expires_at,
            expired=expires_at <= clock.now(),
        )
        for token_id, name, hint, scopes, created_at, expires_at in rows
    )
