"""When a login must have a second factor (RELIABILITY section 2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kinfold.domain.identity.queries import has_second_factor
from kinfold.domain.kernel import clock


def second_factor_missing(login_id: UUID | None, required_from: datetime | None) -> bool:
    """Whether a person must set up a second factor before they see health data.

    A practice may postpone it for its set-up week: until `required_from` nobody is stopped.
    """
    if login_id is None or required_from is None or clock.now() < required_from:
        return False
    return not has_second_factor(login_id)
