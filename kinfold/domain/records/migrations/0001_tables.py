"""All tables of records; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("records", "0001_retention_and_holds"), ("records", "0002_merges")]

    initial = True

    dependencies = [
        ("changes", "0001_tables"),
        ("clients", "0001_tables"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionPeriod",
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
                ("adult_years", models.PositiveSmallIntegerField()),
                ("minor_years", models.PositiveSmallIntegerField()),
                ("majority", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
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
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="retention_period_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="retention_period_made_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice",),
                        name="retention_period_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="retention_period_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
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
                ("reason", models.CharField(max_length=300)),
                (
                    "set_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "lifted_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("lifted_reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "client", "since"], name="legal_hold_by_client")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="legal_hold_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="legal_hold_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="set_by", name="legal_hold_set_by_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="lifted_by", name="legal_hold_lifted_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "client"),
                        name="legal_hold_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
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
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "kept",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
                ("kept_then_id", models.UUIDField()),
                ("gone_id", models.UUIDField()),
                ("merged_at", models.DateTimeField()),
                ("removed", models.JSONField(default=list)),
                ("moved", models.JSONField(default=list)),
                ("closed", models.JSONField(default=list)),
                ("before", models.JSONField(default=dict)),
                ("left", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "merged_at", "id"], name="merge_list"),
                    models.Index(fields=["practice", "kept"], name="merge_by_client"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="merge_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="merge_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="kept", name="merge_kept_tenant"),
                ],
            },
        ),
    ]
