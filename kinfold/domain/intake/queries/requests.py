"""The requests that wait for an answer, and those that were answered lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.intake.models import RequestState, SignUpRequest
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput

ANSWERED_SHOWN = timedelta(days=30)
PAGE = 50
MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRequests:
    """Those who wait, the newest first, after one of them; or those answered in the last 30 days."""

    answered: bool = False
    only: tuple[UUID, ...] = ()
    after: UUID | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRow:
    """One request. `therapist` is whom they asked for, `answered_by` who answered; both by name, or ""."""

    id: UUID
    state: str
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date
    sex_at_birth: str
    about: str
    therapist_id: UUID | None
    therapist: str
    consent: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    client_id: UUID | None

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestPage:
    """Some requests, how many there are of that kind, and after which one the next page begins."""

    rows: tuple[RequestRow, ...]
    total: int
    next: UUID | None


@query(Permission.CLIENTS_ACCEPT)
def list_requests(actor: Actor, data: ListRequests) -> RequestPage:
    """Requests from the sign-up page, for those who may answer them (U11)."""
    if not 1 <= data.limit <= MOST:
        raise InvalidInput.one("limit", f"Choose 1 to {MOST}.")
    rows = SignUpRequest.objects.filter(state=RequestState.PENDING)
    if data.answered:
        rows = SignUpRequest.objects.filter(answered_at__gt=clock.now() - ANSWERED_SHOWN)
    if data.only:
        rows = rows.filter(pk__in=data.only)
    total = rows.count()
    rows = rows.order_by("-asked_at", "-id")
    # Whoever was answered since keeps their place, so that nobody comes twice.
    beside = SignUpRequest.objects.filter(pk=data.after) if data.after else SignUpRequest.objects.none()
    place = beside.values_list("asked_at", flat=True).first()
    if place is not None:
        # Two requests of the same microsecond go on one page or the other, whichever has the smaller id.
        rows = rows.filter(asked_at__lte=place).exclude(asked_at=place, id__gte=data.after)
    found = list(rows.select_related("therapist", "answered_by")[: data.limit + 1])
    shown = found[: data.limit]
    return RequestPage(
        rows=tuple(_row(asked) for asked in shown),
        total=total,
        next=shown[-1].id if len(found) > data.limit else None,
    )


def _row(asked: SignUpRequest) -> RequestRow:
    return RequestRow(
        id=asked.id,
        state=asked.state,
        first_name=asked.first_name,
        last_name=asked.last_name,
        email=asked.email,
        phone=asked.phone,
        birth_date=asked.birth_date,
        sex_at_birth=asked.sex_at_birth,
        about=asked.about,
        therapist_id=asked.therapist_id,
        therapist=asked.therapist.name if asked.therapist else "",
        consent=asked.consent,
        asked_at=asked.asked_at,
        answered_at=asked.answered_at,
        answered_by=asked.answered_by.name if asked.answered_by else "",
        reason=asked.reason,
        client_id=asked.client_id,
    )
