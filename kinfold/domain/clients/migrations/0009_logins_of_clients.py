"""Whether clients have registered, who acts for them, and in which practices a login acts for clients."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0008_covers"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0007_supervision_kind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="registration",
            field=models.CharField(
                choices=[
                    ("none", "Not registered"),
                    ("sent", "Code sent"),
                    ("expired", "Code expired"),
                    ("registered", "Registered"),
                ],
                default="none",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ClientLogin",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "relationship",
                    models.CharField(
                        choices=[
                            ("self", "The client"),
                            ("parent", "Parent"),
                            ("guardian", "Legal guardian"),
                            ("caregiver", "Caregiver"),
                            ("other", "Somebody they trust"),
                        ],
                        max_length=10,
                    ),
                ),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField(null=True)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logins",
                        to="clients.client",
                    ),
                ),
                (
                    "ended_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
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
                    models.Index(fields=["practice", "login", "until"], name="client_login_by_login"),
                    models.Index(fields=["practice", "client", "since"], name="client_login_by_client"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="client_login_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_login_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="client_login_made_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="ended_by", name="client_login_ended_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relationship", "self"), ("until__isnull", True)),
                        fields=("practice", "client"),
                        name="client_login_one_own",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "client", "login"),
                        name="client_login_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="client_login_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relationship", "self"), _negated=True),
                            ("login__isnull", False),
                            _connector="OR",
                        ),
                        name="client_login_own_is_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("for_practice", models.UUIDField()),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("login", "for_practice"), name="client_place_once")
                ],
            },
        ),
    ]
