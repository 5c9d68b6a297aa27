"""All tables of access; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("access", "0001_initial"),
        ("access", "0002_modifiers"),
        ("access", "0003_deleted_roles"),
        ("access", "0004_definitions"),
    ]

    initial = True

    dependencies = [
        ("practices", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
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
                ("starting_point", models.CharField(max_length=30)),
                ("overrides", models.JSONField(default=dict)),
                ("clinical", models.BooleanField(default=False)),
                ("requires_supervision", models.BooleanField(default=False)),
                ("may_supervise", models.BooleanField(default=False)),
                ("modifier", models.CharField(blank=True, max_length=2)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=60)),
                ("name_key", models.CharField(max_length=60)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="role_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("practice", "name_key"),
                        name="role_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleDefinition",
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
                ("starting_point", models.CharField(max_length=30)),
                ("overrides", models.JSONField(default=dict)),
                ("clinical", models.BooleanField(default=False)),
                ("requires_supervision", models.BooleanField(default=False)),
                ("may_supervise", models.BooleanField(default=False)),
                ("modifier", models.CharField(blank=True, max_length=2)),
                (
                    "role",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.role"
                    ),
                ),
                ("until", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "until"], name="role_definition_until")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="role_definition_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="role", name="role_definition_role_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Replay",
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
                ("actor_id", models.UUIDField()),
                ("key_digest", models.CharField(max_length=64)),
                ("command", models.CharField(max_length=80)),
                ("data_digest", models.CharField(max_length=64)),
                ("result", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="replay_tenant"),
                    models.UniqueConstraint(
                        fields=("practice", "actor_id", "key_digest"), name="replay_once"
                    ),
                ],
            },
        ),
    ]
