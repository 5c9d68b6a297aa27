"""The API of billing: what of a session is billed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Query, Router, Schema

from kinfold.domain.billing.queries.contradictions import (
    Contradiction,
    FindContradictions,
    find_contradictions,
)
from kinfold.domain.billing.queries.lines import (
    BillingLine,
    GetBillingLines,
    ListBillingLines,
    get_billing_lines,
    list_billing_lines,
)

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


class ListedBillingLine(BillingLineOut):
    """A line with its session and its client; the client is null where the caller does not see them."""

    session_id: UUID
    client: NamedOut | None


class ListedBillingLines(Schema):
    """Some lines; `next` is what to send as `after` for those that follow."""

    items: list[ListedBillingLine]
    next: UUID | None


class BillingLinesAsked(Schema):
    """Whose lines, of sessions that began from `since` on and before `until`, and which part of the list."""

    clinician: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: UUID | None = None
    limit: int = Field(50, ge=1, le=100)


@router.get(
    "/sessions/{uuid:session_id}/billing", response=BillingLines, summary="The billing lines of a session"
)
def billing_lines(request: ApiRequest, session_id: UUID) -> dict[str, Any]:
    """None while it was not held. The modifier is the one that applies on the day of the session, with its proof."""
    found = get_billing_lines(request.auth, GetBillingLines(session_id=session_id))
    return {"items": [_out(line) for line in found]}


@router.get("/billing-lines", response=ListedBillingLines, summary="The billing lines of all sessions")
def all_billing_lines(request: ApiRequest, asked: Query[BillingLinesAsked]) -> dict[str, Any]:
    """The newest first: the caller's own, or everybody's with the clients whom they see. Needs `billing:own`."""
    found = list_billing_lines(
        request.auth,
        ListBillingLines(
            member_id=asked.clinician,
            since=asked.since,
            until=asked.until,
            after=asked.after,
            limit=asked.limit,
        ),
    )
    items = [
        {
            **_out(line),
            "session_id": line.session_id,
            "client": {"id": line.client_id, "name": line.client} if line.client_id else None,
        }
        for line in found.lines
    ]
    return {"items": items, "next": found.next}


class ContradictionOut(Schema):
    """A role whose modifier stands for another degree than is on record for who holds it."""

    member: NamedOut
    role: str
    modifier: BillingModifier
    sentence: str


class Contradictions(Schema):
    """All of them, by the names of members."""

    items: list[ContradictionOut]


class ContradictionsAsked(Schema):
    """Of which member, and of which role: as it is, or as if it carried another modifier ("" for none)."""

    member: UUID | None = None
    role: UUID | None = None
    modifier: BillingModifier | None = None


@router.get("/modifier-contradictions", response=Contradictions, summary="Where modifiers contradict degrees")
def contradictions(request: ApiRequest, asked: Query[ContradictionsAsked]) -> dict[str, Any]:
    """Look here before changing a role's modifier, or after giving somebody a role. Needs `members:read`."""
    data = FindContradictions(member_id=asked.member, role_id=asked.role, modifier=asked.modifier)
    return {"items": [_contradiction(one) for one in find_contradictions(request.auth, data)]}


def _contradiction(one: Contradiction) -> dict[str, Any]:
    member = {"id": one.member_id, "name": one.name}
    return {"member": member, "role": one.role, "modifier": one.modifier, "sentence": one.sentence}


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
