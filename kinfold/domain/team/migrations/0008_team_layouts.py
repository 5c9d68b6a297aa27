"""How each person sees the team list."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0002_where_the_practice_is"),
        ("team", "0007_supervision_kind"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamLayout",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("columns", models.JSONField(default=list)),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
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
