"""Deleting clients for good, planning it, taking it back, and carrying out what is due (SPEC U18, 8.11)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from kinfold.domain.access.actors import Actor
from kinfold.domain.access.doors import command
from kinfold.domain.access.permissions import Permission
from kinfold.domain.audit import trail
from kinfold.domain.changes.models import ChangeState
from kinfold.domain.clients.bulk.acts import Act, Choice
from kinfold.domain.clients.bulk.carrying import sorted_out
from kinfold.domain.clients.commands.bulk import change_of, decide
from kinfold.domain.clients.errors import ChangeMovedOn
from kinfold.domain.clients.models import Client, ClientStatus, ScheduledDeletion
from kinfold.domain.clients.visibility import visible_to
from kinfold.domain.kernel import clock
from kinfold.domain.kernel.errors import InvalidInput, NotFound, Problem
from kinfold.domain.kernel.text import checked_reason
from kinfold.domain.practices.queries import zone_here
from kinfold.domain.records.deleting import cancelled
from kinfold.domain.records.erasing import Wish, erase
from kinfold.domain.records.errors import NotPlanned
from kinfold.domain.records.holds import all_held
from kinfold.domain.records.retention import planned_days
from kinfold.domain.team.granting import hold_team


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteClients:
    """Those who were chosen, why, and how many of them can be deleted, typed out where it is more than one."""

    change_id: UUID
    reason: str
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepClients:
    """Whose planned deletion is taken back."""

    client_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DestroyDue:
    """Up to so many of those whose day has come."""

    limit: int


@command(Permission.CLIENTS_DELETE)
def delete_clients(actor: Actor, data: DeleteClients) -> UUID:
    """Delete the chosen clients, only from Archived.

    On whom nothing clinical, billing or signed hangs goes at once and for good. All others are planned for destruction
    on the day that the practice's retention rule says. Raises InvalidInput without a reason, and unless `count` is how
    many can be deleted where that is more than one.
    """
    problems = []
    reason = checked_reason(data.reason)
    if not reason:
        problems.append(Problem("reason", "Say why. The reason is kept when the record is gone."))
    change = change_of(actor, data.change_id)
    if change.kind != Act.DELETE:
        raise NotFound
    if change.state != ChangeState.PREPARED:
        raise ChangeMovedOn
    choice = Choice(reason=reason)
    fit = len(sorted_out(actor, change.id, Act.DELETE, choice)[0])
    if fit > 1 and data.count != fit:
        problems.append(Problem("count", f"Type {fit} to say that you mean all of them."))
    if problems:
        raise InvalidInput(problems)
    return decide(actor, change.id, Act.DELETE, choice, at_once=False)


@command(Permission.CLIENTS_DELETE)
def keep_clients(actor: Actor, data: KeepClients) -> None:
    """Take planned deletions back, all or none. The clients stay archived."""
    wanted = set(data.client_ids)
    if not wanted:
        raise InvalidInput.one("client_ids", "Choose at least one client.")
    hold_team()
    if visible_to(actor).filter(pk__in=wanted).count() != len(wanted):
        raise NotFound
    if ScheduledDeletion.objects.filter(client_id__in=wanted).count() != len(wanted):
        raise NotPlanned
    Client.objects.filter(pk__in=wanted).update(version=F("version") + 1, updated_at=clock.now())
    trail.record_all(actor, cancelled(sorted(wanted)))


@command(Permission.CLIENTS_DELETE)
def destroy_due(actor: Actor, data: DestroyDue) -> tuple[UUID, ...]:
    """Carry out planned deletions whose day has come, in one transaction. Returns whose day was looked at.

    Each is asked again by the rule of now: who is held, active again, or has to be kept for longer stays.
    """
    hold_team()
    now, today = clock.now(), clock.today(zone_here())
    due = ScheduledDeletion.objects.filter(due_on__lte=today).exclude(client_id__in=all_held())
    plans = {plan.client_id: plan for plan in due.order_by("due_on", "id")[: data.limit]}
    if not plans:
        trail.nothing_changed()
        return ()
    asked = {client_id: plan.asked_at.date() for client_id, plan in plans.items()}
    days = planned_days(list(plans), asked)
    archived = set(
        Client.objects.filter(pk__in=plans, status=ClientStatus.ARCHIVED).values_list("id", flat=True)
    )
    wishes = {
        client_id: Wish(plan.asked_by_id, plan.reason)
        for client_id, plan in plans.items()
        if client_id in archived and days[client_id] <= today
    }
    later = [plan for client_id, plan in plans.items() if days[client_id] > today]
    for plan in later:
        plan.due_on = days[plan.client_id]
    ScheduledDeletion.objects.bulk_update(later, ["due_on"])
    active_again = sorted(set(plans) - archived)
    trail.record_all(actor, [*erase(wishes, now), *cancelled(active_again)])
    trail.nothing_changed()  # where all that was due has to wait
    return tuple(plans)
