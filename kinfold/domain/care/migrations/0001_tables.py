"""All tables of care; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("care", "0001_sessions"), ("care", "0002_risk"), ("care", "0003_cancelled_with_archiving")]

    initial = True

    dependencies = [
        ("changes", "0001_tables"),
        ("clients", "0001_tables"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
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
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("walk_in", models.BooleanField(default=False)),
                ("starts_at", models.DateTimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("no_show", "No-show"),
                        ],
                        max_length=10,
                    ),
                ),
                ("service_code", models.CharField(blank=True, max_length=20)),
                (
                    "note",
                    models.CharField(
                        choices=[
                            ("none", "No note yet"),
                            ("draft", "Draft"),
                            ("signed", "Signed"),
                            ("cosigned", "Co-signed"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("wants_cosignature", models.BooleanField(default=False)),
                (
                    "signed_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "cosigned_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("cosigned_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "booked_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "cancelled_with",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.changeset",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "starts_at", "id"], name="session_by_time"),
                    models.Index(fields=["practice", "member", "starts_at", "id"], name="session_by_member"),
                    models.Index(fields=["practice", "client", "starts_at", "id"], name="session_by_client"),
                    models.Index(
                        fields=["practice", "status", "note", "starts_at", "id"], name="session_by_note"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="session_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="session_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="session_member_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="signed_by", name="session_signed_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="cosigned_by", name="session_cosigned_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="booked_by", name="session_booked_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="cancelled_with", name="session_cancelled_with_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "cancelled"), _negated=True),
                        fields=("practice", "client", "member", "starts_at"),
                        name="session_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", "none"), ("status", "completed"), _connector="OR"),
                        name="session_note_of_a_held_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note__in", ("none", "draft")), ("signed_at__isnull", True)),
                            models.Q(("note__in", ("signed", "cosigned")), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="session_signed_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("note", "cosigned"), ("cosigned_at__isnull", True), _connector="OR"
                        ),
                        name="session_cosigned_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Risk",
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
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("low", "Low"),
                            ("moderate", "Moderate"),
                            ("high", "High"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "set_by",
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
                "indexes": [models.Index(fields=["practice", "client", "since"], name="risk_by_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="risk_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="risk_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="set_by", name="risk_set_by_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "client"),
                        name="risk_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="risk_ends_after_start",
                    ),
                ],
            },
        ),
    ]
