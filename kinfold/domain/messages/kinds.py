"""The kinds of mail there are, and who renders each.

A package writes its mails in a module `emails`:

    @mail_kind("team.invitation", "Invitation to the team")
    def invitation_mail(practice_id: UUID | None, invitation_id: UUID) -> Mail | None: ...

It runs when the mail is sent, inside the practice, and asks again whether the mail is still wanted: None drops it. What
it renders must be the same each time (links are derived, never drawn anew), since a mail may be sent again after a
worker died.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail, ready to be sent. The subject holds no health data and names no client: it shows on locked screens."""

    to: str
    subject: str
    text: str
    html: str | None = None


Renderer = Callable[[UUID | None, UUID], Mail | None]
R = TypeVar("R", bound=Renderer)


@dataclass(frozen=True, slots=True)
class MailKind:
    """A kind of mail: what the settings page calls it, and what makes its text."""

    name: str
    label: str
    render: Renderer


_KINDS: dict[str, MailKind] = {}


class NoSuchMail(LookupError):
    """A kind that nobody renders: a fault in Kinfold."""


def mail_kind(name: str, label: str) -> Callable[[R], R]:
    """Make a function the renderer of a kind of mail."""

    def decorate(function: R) -> R:
        _KINDS[name] = MailKind(name, label, function)
        return function

    return decorate


def kind_called(name: str) -> MailKind:
    """The kind of this name. Raises NoSuchMail."""
    if name not in _KINDS:
        autodiscover_modules("emails")
    try:
        return _KINDS[name]
    except KeyError:
        raise NoSuchMail(name) from None


def label_of(name: str) -> str:
    """What people call mail of this kind, also when nobody makes it any more."""
    try:
        return kind_called(name).label
    except NoSuchMail:
        return "Mail"
