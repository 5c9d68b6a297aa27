"""What archiving ends besides assignments, and what it leaves that nobody can change afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.care.models import UNFINISHED, Session, SessionStatus
from kinfold.domain.changes.models import ChangeState
from kinfold.domain.clients.bulk.acts import Act, Choice
from kinfold.domain.clients.bulk.carrying import sorted_out
from kinfold.domain.clients.commands.bulk import change_of
from kinfold.domain.clients.errors import ChangeMovedOn
from kinfold.domain.clients.models import Assignment, AssignmentKind, ClientLogin
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.many import blocks
from kinfold.domain.kernel.periods import holds


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewArchiving:
    """Which act of archiving that waits to be carried out."""

    change_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivingOutlook:
    """Of the clients who can be archived: sessions to come, which are cancelled, and past ones of which nobody has said
    what became of them; notes that are not signed, covers that end, and people who sign in for them.
    """

    booked: int
    unsaid: int
    unsigned: int
    covers: int
    sign_ins: int


@query(Permission.CLIENTS_ARCHIVE)
def preview_archiving(actor: Actor, data: PreviewArchiving) -> ArchivingOutlook:
    """What archiving the chosen clients would leave or end, besides their assignments."""
    change = change_of(actor, data.change_id)
    if change.kind != Act.ARCHIVE:
        raise NotFound
    if change.state != ChangeState.PREPARED:
        raise ChangeMovedOn
    ids = [row.client_id for row in sorted_out(actor, change.id, Act.ARCHIVE, Choice())[0]]
    now = clock.now()
    booked = unsaid = unsigned = covers = sign_ins = 0
    for some in blocks(ids):
        sessions = Session.objects.filter(client_id__in=some)
        scheduled = sessions.filter(status=SessionStatus.SCHEDULED)
        booked += scheduled.filter(starts_at__gt=now).count()
        unsaid += scheduled.filter(starts_at__lte=now).count()
        unsigned += sessions.filter(status=SessionStatus.COMPLETED, note__in=UNFINISHED).count()
        ties = Assignment.objects.filter(client_id__in=some, kind=AssignmentKind.COVER, until__gt=now)
        covers += ties.count()
        acting = ClientLogin.objects.filter(holds(now), client_id__in=some, login__isnull=False)
        sign_ins += acting.count()
    return ArchivingOutlook(booked=booked, unsaid=unsaid, unsigned=unsigned, covers=covers, sign_ins=sign_ins)
