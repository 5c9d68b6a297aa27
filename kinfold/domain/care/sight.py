"""Who sees which sessions: the one definition behind lists, pages, commands, figures and the API (SPEC 8.1, 8.2).

A session is seen by whoever may see the client's whole record; by the clinician who holds it, whose it stays when the
client goes on with somebody else; as a walk-in by those whom the walk-in shows the client; and by a supervisor whose
co-signature it waits for. Seeing a session does not show the client: a name stands beside it only where the client
is visible too.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.clients.models import AssignmentKind
from kinfold.domain.clients.visibility import Viewer, charts_open_to, further_ties, members_reached, viewer_of
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.periods import holds
from kinfold.domain.team.models import Supervision

from .models import NoteState, Session


def sessions_seen_by(actor: Actor) -> QuerySet[Session]:
    """The sessions whom an actor may see now. Every look at sessions starts here."""
    if actor.member_id is None or not actor.may(Permission.SESSIONS_SEE):
        return Session.objects.none()
    return Session.objects.filter(
        charts_open_to(actor, "client__")
        | Q(member_id=actor.member_id)
        | _walk_ins(actor)
        | waiting_for(actor)
    )


def waiting_for(actor: Actor) -> Q:
    """The sessions whose notes wait for this actor's co-signature."""
    if not actor.may(Permission.NOTES_COSIGN):
        return Q(pk__in=())
    supervised = Supervision.objects.filter(holds(clock.now()), supervisor_id=actor.member_id)
    return Q(note=NoteState.SIGNED, wants_cosignature=True, member_id__in=supervised.values("supervisee_id"))


def _walk_ins(actor: Actor) -> Q:
    viewer = viewer_of(actor)
    if viewer is None:
        return Q(pk__in=())
    by_ties = Viewer(viewer.member_id, viewer.permissions - {Permission.CLIENTS_SEE_ALL})
    reached = members_reached(by_ties) or frozenset()
    shown = further_ties(reached, clock.now()).filter(
        kind=AssignmentKind.WALK_IN,
        client_id=OuterRef("client_id"),
        member_id=OuterRef("member_id"),
        session_at=OuterRef("starts_at"),
    )
    return Q(Exists(shown), walk_in=True, member_id__in=reached)
