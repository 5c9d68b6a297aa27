"""Who may do what with which file, and what a file can bring to the practice that was entered."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.permissions import Permission
from kinfold.domain.imports import first_passwords
from kinfold.domain.imports.errors import NotWaiting
from kinfold.domain.imports.fields import FIELDS, FIELDS_WITH_PASSWORDS, MEMBER_FIELDS, Field
from kinfold.domain.imports.models import Import, ImportState, Mode, Whom
from kinfold.domain.kernel.errors import InvalidInput, NotAllowed, NotFound

WAITING = (ImportState.MATCHING, ImportState.READY)


def admit_to_mode(actor: Actor, job: Import) -> None:
    """Refuse updating clients from whoever may not edit any, and for files of team members."""
    if job.mode not in Mode.values:
        raise InvalidInput.one("mode", "A file adds clients, updates them, or both.")
    if job.mode != Mode.ADD and job.whom == Whom.MEMBERS:
        raise InvalidInput.one("mode", "A file of team members only adds members.")
    if job.mode != Mode.ADD and not actor.may(Permission.CLIENTS_CHANGE):
        raise NotAllowed


def admit_to(actor: Actor, whom: str) -> None:
    """Refuse a file of team members from whoever may not add any; the doors have asked about files."""
    if whom not in Whom.values:
        raise InvalidInput.one("whom", "A file brings clients or members.")
    if whom == Whom.MEMBERS and not actor.may(Permission.MEMBERS_INVITE):
        raise NotAllowed


def fields_for(whom: str) -> tuple[Field, ...]:
    """What the columns of a file can become in the practice that was entered."""
    if whom == Whom.MEMBERS:
        return MEMBER_FIELDS
    return FIELDS_WITH_PASSWORDS if first_passwords.are_taken() else FIELDS


def imports_of(actor: Actor) -> QuerySet[Import]:
    """The imports an actor may see: their own, or all where they see all clients.

    Files of members are for those who may add some, and files that update clients for those who may edit them.
    """
    jobs = Import.objects.all()
    if not actor.may(Permission.MEMBERS_INVITE):
        jobs = jobs.exclude(whom=Whom.MEMBERS)
    if not actor.may(Permission.CLIENTS_CHANGE):
        jobs = jobs.filter(mode=Mode.ADD)
    return jobs if actor.may(Permission.CLIENTS_SEE_ALL) else jobs.filter(made_by_id=actor.member_id)


def waiting(actor: Actor, import_id: UUID) -> Import:
    """A file that waits for a decision. Raises NotFound, and NotWaiting when it is at work or done with."""
    job = imports_of(actor).filter(pk=import_id).first()
    if job is None:
        raise NotFound
    if job.state not in WAITING:
        raise NotWaiting
    return job
