import uuid

import django.db.models.deletion
from django.db import migrations, models

import kinfold.domain.kernel.tenants


class Migration(migrations.Migration):
    """What roles said before they were changed."""

    dependencies = [("access", "0003_deleted_roles"), ("practices", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RoleDefinition",
            fields=[
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
                ("until", models.DateTimeField()),
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
                    "role",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.role"
                    ),
                ),
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
    ]
