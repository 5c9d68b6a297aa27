"""All tables of intake; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("intake", "0001_sign_up"), ("intake", "0002_client_invitations")]

    initial = True

    dependencies = [
        ("clients", "0001_tables"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignUpPage",
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
                ("is_open", models.BooleanField(default=False)),
                ("welcome", models.CharField(blank=True, max_length=1000)),
                ("consent", models.CharField(max_length=500)),
                ("asks_phone", models.BooleanField(default=True)),
                ("asks_about", models.BooleanField(default=True)),
                ("asks_therapist", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="sign_up_page_tenant"),
                    models.UniqueConstraint(fields=("practice",), name="sign_up_page_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignUpRequest",
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
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("accepted", "Accepted"), ("rejected", "Rejected")],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("email", models.CharField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("birth_date", models.DateField()),
                (
                    "sex_at_birth",
                    models.CharField(
                        choices=[
                            ("female", "Female"),
                            ("male", "Male"),
                            ("unknown", "Unknown"),
                            ("undisclosed", "Prefer not to say"),
                        ],
                        max_length=12,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=1000)),
                (
                    "therapist",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("consent", models.CharField(max_length=500)),
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
                ("reason", models.CharField(blank=True, max_length=300)),
                ("tell", models.BooleanField(default=False)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "state", "asked_at", "id"], name="sign_up_request_list")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="sign_up_request_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="therapist", name="sign_up_request_therapist_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="answered_by", name="sign_up_request_answered_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="sign_up_request_client_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("practice", "email", "birth_date", "last_name", "first_name"),
                        name="sign_up_request_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientInvitation",
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
                ("email", models.CharField(max_length=254)),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(blank=True, default="")),
                (
                    "therapist",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
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
                (
                    "invited_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
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
