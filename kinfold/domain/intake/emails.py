"""What people receive by mail about the sign-up page: that requests wait, and the answer to one."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from kinfold.domain.access.permissions import Permission
from kinfold.domain.messages.kinds import Mail, mail_kind
from kinfold.domain.messages.outbox import enqueue
from kinfold.domain.practices.models import Practice
from kinfold.domain.team.holders import members_who_may
from kinfold.domain.team.models import Member

from .models import RequestState, SignUpRequest


def tell_team(practice_id: UUID) -> None:
    """Queue a mail to everybody who may answer requests. One that still waits to be sent is enough for each."""
    for member_id in sorted(members_who_may(Permission.CLIENTS_ACCEPT)):
        enqueue("intake.waiting", practice_id, member_id)


def tell_asker(practice_id: UUID, request_id: UUID) -> None:
    """Queue the answer to whoever asked."""
    enqueue("intake.answer", practice_id, request_id)


@mail_kind("intake.waiting", "Requests from the sign-up page")
def waiting_mail(practice_id: UUID | None, member_id: UUID) -> Mail | None:
    """To those who may answer, while requests wait. It names nobody: who asks for care is health information."""
    waiting = SignUpRequest.objects.filter(state=RequestState.PENDING).count()
    if practice_id is None or not waiting or member_id not in members_who_may(Permission.CLIENTS_ACCEPT):
        return None
    address = Member.objects.values_list("login__email", flat=True).get(pk=member_id)
    what = "1 request waits" if waiting == 1 else f"{waiting} requests wait"
    return Mail(
        to=address,
        subject="A request waits for an answer",
        text=f"{what} for an answer.\n\nRead and answer here:\n{settings.PUBLIC_URL}{settings.REQUESTS_PATH}\n",
    )


@mail_kind("intake.answer", "Answer to a request")
def answer_mail(practice_id: UUID | None, request_id: UUID) -> Mail | None:
    """To whoever asked, once the practice has answered and wanted them to be told. The reason stays in the practice."""
    asked = SignUpRequest.objects.filter(pk=request_id, tell=True).exclude(state=RequestState.PENDING).first()
    if asked is None or practice_id is None:
        return None
    practice = Practice.objects.get(pk=practice_id)
    said = (
        f"{practice.name} has accepted your request. Somebody will contact you about what comes next."
        if asked.state == RequestState.ACCEPTED
        else f"{practice.name} has read your request and cannot take it on. We are sorry."
    )
    questions = f"\nQuestions? Write to {practice.support_email}\n" if practice.support_email else ""
    return Mail(
        to=asked.email,
        subject=f"Your request to {practice.name}",
        text=f"Hello {asked.first_name},\n\n{said}\n{questions}",
    )
