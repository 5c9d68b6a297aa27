"""Keeping one's own record right: contact details at once, names and the date of birth when the practice agrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.own import OwnRight
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.index import index_again
from kinfold.domain.clients.models import Client, ClientLogin, Relationship
from kinfold.domain.clients.profile import check
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem, StaleVersion
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.own.errors import NothingWished, WishAnswered, WishWaits
from kinfold.domain.own.models import ProfileWish, WishState
from kinfold.domain.practices.queries import emails_are_optional

says(
    own_record__changed="changed the contact details on a client's own page",
    profile_wish__created="asked to have a client's name or date of birth corrected",
    profile_wish__cancelled="withdrew a request to correct a client's record",
)


NOT_BY_GUARDIANS: Final = "Only the client changes this address here. Ask the practice to correct it."


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeOwnContact:
    """The contact details as they should be, and the version of the record they were read at."""

    version: int
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskForCorrection:
    """Names and date of birth (YYYY-MM-DD) as they should be; what is as it stands is not asked for."""

    first_name: str
    last_name: str
    birth_date: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawCorrection:
    """Which request."""

    wish_id: UUID


@command(OwnRight.CHANGE)
def change_own_contact(actor: Actor, data: ChangeOwnContact) -> None:
    """Correct the e-mail address and the phone number the practice has; it holds at once.

    The address is where registration codes go, so a guardian leaves it as it is. Raises InvalidInput naming
    every wrong field, StaleVersion when somebody else saved since, and NotFound when the record is gone.
    """
    client = _client(actor)
    wanted = _checked(actor, client, {"email": data.email, "phone": data.phone})
    if client.version != data.version:
        raise StaleVersion
    changed = [field for field, value in wanted.items() if getattr(client, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    acts_as = ClientLogin.objects.values_list("relationship", flat=True).get(pk=cast("UUID", actor.acts_by))
    if "email" in changed and acts_as != Relationship.SELF:
        raise InvalidInput.one("email", NOT_BY_GUARDIANS)
    for field in changed:
        setattr(client, field, wanted[field])
    values = {field: wanted[field] for field in changed}
    saved = Client.objects.filter(pk=client.id, version=data.version).update(
        **values, updated_at=clock.now(), version=F("version") + 1
    )
    if not saved:
        raise StaleVersion
    if "email" in changed:
        index_again(client)
    trail.record(actor, "own_record.changed", subject=("client", client.id), fields=changed)


@command(OwnRight.CHANGE)
def ask_for_correction(actor: Actor, data: AskForCorrection) -> UUID:
    """Ask the practice to correct a name or the date of birth: others know the client by them.

    Nothing changes before somebody accepts. Raises InvalidInput, NothingWished, WishWaits while one waits, and
    NotFound when the record is gone.
    """
    client = _client(actor)
    typed = {"first_name": data.first_name, "last_name": data.last_name, "birth_date": data.birth_date}
    wanted = {
        field: value
        for field, value in _checked(actor, client, typed).items()
        if getattr(client, field) != value
    }
    why = checked_reason(data.why)
    if not wanted:
        raise NothingWished([Problem("first_name", NothingWished.message)])
    try:
        with transaction.atomic():
            wish = ProfileWish.objects.create(
                client=client,
                asked_by_id=cast("UUID", actor.acts_by),
                why=why,
                asked_at=clock.now(),
                **wanted,
                **{f"was_{field}": getattr(client, field) for field in wanted},
            )
    except IntegrityError as error:
        raise WishWaits from error
    trail.record(actor, "profile_wish.created", subject=("profile_wish", wish.id), fields=list(wanted))
    return wish.id


@command(OwnRight.CHANGE)
def withdraw_correction(actor: Actor, data: WithdrawCorrection) -> None:
    """Take a request back that the practice has not answered. Raises WishAnswered, and NotFound for another's."""
    mine = ProfileWish.objects.filter(pk=data.wish_id, client_id=actor.own_client_id)
    if not mine.exists():
        raise NotFound
    waiting = mine.filter(state=WishState.PENDING)
    if not waiting.update(state=WishState.WITHDRAWN, answered_at=clock.now()):
        raise WishAnswered
    trail.record(actor, "profile_wish.cancelled", subject=("profile_wish", data.wish_id))


def _client(actor: Actor) -> Client:
    """Whom one acts for, held: whoever merges or deletes the record right now is waited for."""
    client_id = actor.own_client_id
    hold_client(client_id)
    client = Client.objects.filter(pk=client_id).first()
    if client is None:
        raise NotFound
    return client


def _checked(actor: Actor, client: Client, typed: dict[str, str]) -> dict[str, Any]:
    """What was typed anew, as it would be stored. What stays as it is was taken once."""
    given = {field: text for field, text in typed.items() if text.strip() != _text(getattr(client, field))}
    checked, problems = check(
        given,
        (),
        emails_optional=emails_are_optional(),
        country=actor.country,
        today=clock.today(actor.time_zone),
    )
    if problems:
        raise InvalidInput(problems)
    return dict(checked.fields)


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""
