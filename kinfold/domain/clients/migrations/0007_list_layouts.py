"""How each person sees the list of clients."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0006_tags_of_a_bulk_act"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0006_back_after_removal"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListLayout",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("columns", models.JSONField(default=list)),
                ("page_size", models.PositiveSmallIntegerField(default=50)),
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
                    models.UniqueConstraint(fields=("practice", "id"), name="list_layout_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="list_layout_member_tenant"),
                    models.UniqueConstraint(fields=("practice", "member"), name="list_layout_one"),
                ],
            },
        ),
    ]
