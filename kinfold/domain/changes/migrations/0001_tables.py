"""All tables of changes; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("changes", "0001_initial"), ("changes", "0002_states")]

    initial = True

    dependencies = [
        ("practices", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeSet",
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
                ("kind", models.CharField(max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Not done yet"),
                            ("running", "At work"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("failed", "Not done"),
                        ],
                        max_length=10,
                    ),
                ),
                ("choice", models.JSONField(default=dict)),
                ("made_by_id", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("undo_until", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by_id", models.UUIDField(null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("rows_kept", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "made_at", "id"], name="change_set_list")],
                "constraints": [models.UniqueConstraint(fields=("practice", "id"), name="change_set_tenant")],
            },
        ),
    ]
