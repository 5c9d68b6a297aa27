"""Who cares for whom, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, When

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantLeaf, tenant_links

from .people import Client


class AssignmentKind(models.TextChoices):
    """How a clinician is tied to a client (ARCHITECTURE section 4)."""

    PRIMARY = "primary", "Primary therapist"
    DIRECT = "direct", "Direct therapist"
    WALK_IN = "walk_in", "Walk-in"
    COVER = "cover", "Cover"


# A client has one therapist at a time, and `Client.primary` is who that is. Ties of the other kinds stand beside it.
THERAPIST_KINDS = (AssignmentKind.PRIMARY, AssignmentKind.DIRECT)
FURTHER_KINDS = (AssignmentKind.WALK_IN, AssignmentKind.COVER)


class Assignment(TenantLeaf):
    """One period during which a clinician was tied to a client. Closed, never overwritten.

    A walk-in is tied to one session, whose time is `session_at`. A cover stands in for `covers_for`, the client's
    therapist, until a day that is known from the start.
    """

    client = TenantForeignKey(Client, related_name="assignments")
    member = TenantForeignKey("team.Member", related_name="+")
    kind = models.CharField(max_length=10, choices=AssignmentKind.choices)
    level = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    session_at = models.DateTimeField(null=True)
    covers_for = TenantForeignKey("team.Member", null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")
    ended_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantLeaf.Meta):
        constraints: ClassVar = [
            # Who began and who ended it comes from the door; looking both up again was a fifth of a bulk act's links.
            *tenant_links("assignment", "client", "member", "covers_for"),
            # Exactly one primary therapist, or the one therapist of a direct client; all other ties stand beside it.
            # One index holds that and finds the ties of a client: each tie would be written into two.
            models.UniqueConstraint(
                F("practice"),
                F("client"),
                Case(When(until__isnull=True, kind__in=("primary", "direct"), then=1)),
                name="assignment_one_open",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(kind="walk_in") | Q(session_at__isnull=False),
                name="assignment_walk_in_has_session",
            ),
            models.CheckConstraint(
                condition=~Q(kind="cover") | Q(covers_for__isnull=False, until__isnull=False),
                name="assignment_cover_has_end",
            ),
        ]
        indexes: ClassVar = [
            # Nothing in it changes when a tie ends: SQLite then leaves it alone.
            models.Index(fields=("practice", "member"), name="assignment_of_member"),
            models.Index(
                fields=("practice", "member", "kind", "until", "client"),
                name="assignment_further",
                condition=Q(kind__in=("walk_in", "cover")),
            ),
            models.Index(
                fields=("practice", "covers_for", "until"),
                name="assignment_covers_for",
                condition=Q(covers_for__isnull=False),
            ),
        ]
