"""Invitations to become a client."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0014_leaving"),
        ("intake", "0001_sign_up"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0008_team_layouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientInvitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.CharField(max_length=254)),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(blank=True, default="")),
                ("tags", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("sent_on", "Sent to the practice"),
                            ("revoked", "Deleted"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("token_digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "invited_by",
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
                (
                    "therapist",
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
                    models.Index(
                        fields=["practice", "state", "created_at", "id"], name="client_invitation_list"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="client_invitation_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="therapist", name="client_invitation_therapist_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="invited_by", name="client_invitation_invited_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_invitation_client_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "token_digest"), name="client_invitation_token"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("practice", "email", "full_name"),
                        name="client_invitation_one_pending",
                    ),
                ],
            },
        ),
    ]
