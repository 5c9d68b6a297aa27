"""New clients who look like others whom their creators may not see."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0015_no_second_index_of_addresses"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0008_team_layouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("shares", models.CharField(max_length=80)),
                ("noticed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "other",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
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
                (
                    "settled_by",
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
                "indexes": [
                    models.Index(fields=["practice", "other"], name="duplicate_notice_by_other"),
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["practice", "noticed_at"],
                        name="duplicate_notice_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="duplicate_notice_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="duplicate_notice_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="other", name="duplicate_notice_other_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="settled_by", name="duplicate_notice_settled_by_tenant"
                    ),
                    models.UniqueConstraint(fields=("practice", "client"), name="duplicate_notice_once"),
                ],
            },
        ),
    ]
