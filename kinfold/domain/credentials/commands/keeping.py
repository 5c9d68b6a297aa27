"""Writing down what entitles somebody to practise: licences, malpractice cover, NPI and degree (SPEC 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.audit.sentences import says
from kinfold.domain.credentials.checking import checked_begin, checked_credential, checked_npi
from kinfold.domain.credentials.days import day_of
from kinfold.domain.credentials.errors import CredentialKnown, CredentialReplaced, NpiOfAnother
from kinfold.domain.credentials.models import Category, Credential, Degree, DegreePeriod, NpiPeriod
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, StaleVersion
from kinfold.domain.team.granting import hold_team
from kinfold.domain.team.models import Member

says(
    credential__added="wrote down a credential of a team member",
    credential__replaced="renewed or corrected a credential of a team member",
    credential__removed="removed a credential of a team member",
    npi__recorded="wrote down a team member's NPI",
    degree__recorded="wrote down a team member's degree",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AddCredential:
    """A licence or a malpractice cover of a member; days as YYYY-MM-DD.

    `category` is "licence" or "malpractice"; `title` the type of the licence or the insurer; `region`, the issuing
    state or country, belongs to licences. A licence without `expires_on` never expires.
    """

    member_id: UUID
    category: str
    title: str
    number: str
    region: str = ""
    issued_on: str = ""
    expires_on: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplaceCredential:
    """The credential as it stands now, renewed or corrected, instead of the one that was on record."""

    credential_id: UUID
    title: str
    number: str
    region: str = ""
    issued_on: str = ""
    expires_on: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoveCredential:
    """Which credential is not to be on record any more."""

    credential_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordNpi:
    """A member's NPI, "" for none. `seen` is the entry on record when it was read, None when there was none."""

    member_id: UUID
    npi: str
    seen: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordDegree:
    """A member's degree: "none", "bachelors", "masters" or "doctoral".

    It counts from the day `held_from` on; without it, for all time here, whatever was on record. `seen` is as in
    `RecordNpi`.
    """

    member_id: UUID
    degree: str
    held_from: str = ""
    seen: UUID | None = None


@command(Permission.LICENCES_MANAGE)
def add_credential(actor: Actor, data: AddCredential) -> UUID:
    """Write down a licence or a cover. Returns its id. Raises InvalidInput, and CredentialKnown for one on record."""
    hold_team()
    member_id = _on_record(data.member_id)
    if data.category not in Category.values:
        raise InvalidInput.one("category", "Choose license or malpractice coverage.")
    category = Category(data.category)
    now = clock.now()
    fields = checked_credential(category, data, day_of(now))
    _refuse_known(member_id, category, fields)
    added = Credential.objects.create(
        origin=uuid4(),
        member_id=member_id,
        category=category,
        since=now,
        made_by_id=actor.member_id,
        **fields,
    )
    _record(actor, "credential.added", added)
    return added.id


@command(Permission.LICENCES_MANAGE)
def replace_credential(actor: Actor, data: ReplaceCredential) -> UUID:
    """Renew or correct a credential; what stood there stays in the history. Returns the id of the new entry."""
    hold_team()
    earlier = _open_credential(data.credential_id)
    category = Category(earlier.category)
    now = clock.now()
    fields = checked_credential(category, data, day_of(now))
    if all(getattr(earlier, field) == value for field, value in fields.items()):
        trail.nothing_changed()
        return earlier.id
    _refuse_known(earlier.member_id, category, fields, besides=earlier.id)
    Credential.objects.filter(pk=earlier.pk).update(until=now)
    renewed = Credential.objects.create(
        origin=earlier.origin,
        member_id=earlier.member_id,
        category=category,
        since=now,
        made_by_id=actor.member_id,
        **fields,
    )
    _record(actor, "credential.replaced", renewed, instead_of=str(earlier.id))
    return renewed.id


@command(Permission.LICENCES_MANAGE)
def remove_credential(actor: Actor, data: RemoveCredential) -> None:
    """Take a credential off the record. It stays in the history."""
    hold_team()
    credential = _open_credential(data.credential_id)
    Credential.objects.filter(pk=credential.pk).update(until=clock.now())
    _record(actor, "credential.removed", credential)


@command(Permission.LICENCES_MANAGE)
def record_npi(actor: Actor, data: RecordNpi) -> None:
    """Write down a member's NPI, or that they have none. Raises InvalidInput for a wrong digit, and NpiOfAnother."""
    npi = checked_npi(data.npi)
    hold_team()
    member_id = _on_record(data.member_id)
    current = NpiPeriod.objects.filter(member_id=member_id, until__isnull=True)
    before = current.first()
    if (before.npi if before else "") == npi:
        trail.nothing_changed()
        return
    if (before.id if before else None) != data.seen:
        raise StaleVersion
    if NpiPeriod.objects.filter(npi=npi, until__isnull=True).exclude(member_id=member_id).exists():
        raise NpiOfAnother
    now = clock.now()
    current.update(until=now)
    if npi:
        NpiPeriod.objects.create(member_id=member_id, npi=npi, since=now)
    trail.record(actor, "npi.recorded", subject=("member", member_id), fields=["npi"])


@command(Permission.LICENCES_MANAGE)
def record_degree(actor: Actor, data: RecordDegree) -> None:
    """Write down from which day a member has had which degree; what was said about that time before is replaced."""
    if data.degree not in Degree.values:
        raise InvalidInput.one("degree", "Choose a degree.")
    now = clock.now()
    try:
        held_from = checked_begin(data.held_from, day_of(now))
    except ValueError as error:
        raise InvalidInput.one("held_from", str(error)) from None
    if held_from and held_from > day_of(now):
        raise InvalidInput.one("held_from", "Choose today or an earlier day.")
    hold_team()
    member_id = _on_record(data.member_id)
    known = DegreePeriod.objects.filter(member_id=member_id, until__isnull=True)
    newest = known.order_by("-since", "-id").first()
    if known.filter(degree=data.degree, held_from=held_from).exists():
        trail.nothing_changed()
        return
    if (newest.id if newest else None) != data.seen:
        raise StaleVersion
    replaced = known if held_from is None else known.filter(Q(held_from__gte=held_from))
    replaced.update(until=now)
    DegreePeriod.objects.create(member_id=member_id, degree=data.degree, held_from=held_from, since=now)
    trail.record(actor, "degree.recorded", subject=("member", member_id), fields=["degree", "held_from"])


def _on_record(member_id: UUID) -> UUID:
    """A member whose record is kept: also of somebody archived, who may come back."""
    if not Member.objects.filter(pk=member_id, ended_at__isnull=True).exists():
        raise NotFound
    return member_id


def _open_credential(credential_id: UUID) -> Credential:
    credential = Credential.objects.filter(pk=credential_id, member__ended_at__isnull=True).first()
    if credential is None:
        raise NotFound
    if credential.until is not None:
        raise CredentialReplaced
    return credential


def _refuse_known(
    member_id: UUID, category: Category, fields: dict[str, Any], besides: UUID | None = None
) -> None:
    same = {name: fields[name] for name in ("title", "region", "number")}
    known = Credential.objects.filter(member_id=member_id, category=category, until__isnull=True, **same)
    if set(known.values_list("id", flat=True)) - {besides}:
        raise CredentialKnown


def _record(actor: Actor, action: str, credential: Credential, **more: str) -> None:
    detail = {"credential": str(credential.id), "category": credential.category, **more}
    trail.record(actor, action, subject=("member", credential.member_id), detail=detail)
