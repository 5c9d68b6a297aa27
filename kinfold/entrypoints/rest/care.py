"""The API of care: sessions, their notes, and clients' levels of risk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from kinfold.domain.care.commands.notes import (
    CosignNote,
    SignNote,
    StartNote,
    cosign_note,
    sign_note,
    start_note,
)
from kinfold.domain.care.commands.risk import SetRisk, set_risk
from kinfold.domain.care.commands.sessions import (
    BookSession,
    ChangeSession,
    ChangeSessionStatus,
    book_session,
    change_session,
    change_session_status,
)
from kinfold.domain.care.finding import Finder
from kinfold.domain.care.queries.figures import GetMemberFigures, get_member_figures
from kinfold.domain.care.queries.listing import (
    GetSession,
    ListSessions,
    SessionView,
    get_session,
    list_sessions,
)
from kinfold.domain.care.queries.risk import GetRisk, get_risk

from .care_schemas import (
    MemberFiguresOut,
    NoteIn,
    RiskIn,
    RiskOut,
    SessionChange,
    SessionFilter,
    SessionIn,
    SessionList,
    SessionOut,
    SessionStatusIn,
    session_out,
)
from .core import ApiRequest, etag, idempotency_key, if_match
from .team_schemas import Made

router = Router(tags=["care"])


@router.get("/sessions", response=SessionList, summary="Sessions")
def sessions(request: ApiRequest, filters: Query[SessionFilter]) -> dict[str, Any]:
    """Those whom the caller may see: of clients whose record they may open, and their own. The last one first, except
    upcoming ones and notes that wait."""
    found = list_sessions(
        request.auth,
        ListSessions(
            view=SessionView(filters.view),
            member_id=filters.clinician,
            client_id=filters.client,
            status=filters.status or "",
            note=filters.note or "",
            after=filters.after,
            before=filters.before,
            limit=filters.limit,
        ),
    )
    items = [session_out(row) for row in found.rows]
    return {"items": items, "next": found.next, "previous": found.previous}


@router.post("/sessions", response={201: Made}, summary="Book or record a session")
def book(request: ApiRequest, body: SessionIn) -> Status[dict[str, Any]]:
    """With a practice client who is somebody else's it is a walk-in: it shows its clinician that session, name, contact
    and risk. Another clinician's session needs `sessions:manage`."""
    given = body.dict()
    find = given.pop("find")
    data = BookSession(**given, find=Finder(**find) if find else None)
    return Status(201, {"id": book_session(request.auth, data, once=idempotency_key(request))})


@router.get("/sessions/{uuid:session_id}", response=SessionOut, summary="One session")
def session(request: ApiRequest, response: HttpResponse, session_id: UUID) -> dict[str, Any]:
    """The ETag is for changes."""
    return _session(request, response, session_id)


@router.patch("/sessions/{uuid:session_id}", response=SessionOut, summary="Change a session")
def change(
    request: ApiRequest, response: HttpResponse, session_id: UUID, body: SessionChange
) -> dict[str, Any]:
    """Needs If-Match; a conflict means that somebody else saved first, or that the note is signed."""
    data = ChangeSession(session_id=session_id, version=if_match(request), **body.dict())
    change_session(request.auth, data)
    return _session(request, response, session_id)


@router.post(
    "/sessions/{uuid:session_id}/status", response={204: None}, summary="Say what became of a session"
)
def status(request: ApiRequest, session_id: UUID, body: SessionStatusIn) -> Status[None]:
    """A cancelled session stays cancelled, and a session with a note was held."""
    data = ChangeSessionStatus(session_id=session_id, status=body.status)
    change_session_status(request.auth, data, once=idempotency_key(request))
    return Status(204, None)


@router.post("/sessions/{uuid:session_id}/note", response={204: None}, summary="Begin or sign a note")
def note(request: ApiRequest, session_id: UUID, body: NoteIn) -> Status[None]:
    """Of a session that the caller held. Kinfold keeps that a note is signed, not what it says."""
    if body.state == "signed":
        sign_note(request.auth, SignNote(session_id=session_id), once=idempotency_key(request))
    else:
        start_note(request.auth, StartNote(session_id=session_id), once=idempotency_key(request))
    return Status(204, None)


@router.post("/sessions/{uuid:session_id}/cosign", response={204: None}, summary="Co-sign a note")
def cosign(request: ApiRequest, session_id: UUID) -> Status[None]:
    """Of somebody whom the caller supervises now."""
    cosign_note(request.auth, CosignNote(session_id=session_id), once=idempotency_key(request))
    return Status(204, None)


@router.get("/clients/{uuid:client_id}/risk", response=RiskOut, summary="A client's level of risk")
def risk(request: ApiRequest, client_id: UUID) -> Any:
    """Now, and in the record who set which level when and why. The look is recorded as one at the client."""
    return get_risk(request.auth, GetRisk(client_id=client_id))


@router.put("/clients/{uuid:client_id}/risk", response=RiskOut, summary="Set a client's level of risk")
def change_risk(request: ApiRequest, client_id: UUID, body: RiskIn) -> Any:
    """What was said before stays in the history."""
    set_risk(request.auth, SetRisk(client_id=client_id, level=body.level, reason=body.reason))
    return get_risk(request.auth, GetRisk(client_id=client_id))


@router.get(
    "/members/{uuid:member_id}/figures", response=MemberFiguresOut, summary="The figures of a clinician"
)
def figures(request: ApiRequest, member_id: UUID) -> Any:
    """Caseload, sessions and notes, of whom the caller may see. Their sessions are at `/sessions?clinician=`."""
    return get_member_figures(request.auth, GetMemberFigures(member_id=member_id))


def _session(request: ApiRequest, response: HttpResponse, session_id: UUID) -> dict[str, Any]:
    row = get_session(request.auth, GetSession(session_id=session_id))
    response["ETag"] = etag(row.version)
    return session_out(row)
