"""Deciding how the practice's sign-up page looks, what it asks, and whether it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.profile import is_hidden
from kinfold.domain.intake.models import SignUpPage
from kinfold.domain.intake.queries.page import page_settings
from kinfold.domain.kernel.errors import InvalidInput, Problem, StaleVersion

says(
    sign_up_page__opened="opened the sign-up page",
    sign_up_page__closed="closed the sign-up page",
    sign_up_page__changed="changed the sign-up page",
)

WELCOME_LENGTH: Final = 1000
CONSENT_LENGTH: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSignUpPage:
    """Everything about the page, and the version it was read at; 0 before there was one."""

    version: int
    is_open: bool
    welcome: str
    consent: str
    asks_phone: bool
    asks_about: bool
    asks_therapist: bool


@command(Permission.PRACTICE_CHANGE)
def change_sign_up_page(actor: Actor, data: ChangeSignUpPage) -> None:
    """Open or close the public sign-up page, and decide its words and its questions (SPEC 5, custom sign-up page).

    Raises InvalidInput for words that do not fit, and StaleVersion.
    """
    wanted = _checked(data)
    before = page_settings()
    changed = [field for field, value in wanted.items() if getattr(before, field) != value]
    if not changed:
        trail.nothing_changed()
        return
    if not (before.version or data.version):
        SignUpPage.objects.create(**wanted)
    elif not SignUpPage.objects.filter(version=data.version).update(**wanted, version=F("version") + 1):
        raise StaleVersion
    action = "sign_up_page.changed"
    if "is_open" in changed:
        action = "sign_up_page.opened" if data.is_open else "sign_up_page.closed"
    trail.record(actor, action, subject=("practice", actor.practice_id), fields=changed)


def _checked(data: ChangeSignUpPage) -> dict[str, Any]:
    problems: list[Problem] = []
    welcome = _text(data.welcome, "welcome", WELCOME_LENGTH, problems)
    consent = _text(data.consent, "consent", CONSENT_LENGTH, problems)
    if not consent:
        problems.append(Problem("consent", "Write what people agree to."))
    if problems:
        raise InvalidInput(problems)
    return {
        "is_open": data.is_open,
        "welcome": welcome,
        "consent": consent,
        "asks_phone": data.asks_phone,
        "asks_about": data.asks_about,
        "asks_therapist": data.asks_therapist,
    }


def _text(raw: str, field: str, most: int, problems: list[Problem]) -> str:
    text = "\n".join(line.rstrip() for line in raw.strip().splitlines())
    if len(text) > most:
        problems.append(Problem(field, f"Use at most {most:,} characters."))
    elif is_hidden("".join(text.splitlines())):
        problems.append(Problem(field, "This contains characters that cannot be seen. Write it again."))
    return text
