"""Who may come as far as the sign-up page: anybody, while the practice has it open, and not too often."""

from __future__ import annotations

from typing import Final

from kinfold.domain.access.actors import Actor, guest_actor
from kinfold.domain.identity.limits import Limit, take_all
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.tenancy import entered
from kinfold.domain.practices.models import Practice

from .models import SignUpPage

# One household or office sends a few requests in a day; a practice gets hundreds only from a machine.
FROM_ONE_PLACE: Final = Limit("sign-up, address", burst=5, pause=600)
AT_ONE_PRACTICE: Final = Limit("sign-up, practice", burst=60, pause=120)


def guest_at(slug: str) -> Actor:
    """A visitor of a practice's open sign-up page, as its guest.

    Raises NotFound when there is no such practice or its page is closed; the two look alike.
    """
    practice = Practice.objects.filter(slug=slug).first()
    if practice is None:
        raise NotFound
    with entered(practice.pk):
        if not SignUpPage.objects.filter(is_open=True).exists():
            raise NotFound
    return guest_actor(
        practice.pk, practice.name, time_zone=practice.time_zone, support_email=practice.support_email
    )


def count_request(actor: Actor, whence: str) -> None:
    """Count one request from one place. Raises SlowDown when there were too many. Call it outside of transactions."""
    practice = str(actor.practice_id)
    take_all((FROM_ONE_PLACE, (practice, whence)), (AT_ONE_PRACTICE, (practice,)))
