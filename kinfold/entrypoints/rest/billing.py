"""The API of billing: what of a session is billed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema

from kinfold.domain.billing.queries.lines import BillingLine, GetBillingLines, get_billing_lines

from .client_schemas import NamedOut
from .core import ApiRequest

router = Router(tags=["billing"])

BillingModifier = Literal["", "HN", "HO", "HP"]


class DecidingRoleOut(Schema):
    """The role that gives the modifier, and when the clinician held it.

    It has carried the modifier since `carried_since`, from its beginning where that is null, until `carried_until`.
    """

    name: str
    modifier: BillingModifier
    held_since: datetime
    held_until: datetime | None
    carried_since: datetime | None
    carried_until: datetime | None


class ModifierProof(Schema):
    """Why the modifier applies. `degree` is the one on record for the day, "" for none; `warning` is "" for none."""

    role: DecidingRoleOut | None
    degree: Literal["", "none", "bachelors", "masters", "doctoral"]
    degree_from: date | None
    because: str
    warning: str


class BillingLineOut(Schema):
    """One line of a bill. `npi` is the clinician's, "" where none is on record."""

    day: date
    minutes: int
    service_code: str
    modifier: BillingModifier
    meaning: str
    clinician: NamedOut
    npi: str
    proof: ModifierProof


class BillingLines(Schema):
    """The lines of a session."""

    items: list[BillingLineOut]


@router.get(
    "/sessions/{uuid:session_id}/billing", response=BillingLines, summary="The billing lines of a session"
)
def billing_lines(request: ApiRequest, session_id: UUID) -> dict[str, Any]:
    """None while it was not held. The modifier is the one that applies on the day of the session, with its proof."""
    found = get_billing_lines(request.auth, GetBillingLines(session_id=session_id))
    return {"items": [_out(line) for line in found]}


def _out(line: BillingLine) -> dict[str, Any]:
    return {
        "day": line.day,
        "minutes": line.minutes,
        "service_code": line.service_code,
        "modifier": line.proof.modifier,
        "meaning": line.proof.meaning,
        "clinician": {"id": line.member_id, "name": line.clinician},
        "npi": line.npi,
        "proof": line.proof,
    }
