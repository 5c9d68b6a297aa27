"""All tables of exports; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("exports", "0001_initial"), ("exports", "0002_of_all")]

    initial = True

    dependencies = [
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("file_format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "Excel")], max_length=4)),
                ("everything", models.BooleanField()),
                ("of_all", models.BooleanField(default=False)),
                ("wanted", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Not made"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "made_by", "made_at", "id"], name="export_of_member")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="export_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="made_by", name="export_made_by_tenant"),
                ],
            },
        ),
    ]
