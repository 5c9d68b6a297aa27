"""How far a client has come with registering, and who acts for them, for those who see their profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import query
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import Client, ClientLogin
from kinfold.domain.clients.queries.opening import record_look
from kinfold.domain.clients.registration import GUARDIAN, KIND
from kinfold.domain.clients.visibility import Level, level_for, visible_to
from kinfold.domain.identity.registration_codes import expiries
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import NotFound
from kinfold.domain.kernel.periods import stands


@dataclass(frozen=True, kw_only=True, slots=True)
class GetClientLogins:
    """Of which client."""

    client_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ActingRow:
    """Somebody who acts, acted or is to act for a client.

    `state` is active, planned, waiting (for them to register) or ended. `relationship` is self, parent, guardian,
    caregiver or other; `registered`: they have a login; `code_until` is set while a code waits to be used.
    """

    id: UUID
    name: str
    email: str
    relationship: str
    since: datetime
    until: datetime | None
    state: str
    registered: bool
    code_until: datetime | None
    added_by: str
    ended_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientLogins:
    """`registration` is none, sent, expired or registered, as the lists show it and are narrowed down by.

    `code_until`: when the newest code expires, or did.
    """

    registration: str
    code_until: datetime | None
    acting: tuple[ActingRow, ...]


@query(Permission.CLIENTS_PROFILE, records=True)
def get_client_logins(actor: Actor, data: GetClientLogins) -> ClientLogins:
    """A client's registration and who acts for them, the newest first. Raises NotFound unless the profile is seen.

    It is a part of the record, so the look is recorded like one at all of it.
    """
    client = visible_to(actor).filter(pk=data.client_id).first()
    if client is None or (level := level_for(actor, data.client_id)) < Level.FACE_SHEET:
        raise NotFound
    now = clock.now()
    rows = list(
        ClientLogin.objects.filter(client=client)
        .select_related("made_by", "ended_by")
        .order_by("-since", "-id")
    )
    codes = expiries(GUARDIAN, [row.id for row in rows if row.login_id is None])
    own = expiries(KIND, [client.id]).get(client.id)
    record_look(actor, client.id, level)
    return ClientLogins(
        registration=client.registration,
        code_until=own,
        acting=tuple(_row(row, client, now, codes.get(row.id)) for row in rows),
    )


def _row(row: ClientLogin, client: Client, now: datetime, code_until: datetime | None) -> ActingRow:
    state = stands(row.since, row.until, now)
    if state == "active" and row.login_id is None:
        state = "waiting"
    return ActingRow(
        id=row.id,
        name=row.full_name or f"{client.first_name} {client.last_name}".strip(),
        email=row.email or client.email,
        relationship=row.relationship,
        since=row.since,
        until=row.until,
        state=state,
        registered=row.login_id is not None,
        code_until=code_until if state in {"waiting", "planned"} else None,
        added_by=row.made_by.name if row.made_by else "",
        ended_by=row.ended_by.name if row.ended_by else "",
    )
