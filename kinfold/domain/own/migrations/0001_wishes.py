"""What clients want corrected in their own record."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0009_logins_of_clients"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0007_supervision_kind"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileWish",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("birth_date", models.DateField(null=True)),
                ("why", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "answered_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "asked_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.clientlogin",
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
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
                "indexes": [
                    models.Index(fields=["practice", "state", "asked_at", "id"], name="profile_wish_list"),
                    models.Index(fields=["practice", "client", "asked_at"], name="profile_wish_by_client"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="profile_wish_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="profile_wish_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="asked_by", name="profile_wish_asked_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="answered_by", name="profile_wish_answered_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("practice", "client"),
                        name="profile_wish_one_pending",
                    ),
                ],
            },
        ),
    ]
