"""Sending many clients a registration code by mail, and ending codes that were sent (SPEC U23, U41, U43)."""

from __future__ import annotations

from kinfold.domain.audit.trail import Event
from kinfold.domain.clients.bulk.acts import Left, Work, archived_already
from kinfold.domain.clients.bulk.outcomes import Outcome
from kinfold.domain.clients.models import Client, Registration
from kinfold.domain.clients.registration import KIND, hand_out
from kinfold.domain.identity import registration_codes
from kinfold.domain.kernel.many import blocks


def not_reached(work: Work) -> Left:
    """Those whom no code can be given, and those who have no address to mail it to."""
    left = without_code(work)
    for ids in blocks(work.ids):
        for client_id in Client.objects.filter(pk__in=ids, email="").values_list("id", flat=True):
            left.setdefault(client_id, Outcome.NO_EMAIL)
    return left


def without_code(work: Work) -> Left:
    """Archived and registered clients, and those whose date of birth is not known: it is asked for with the code."""
    left = archived_already(work)
    for ids in blocks(work.ids):
        rows = Client.objects.filter(pk__in=ids).values_list("id", "registration", "birth_date")
        for client_id, registration, birth_date in rows:
            if registration == Registration.REGISTERED:
                left.setdefault(client_id, Outcome.REGISTERED)
            elif birth_date is None:
                left.setdefault(client_id, Outcome.NO_BIRTH_DATE)
    return left


def send(work: Work) -> list[Event]:
    """Mail each of them a fresh code; codes from before end."""
    clients = [client for ids in blocks(work.ids) for client in Client.objects.filter(pk__in=ids)]
    hand_out(work.actor.practice_id, clients, mailed=True, at=work.now)
    work.write(registration=Registration.SENT)
    return [Event("client_code.sent", ("client", row.client_id), detail=work.detail()) for row in work.rows]


def replaced_since(work: Work) -> Left:
    """Those whose code is another one by now, printed for them or sent again: that one stays good."""
    left: Left = {}
    for ids in blocks(work.ids):
        codes = registration_codes.issued_at(KIND, ids)
        left |= {
            client_id: Outcome.SINCE_CHANGED for client_id, issued in codes.items() if issued != work.done_at
        }
    return left


def undo_sending(work: Work) -> list[Event]:
    """End the codes that were sent."""
    for ids in blocks(work.ids):
        registration_codes.end(KIND, ids)
    work.write(registration=Registration.NONE)
    return [Event("client_code.ended", ("client", row.client_id), detail=work.detail()) for row in work.rows]
