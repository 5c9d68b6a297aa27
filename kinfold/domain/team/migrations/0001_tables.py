"""All tables of team; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("team", "0001_initial"),
        ("team", "0002_member_overrides"),
        ("team", "0003_invitation_message"),
        ("team", "0004_admin_requests"),
        ("team", "0005_status_periods"),
        ("team", "0006_back_after_removal"),
        ("team", "0007_supervision_kind"),
        ("team", "0008_team_layouts"),
    ]

    initial = True

    dependencies = [
        ("access", "0001_tables"),
        ("identity", "__first__"),
        ("practices", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "login",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="practices.practice"
                    ),
                ),
                ("member_id", models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("sort_key", models.CharField(max_length=220)),
                ("email", models.CharField(max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("on_hold", "On hold"),
                            ("inactive", "Inactive"),
                            ("archived", "Archived"),
                            ("removed", "Removed"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("hold_until", models.DateTimeField(null=True)),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("overrides", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "status", "sort_key", "id"], name="member_list")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("practice", "login"),
                        name="member_login",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("practice", "email"),
                        name="member_email",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberStatusPeriod",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statuses", to="team.member"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("on_hold", "On hold"),
                            ("inactive", "Inactive"),
                            ("archived", "Archived"),
                            ("removed", "Removed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("planned_until", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "status", "until"], name="member_status_by_status"),
                    models.Index(fields=["practice", "member", "since"], name="member_status_by_member"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_status_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="member_status_member_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="member_status_made_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member"),
                        name="member_status_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="member_status_ends_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberRole",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_roles",
                        to="team.member",
                    ),
                ),
                (
                    "role",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.role"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "role"], name="member_role_role")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_role_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="member_role_member_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="role", name="member_role_role_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member", "role"),
                        name="member_role_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberOverride",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("permission", models.CharField(max_length=40)),
                ("allowed", models.BooleanField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "set_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_override_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="member_override_member_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="set_by", name="member_override_set_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member", "permission"),
                        name="member_override_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.CharField(max_length=254)),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("revoked", "Deleted"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("token_digest", models.CharField(max_length=64)),
                (
                    "invited_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "state", "created_at"], name="invitation_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="invitation_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="invited_by", name="invitation_invited_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="invitation_member_tenant"),
                    models.UniqueConstraint(fields=("practice", "token_digest"), name="invitation_token"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("practice", "email"),
                        name="invitation_one_pending",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationRole",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "invitation",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offered_roles",
                        to="team.invitation",
                    ),
                ),
                (
                    "role",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.role"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="invitation_role_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="invitation", name="invitation_role_invitation_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="role", name="invitation_role_role_tenant"),
                    models.UniqueConstraint(
                        fields=("practice", "invitation", "role"), name="invitation_role_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdminRequest",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("email", models.CharField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waits for an owner"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "requested_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                (
                    "decided_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="admin_request_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="requested_by", name="admin_request_requested_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="decided_by", name="admin_request_decided_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="admin_request_member_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("practice", "email"),
                        name="admin_request_one_pending",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdminRequestRole",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "request",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wanted_roles",
                        to="team.adminrequest",
                    ),
                ),
                (
                    "role",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.role"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="admin_request_role_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="request", name="admin_request_role_request_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="role", name="admin_request_role_role_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "request", "role"), name="admin_request_role_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "supervisor",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervises",
                        to="team.member",
                    ),
                ),
                (
                    "supervisee",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervised_by",
                        to="team.member",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("primary", "Primary"), ("secondary", "Secondary")],
                        default="primary",
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "supervisor", "until"], name="supervision_supervisor"),
                    models.Index(fields=["practice", "supervisee", "until"], name="supervision_supervisee"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="supervision_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="supervisor", name="supervision_supervisor_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="supervisee", name="supervision_supervisee_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "supervisor", "supervisee"),
                        name="supervision_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "primary"), ("until__isnull", True)),
                        fields=("practice", "supervisee"),
                        name="supervision_one_primary",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("supervisor", models.F("supervisee")), _negated=True),
                        name="supervision_of_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to="team.member"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("digest", models.CharField(max_length=64)),
                ("hint", models.CharField(max_length=8)),
                ("scopes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="api_token_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="api_token_member_tenant"),
                    models.UniqueConstraint(fields=("practice", "digest"), name="api_token_digest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamLayout",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("columns", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="team_layout_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="team_layout_member_tenant"),
                    models.UniqueConstraint(fields=("practice", "member"), name="team_layout_one"),
                ],
            },
        ),
    ]
