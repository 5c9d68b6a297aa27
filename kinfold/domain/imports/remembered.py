"""How the columns of a file were matched when it came in, for the next file with the same headings.

Only what somebody decided otherwise than the headings suggest is worth remembering. Headings are kept as a digest: they
are words of another system, and only their likeness matters.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from kinfold.domain.imports.fields import heading_key
from kinfold.domain.imports.models import Import, RememberedMatch
from kinfold.domain.kernel import clock


def recall(whom: str, header: Sequence[str]) -> RememberedMatch | None:
    """What was decided about these headings last time, if anything."""
    return (
        RememberedMatch.objects.filter(whom=whom, headings=_digest(header)).select_related("made_by").first()
    )


def remember(job: Import) -> None:
    """Keep how a file's columns are matched, for the practice."""
    as_suggested = (
        job.mapping == [field for field, _, _ in job.suggested] and not job.date_order and not job.short_years
    )
    if as_suggested and not job.remembered:
        return
    headings = _digest(job.header)
    values = {
        "mapping": job.mapping,
        "date_order": job.date_order,
        "short_years": job.short_years,
        "made_by_id": job.made_by_id,
        "made_at": clock.now(),
    }
    if not RememberedMatch.objects.filter(whom=job.whom, headings=headings).update(**values):
        RememberedMatch.objects.create(whom=job.whom, headings=headings, **values)


def forget(job: Import) -> bool:
    """Go by the headings again next time. Returns whether there was anything to forget."""
    return bool(RememberedMatch.objects.filter(whom=job.whom, headings=_digest(job.header)).delete()[0])


def _digest(header: Sequence[str]) -> str:
    return sha256(json.dumps([heading_key(heading) for heading in header]).encode()).hexdigest()
