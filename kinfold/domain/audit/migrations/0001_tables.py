"""All tables of audit; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("audit", "0001_initial")]

    initial = True

    dependencies = [
        ("practices", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
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
                ("number", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="audit_head_tenant"),
                    models.UniqueConstraint(fields=("practice",), name="audit_head_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
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
                ("number", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=60)),
                ("outcome", models.CharField(max_length=10)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("token_id", models.UUIDField(null=True)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField(null=True)),
                ("detail_digest", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "subject_id", "number"], name="audit_entry_subject"),
                    models.Index(fields=["practice", "actor_id", "number"], name="audit_entry_actor"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="audit_entry_tenant"),
                    models.UniqueConstraint(fields=("practice", "number"), name="audit_entry_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditDetail",
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
                ("number", models.PositiveBigIntegerField()),
                ("salt", models.CharField(max_length=32)),
                ("body", models.JSONField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="audit_detail_tenant"),
                    models.UniqueConstraint(fields=("practice", "number"), name="audit_detail_number"),
                ],
            },
        ),
    ]
