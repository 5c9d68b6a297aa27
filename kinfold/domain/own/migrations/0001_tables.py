"""All tables of own; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("own", "0001_wishes"), ("own", "0002_what_stood_there")]

    initial = True

    dependencies = [
        ("clients", "0001_tables"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileWish",
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
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
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
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("birth_date", models.DateField(null=True)),
                ("was_first_name", models.CharField(blank=True, default="", max_length=100)),
                ("was_last_name", models.CharField(blank=True, default="", max_length=100)),
                ("was_birth_date", models.DateField(null=True)),
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
                (
                    "answered_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=300)),
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
