"""All tables of imports; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("imports", "0001_initial"),
        ("imports", "0002_whom"),
        ("imports", "0003_sheets"),
        ("imports", "0004_remembered_matches"),
        ("imports", "0005_updates"),
    ]

    initial = True

    dependencies = [
        ("changes", "0001_tables"),
        ("clients", "0001_tables"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
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
                    "whom",
                    models.CharField(
                        choices=[("clients", "Clients"), ("members", "Team members")],
                        default="clients",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("encoding", models.CharField(max_length=20)),
                ("delimiter", models.CharField(max_length=1)),
                ("sheet", models.CharField(blank=True, max_length=100)),
                ("sheets", models.JSONField(default=list)),
                ("header", models.JSONField()),
                ("samples", models.JSONField()),
                ("suggested", models.JSONField()),
                ("mapping", models.JSONField()),
                ("date_order", models.CharField(blank=True, max_length=3)),
                ("short_years", models.CharField(blank=True, max_length=6)),
                ("remembered", models.BooleanField(default=False)),
                ("emails_optional", models.BooleanField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("add", "Add new clients"),
                            ("update", "Update clients with the same external ID"),
                            ("both", "Update clients with the same external ID, and add the others"),
                        ],
                        default="add",
                        max_length=10,
                    ),
                ),
                ("erase", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("matching", "Columns to match"),
                            ("reading", "Being read and checked"),
                            ("ready", "Checked"),
                            ("running", "Being imported"),
                            ("done", "Imported"),
                            ("failed", "Failed"),
                            ("undone", "Undone"),
                            ("cancelled", "Discarded"),
                        ],
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("ready", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField(default=0)),
                ("updates", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("fields_changed", models.JSONField(default=dict)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("created", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("with_duplicates", models.BooleanField(default=False)),
                ("tags_made", models.JSONField(default=list)),
                ("members_made", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("problem", models.CharField(blank=True, max_length=300)),
                (
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.changeset",
                    ),
                ),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "made_at", "id"], name="import_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="import_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="import_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="made_by", name="import_made_by_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StagedRows",
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
                    "import_job",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="imports.import"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bad", "To fix"),
                            ("duplicate", "Likely duplicate"),
                            ("update", "Changes a client"),
                            ("ready", "Ready"),
                        ],
                        max_length=10,
                    ),
                ),
                ("start", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("body", models.TextField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="staged_rows_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="import_job", name="staged_rows_import_job_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "import_job", "kind", "start"), name="staged_rows_place"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UpdatedClient",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("before", models.JSONField()),
                ("tags", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "client"], name="updated_client_by_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="updated_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="updated_client_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="updated_client_client_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "change_set", "client"), name="updated_client_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RememberedMatch",
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
                    "whom",
                    models.CharField(
                        choices=[("clients", "Clients"), ("members", "Team members")], max_length=10
                    ),
                ),
                ("headings", models.CharField(max_length=64)),
                ("mapping", models.JSONField()),
                ("date_order", models.CharField(blank=True, max_length=3)),
                ("short_years", models.CharField(blank=True, max_length=6)),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="remembered_match_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="remembered_match_made_by_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "whom", "headings"), name="remembered_match_one"
                    ),
                ],
            },
        ),
    ]
