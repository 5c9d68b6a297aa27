"""A person's place on a practice's team, and how they come to it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class MemberStatus(models.TextChoices):
    """SPEC section 2; what each allows stands in `team.statuses`. Pending people are invitations, not members."""

    ACTIVE = "active", "Active"
    ON_HOLD = "on_hold", "On hold"
    INACTIVE = "inactive", "Inactive"
    ARCHIVED = "archived", "Archived"
    REMOVED = "removed", "Removed"


class Seat(models.Model):
    """Which practice a login works for: the only way from a login to a practice, and one each (SPEC O35)."""

    login = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+")
    practice = models.ForeignKey("practices.Practice", models.PROTECT, related_name="+")
    member_id = models.UUIDField(unique=True)


class Member(TenantModel):
    """A person on the team: status, name and history. Never deleted, so that the name stays in history.

    `status` is the one that holds now, and `hold_until` the end of a hold that has one: ask `team.statuses`, which
    knows that such a hold ends by the clock. The past is in `MemberStatusPeriod`.
    """

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=220)
    email = models.CharField(max_length=254)
    status = models.CharField(max_length=10, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    hold_until = models.DateTimeField(null=True)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    overrides = models.JSONField(default=dict)  # the open periods of MemberOverride, read with each request
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("member"),
            models.UniqueConstraint(
                fields=("practice", "login"), condition=Q(ended_at__isnull=True), name="member_login"
            ),
            models.UniqueConstraint(
                fields=("practice", "email"), condition=Q(ended_at__isnull=True), name="member_email"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "status", "sort_key", "id"), name="member_list"),
        ]

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}".strip()


class MemberStatusPeriod(TenantModel):
    """One period during which a member had a status. Where no period holds, a member is active.

    `planned_until` is the day a hold was to end when it began; `until` is when it did, and is the same from the start
    on, so that the hold ends by the clock. Without `made_by` it was the clock.
    """

    member = TenantForeignKey(Member, related_name="statuses")
    status = models.CharField(max_length=10, choices=MemberStatus.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    planned_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    made_by = TenantForeignKey(Member, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("member_status", "member", "made_by"),
            models.UniqueConstraint(
                fields=("practice", "member"), condition=Q(until__isnull=True), name="member_status_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="member_status_ends_later"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "status", "until"), name="member_status_by_status"),
            models.Index(fields=("practice", "member", "since"), name="member_status_by_member"),
        ]


class MemberRole(TenantModel):
    """One period during which a member held a role."""

    member = TenantForeignKey(Member, related_name="held_roles")
    role = TenantForeignKey("access.Role", related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("member_role", "member", "role"),
            models.UniqueConstraint(
                fields=("practice", "member", "role"),
                condition=Q(until__isnull=True),
                name="member_role_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "role"), name="member_role_role"),
            models.Index(fields=("practice", "member"), name="member_role_member"),  # every request asks
        ]


class MemberOverride(TenantModel):
    """One period during which a permission was switched on or off for one person, whatever their roles say."""

    member = TenantForeignKey(Member, related_name="+")
    permission = models.CharField(max_length=40)
    allowed = models.BooleanField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    set_by = TenantForeignKey(Member, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("member_override", "member", "set_by"),
            models.UniqueConstraint(
                fields=("practice", "member", "permission"),
                condition=Q(until__isnull=True),
                name="member_override_one_open",
            ),
        ]


class InvitationState(models.TextChoices):
    """Each final and kept, except pending. Expired is pending past its date."""

    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    REVOKED = "revoked", "Deleted"


class Invitation(TenantModel):
    """An e-mailed offer of a place on the team; the member exists only once it is accepted."""

    email = models.CharField(max_length=254)
    full_name = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.PENDING)
    nonce = models.CharField(max_length=32)
    token_digest = models.CharField(max_length=64)
    invited_by = TenantForeignKey(Member, related_name="+")
    member = TenantForeignKey(Member, null=True, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("invitation", "invited_by", "member"),
            models.UniqueConstraint(fields=("practice", "token_digest"), name="invitation_token"),
            models.UniqueConstraint(
                fields=("practice", "email"), condition=Q(state="pending"), name="invitation_one_pending"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "state", "created_at"), name="invitation_list"),
        ]

    @property
    def called(self) -> str:
        """The invited person's name, or their address while nobody has said one."""
        return self.full_name or self.email


