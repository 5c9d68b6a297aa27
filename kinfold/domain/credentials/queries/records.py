"""One member's credentials: what is on record now, what was, and whether they may take new clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.credentials.days import day_of
from kinfold.domain.credentials.errors import CredentialReplaced
from kinfold.domain.credentials.gate import expired_since, why_no_new_clients
from kinfold.domain.credentials.models import Category, Credential, DegreePeriod, LicenceException, NpiPeriod
from kinfold.domain.credentials.states import ExpiryState, expiry_state, titles
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.team.granting import acting_member
from kinfold.domain.team.models import Member


@dataclass(frozen=True, kw_only=True, slots=True)
class GetCredentials:
    """Of which member."""

    member_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class GetOwnCredentials:
    """One's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindCredential:
    """Which credential."""

    credential_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialRow:
    """A licence or a cover as it stood from `since` until `until`; `until` is None for what is on record now."""

    id: UUID
    category: str
    title: str
    region: str
    number: str
    issued_on: date | None
    expires_on: date | None
    state: ExpiryState
    days_left: int | None
    since: datetime
    until: datetime | None
    made_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NpiRow:
    """An NPI as it was on record."""

    id: UUID
    npi: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DegreeRow:
    """A degree and from which day somebody has had it, as it was on record."""

    id: UUID
    degree: str
    held_from: date | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionRow:
    """An exception for an expired licence; it holds through its last day, or ended before."""

    id: UUID
    reason: str
    made_by: str
    since: datetime
    until: datetime
    last_day: date
    in_force: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialRecord:
    """Everything that is on record about one member, and what was.

    `why_not` is "" when they may take new clients now. `expired_on` is the last day of their latest licence when none
    of theirs holds, also while an exception lets them take clients.
    """

    member_id: UUID
    name: str
    titles: str
    licences: tuple[CredentialRow, ...]
    covers: tuple[CredentialRow, ...]
    npi: NpiRow | None
    degrees: tuple[DegreeRow, ...]
    exceptions: tuple[ExceptionRow, ...]
    earlier: tuple[CredentialRow, ...]
    earlier_npis: tuple[NpiRow, ...]
    earlier_degrees: tuple[DegreeRow, ...]
    expired_on: date | None
    why_not: str

    @property
    def exception(self) -> ExceptionRow | None:
        """The exception that holds now."""
        return next((row for row in self.exceptions if row.in_force), None)

    @property
    def degree(self) -> DegreeRow | None:
        """The degree that counts today."""
        return self.degrees[0] if self.degrees else None

    @property
    def degree_seen(self) -> UUID | None:
        """The newest entry about the degree, by which a change knows what it is based on."""
        newest = max(self.degrees, key=lambda row: (row.since, row.id), default=None)
        return newest.id if newest else None


@query(Permission.MEMBERS_READ)
def get_credentials(actor: Actor, data: GetCredentials) -> CredentialRecord:
    """The credentials of one member, for those who may open the team list. Raises NotFound for anybody else's."""
    return _record(data.member_id)


@query(Permission.LICENCES_MANAGE)
def find_credential(actor: Actor, data: FindCredential) -> tuple[CredentialRecord, CredentialRow]:
    """One credential that is on record, with the record it belongs to, for those who renew and correct.

    Raises NotFound for anybody else's, and CredentialReplaced for one that is not on record any more.
    """
    member_id = Credential.objects.filter(pk=data.credential_id).values_list("member_id", flat=True).first()
    if member_id is None:
        raise NotFound
    record = _record(member_id)
    for row in (*record.licences, *record.covers):
        if row.id == data.credential_id:
            return record, row
    raise CredentialReplaced


@query(None)
def get_own_credentials(actor: Actor, data: GetOwnCredentials) -> CredentialRecord:
    """One's own credentials, for everybody on the team."""
    return _record(acting_member(actor))


def _record(member_id: UUID) -> CredentialRecord:
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotFound
    now = clock.now()
    rows = _rows(member_id, day_of(now))
    current = [row for row in rows if row.until is None]
    licences = tuple(row for row in current if row.category == Category.LICENCE)
    npis = [
        NpiRow(id=npi_id, npi=npi, since=since, until=until)
        for npi_id, npi, since, until in NpiPeriod.objects.filter(member_id=member_id)
        .order_by("-since")
        .values_list("id", "npi", "since", "until")
    ]
    degrees = _degrees(member_id)
    return CredentialRecord(
        member_id=member_id,
        name=member.name,
        titles=titles((row.title, row.state) for row in licences),
        licences=licences,
        covers=tuple(row for row in current if row.category == Category.MALPRACTICE),
        npi=next((row for row in npis if row.until is None), None),
        degrees=tuple(row for row in degrees if row.until is None),
        exceptions=tuple(_exceptions(member_id, now)),
        earlier=tuple(sorted((row for row in rows if row.until), key=_closed, reverse=True)),
        earlier_npis=tuple(row for row in npis if row.until),
        earlier_degrees=tuple(sorted((row for row in degrees if row.until), key=_closed, reverse=True)),
        expired_on=expired_since(now, (member_id,)).get(member_id),
        why_not=why_no_new_clients(now, (member_id,)).get(member_id, ""),
    )


def _closed(row: CredentialRow | DegreeRow) -> tuple[datetime, UUID]:
    return row.until or row.since, row.id


def _rows(member_id: UUID, today: date) -> list[CredentialRow]:
    found = Credential.objects.filter(member_id=member_id).order_by("title", "region", "number", "since")
    return [
        CredentialRow(
            id=row.id,
            category=row.category,
            title=row.title,
            region=row.region,
            number=row.number,
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            state=expiry_state(row.expires_on, today),
            days_left=(row.expires_on - today).days if row.expires_on else None,
            since=row.since,
            until=row.until,
            made_by=row.made_by.name if row.made_by else "",
        )
        for row in found.select_related("made_by")
    ]


def _degrees(member_id: UUID) -> list[DegreeRow]:
    """The latest to begin first."""
    rows = [
        DegreeRow(id=degree_id, degree=degree, held_from=held_from, since=since, until=until)
        for degree_id, degree, held_from, since, until in DegreePeriod.objects.filter(
            member_id=member_id
        ).values_list("id", "degree", "held_from", "since", "until")
    ]
    return sorted(rows, key=lambda row: (row.held_from or date.min, row.since), reverse=True)


def _exceptions(member_id: UUID, now: datetime) -> Iterable[ExceptionRow]:
    rows = LicenceException.objects.filter(member_id=member_id).order_by("-since").select_related("made_by")
    for row in rows:
        yield ExceptionRow(
            id=row.id,
            reason=row.reason,
            made_by=row.made_by.name,
            since=row.since,
            until=row.until,
            last_day=day_of(row.until - timedelta(microseconds=1)),
            in_force=row.since <= now < row.until,
        )
