"""Asking to become a client, by the practice's public sign-up page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.clients.profile import check, is_hidden
from kinfold.domain.intake.emails import tell_team
from kinfold.domain.intake.models import SignUpRequest
from kinfold.domain.intake.queries.page import PageSettings, open_page, therapists_offered
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, Problem
from kinfold.domain.practices.models import Practice

says(sign_up_request__created="asked to become a client")

ABOUT_LENGTH: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class AskToJoin:
    """What a visitor typed, as text; a birth date is YYYY-MM-DD. What the page does not ask for is left out."""

    first_name: str
    last_name: str
    email: str
    birth_date: str
    sex_at_birth: str
    phone: str = ""
    about: str = ""
    therapist_id: UUID | None = None
    agreed: bool = False


@command(None)
def ask_to_join(actor: Actor, data: AskToJoin) -> None:
    """Send a request to the practice; it waits under Pending until somebody answers (SPEC 5, 8.7; U11).

    The answer is the same whoever asks: nobody learns here who is a client already. Sending the same again while it
    waits is one request. Raises NotFound when the page is closed, and InvalidInput naming every wrong field.
    """
    page = open_page()
    fields = _checked(actor, data, page)
    try:
        with transaction.atomic():
            request = SignUpRequest.objects.create(**fields, consent=page.consent, asked_at=clock.now())
    except IntegrityError:
        trail.nothing_changed()
        return
    trail.record(
        actor, "sign_up_request.created", subject=("sign_up_request", request.id), fields=sorted(fields)
    )
    tell_team(actor.practice_id)


def _checked(actor: Actor, data: AskToJoin, page: PageSettings) -> dict[str, Any]:
    typed = {
        "first_name": data.first_name,
        "last_name": data.last_name,
        "email": data.email,
        "birth_date": data.birth_date,
        "sex_at_birth": data.sex_at_birth,
        "phone": data.phone if page.asks_phone else "",
    }
    # An answer goes by mail, so an address is asked for even where clients need none.
    checked, problems = check(
        typed,
        (),
        emails_optional=False,
        country=Practice.objects.values_list("country", flat=True).get(pk=actor.practice_id),
        today=clock.today(actor.time_zone),
    )
    problems = [
        Problem("email", "Enter an email address.") if p.field == "email" and not data.email.strip() else p
        for p in problems
    ]
    fields: dict[str, Any] = dict(checked.fields)
    about = "\n".join(line.rstrip() for line in data.about.strip().splitlines()) if page.asks_about else ""
    if len(about) > ABOUT_LENGTH:
        problems.append(Problem("about", f"Use at most {ABOUT_LENGTH:,} characters."))
    elif is_hidden("".join(about.splitlines())):
        problems.append(Problem("about", "This contains characters that cannot be seen. Write it again."))
    wanted = data.therapist_id if page.asks_therapist else None
    if wanted is not None and all(member_id != wanted for member_id, _ in therapists_offered()):
        problems.append(Problem("therapist_id", "Choose somebody from the list, or no preference."))
    if not data.agreed:
        problems.append(
            Problem("agreed", "Tick the box to agree, so that the practice may read your request.")
        )
    if problems:
        raise InvalidInput(problems)
    return {**fields, "about": about, "therapist_id": wanted}