class InvitationRole(TenantModel):
    """A role that the invited person will hold."""

    invitation = TenantForeignKey(Invitation, related_name="offered_roles")
    role = TenantForeignKey("access.Role", related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("invitation_role", "invitation", "role"),
            models.UniqueConstraint(fields=("practice", "invitation", "role"), name="invitation_role_once"),
        ]


class AdminRequestState(models.TextChoices):
    """Approved and declined are final and kept."""

    PENDING = "pending", "Waits for an owner"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


class AdminRequest(TenantModel):
    """A wish to add somebody as administrator, which an owner decides (SPEC H07–H09)."""

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.CharField(max_length=254)
    state = models.CharField(
        max_length=10, choices=AdminRequestState.choices, default=AdminRequestState.PENDING
    )
    requested_by = TenantForeignKey(Member, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = TenantForeignKey(Member, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    member = TenantForeignKey(Member, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("admin_request", "requested_by", "decided_by", "member"),
            models.UniqueConstraint(
                fields=("practice", "email"), condition=Q(state="pending"), name="admin_request_one_pending"
            ),
        ]

    @property
    def name(self) -> str:
        """First and last name, as shown."""
        return f"{self.first_name} {self.last_name}".strip()


class AdminRequestRole(TenantModel):
    """A role that the new administrator will hold."""

    request = TenantForeignKey(AdminRequest, related_name="wanted_roles")
    role = TenantForeignKey("access.Role", related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("admin_request_role", "request", "role"),
            models.UniqueConstraint(fields=("practice", "request", "role"), name="admin_request_role_once"),
        ]


class SupervisionKind(models.TextChoices):
    """Somebody has one primary supervisor at a time, and any number of secondary ones."""

    PRIMARY = "primary", "Primary"
    SECONDARY = "secondary", "Secondary"


class Supervision(TenantModel):
    """One period during which one member supervised another."""

    supervisor = TenantForeignKey(Member, related_name="supervises")
    supervisee = TenantForeignKey(Member, related_name="supervised_by")
    kind = models.CharField(max_length=10, choices=SupervisionKind.choices, default=SupervisionKind.PRIMARY)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("supervision", "supervisor", "supervisee"),
            models.UniqueConstraint(
                fields=("practice", "supervisor", "supervisee"),
                condition=Q(until__isnull=True),
                name="supervision_one_open",
            ),
            models.UniqueConstraint(
                fields=("practice", "supervisee"),
                condition=Q(until__isnull=True, kind="primary"),
                name="supervision_one_primary",
            ),
            models.CheckConstraint(condition=~Q(supervisor=F("supervisee")), name="supervision_of_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "supervisor", "until"), name="supervision_supervisor"),
            models.Index(fields=("practice", "supervisee", "until"), name="supervision_supervisee"),
        ]


class ApiToken(TenantModel):
    """A key for programs: acts as its member, narrowed to its scopes; the database holds only its digest."""

    member = TenantForeignKey(Member, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    hint = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("api_token", "member"),
            models.UniqueConstraint(fields=("practice", "digest"), name="api_token_digest"),
        ]


class TeamLayout(TenantModel):
    """How one member sees the team list: its columns in order, as `kernel.columns` stores them."""

    member = TenantForeignKey(Member, related_name="+")
    columns = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("team_layout", "member"),
            models.UniqueConstraint(fields=("practice", "member"), name="team_layout_one"),
        ]
