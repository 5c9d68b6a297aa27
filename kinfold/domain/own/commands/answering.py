"""Answering what clients want corrected."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.commands.changing import ChangeClient, change_client
from kinfold.domain.clients.errors import ClientArchived
from kinfold.domain.clients.holding import hold_client
from kinfold.domain.clients.models import Client, ClientStatus
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.own.errors import EditedSince, WishAnswered
from kinfold.domain.own.models import ProfileWish, WishState, edited_since

says(
    profile_wish__accepted="accepted what a client wanted corrected",
    profile_wish__declined="declined what a client wanted corrected",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptCorrection:
    """Which request.

    `version` is that of the record when both were compared, where somebody edited it after the client asked.
    """

    wish_id: UUID
    version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclineCorrection:
    """Which request, and what the client is told."""

    wish_id: UUID
    answer: str = ""


@command(Permission.CLIENTS_CHANGE)
def accept_correction(actor: Actor, data: AcceptCorrection) -> None:
    """Correct a client's record as they asked.

    Raises EditedSince when what they want corrected was changed after they asked, until the version that was compared
    is said; WishAnswered, NotFound, and what editing a client raises.
    """
    wish = _waiting(actor, data.wish_id)
    hold_client(wish.client_id)
    client = Client.objects.filter(pk=wish.client_id).first()
    if client is None:  # merged or deleted meanwhile
        raise NotFound
    if edited_since(wish, client) and data.version != client.version:
        raise EditedSince
    _answer(actor, wish, WishState.ACCEPTED)
    change_client(
        actor,
        ChangeClient(
            client_id=wish.client_id,
            version=client.version,
            first_name=wish.first_name or None,
            last_name=wish.last_name or None,
            birth_date=wish.birth_date.isoformat() if wish.birth_date else None,
        ),
    )
    trail.record(actor, "profile_wish.accepted", subject=("profile_wish", wish.id))


@command(Permission.CLIENTS_CHANGE)
def decline_correction(actor: Actor, data: DeclineCorrection) -> None:
    """Leave the record as it is; the client reads why on their page.

    Raises WishAnswered, ClientArchived, and NotFound.
    """
    answer = checked_reason(data.answer)
    wish = _waiting(actor, data.wish_id)
    hold_client(wish.client_id)
    if not Client.objects.filter(pk=wish.client_id, status=ClientStatus.ACTIVE).exists():
        raise ClientArchived
    _answer(actor, wish, WishState.DECLINED, answer)
    trail.record(actor, "profile_wish.declined", subject=("profile_wish", wish.id))


def _waiting(actor: Actor, wish_id: UUID) -> ProfileWish:
    wish = ProfileWish.objects.filter(pk=wish_id, client_id__in=visible_to(actor).values("id")).first()
    if wish is None:
        raise NotFound
    if wish.state != WishState.PENDING:
        raise WishAnswered
    return wish


def _answer(actor: Actor, wish: ProfileWish, state: WishState, answer: str = "") -> None:
    """One conditional update decides who was first."""
    pending = ProfileWish.objects.filter(pk=wish.pk, state=WishState.PENDING)
    if not pending.update(
        state=state, answered_at=clock.now(), answered_by_id=actor.member_id, answer=answer
    ):
        raise WishAnswered
