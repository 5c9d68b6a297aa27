"""API tokens: keys for programs that act with their member's rights, narrowed to chosen scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import BY_NAME, Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.kernel import clock, secrets
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound, Problem
from kinfold.domain.team.actors import write_token
from kinfold.domain.team.errors import TokenNameTaken
from kinfold.domain.team.granting import acting_member, hold_team
from kinfold.domain.team.models import ApiToken
from kinfold.domain.team.names import checked_names

says(token__created="made an API token", token__revoked="revoked an API token")  # noqa: S106

PURPOSE = "team.api-token"
MOST_DAYS = 365
NAME_LENGTH = 60
SHOWN_AGAIN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateToken:
    """A token's name, what it may do, and for how many days.

    `key` is the form's or the request's own key: the same one within ten minutes means the same token, so that a
    double click or a retry makes one and still shows it.
    """

    name: str
    scopes: tuple[str, ...]
    days: int
    key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewToken:
    """A token as it is shown, once."""

    id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeToken:
    """Which of one's own tokens ends."""

    token_id: UUID


@command(Permission.TOKENS_OWN)
def create_token(actor: Actor, data: CreateToken) -> NewToken:
    """Make a token of one's own. The database keeps its digest only, so it is shown now and never again."""
    member_id = acting_member(actor)
    if actor.token_id is not None:
        raise NotAllowed("Sign in to make a token: a token cannot make others, which would outlive it.")
    name, scopes = _checked(actor, data)
    hold_team()
    now = clock.now()
    token_id = uuid5(member_id, data.key) if data.key else uuid4()
    secret = secrets.derive(PURPOSE, str(token_id))
    handed_out = write_token(actor.practice_id, secret)
    repeated = ApiToken.objects.filter(
        pk=token_id, name=name, scopes=scopes, revoked_at__isnull=True, created_at__gt=now - SHOWN_AGAIN_FOR
    ).first()
    if repeated is not None:
        trail.nothing_changed()
        return NewToken(id=token_id, token=handed_out, expires_at=repeated.expires_at)
    live = ApiToken.objects.filter(member_id=member_id, revoked_at__isnull=True, expires_at__gt=now)
    if live.filter(name=name).exists() or ApiToken.objects.filter(pk=token_id).exists():
        raise TokenNameTaken
    token = ApiToken.objects.create(
        id=token_id,
        member_id=member_id,
        name=name,
        digest=secrets.digest(secret),
        hint=secret[-4:],
        scopes=scopes,
        created_at=now,
        expires_at=now + timedelta(days=data.days),
    )
    trail.record(actor, "token.created", subject=("token", token.id), detail={"scopes": scopes})
    return NewToken(id=token.id, token=handed_out, expires_at=token.expires_at)


@command(Permission.TOKENS_OWN)
def revoke_token(actor: Actor, data: RevokeToken) -> None:
    """End one of one's own tokens. The next request with it is refused."""
    own = ApiToken.objects.filter(pk=data.token_id, member_id=acting_member(actor))
    if not own.exists():
        raise NotFound
    if not own.filter(revoked_at__isnull=True).update(revoked_at=clock.now()):
        trail.nothing_changed()
        return
    trail.record(actor, "token.revoked", subject=("token", data.token_id))


def _checked(actor: Actor, data: CreateToken) -> tuple[str, list[str]]:
    problems: list[Problem] = []
    name = ""
    try:
        name = checked_names(name=data.name)["name"]
    except InvalidInput as error:
        problems.extend(error.problems)
    if len(name) > NAME_LENGTH:
        problems.append(Problem("name", f"Use at most {NAME_LENGTH} characters."))
    wanted = {BY_NAME.get(scope) for scope in data.scopes}
    if not wanted:
        problems.append(Problem("scopes", "Choose at least one thing that the token may do."))
    elif None in wanted or not wanted <= actor.permissions:
        problems.append(Problem("scopes", "A token can do only what you may do yourself."))
    if not 1 <= data.days <= MOST_DAYS:
        problems.append(Problem("days", f"Choose 1 to {MOST_DAYS} days."))
    if problems:
        raise InvalidInput(problems)
    return name, sorted(set(data.scopes))
