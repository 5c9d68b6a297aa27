"""All tables of credentials; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("credentials", "0001_initial")]

    initial = True

    dependencies = [
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Credential",
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
                ("origin", models.UUIDField()),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[("licence", "License"), ("malpractice", "Malpractice coverage")],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                ("region", models.CharField(blank=True, max_length=60)),
                ("number", models.CharField(max_length=40)),
                ("issued_on", models.DateField(null=True)),
                ("expires_on", models.DateField(null=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "made_by",
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
                    models.Index(fields=["practice", "member", "until"], name="credential_member"),
                    models.Index(fields=["practice", "until", "expires_on"], name="credential_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="credential_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="credential_member_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="credential_made_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "origin"),
                        name="credential_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member", "category", "title", "region", "number"),
                        name="credential_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued_on__isnull", True),
                            ("expires_on__isnull", True),
                            ("expires_on__gt", models.F("issued_on")),
                            _connector="OR",
                        ),
                        name="credential_issued_before_it_expires",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NpiPeriod",
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
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("npi", models.CharField(max_length=10)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="npi_period_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="npi_period_member_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member"),
                        name="npi_period_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "npi"),
                        name="npi_period_of_one_member",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DegreePeriod",
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
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                (
                    "degree",
                    models.CharField(
                        choices=[
                            ("none", "None of these"),
                            ("bachelors", "Bachelor's"),
                            ("masters", "Master's"),
                            ("doctoral", "Doctoral"),
                        ],
                        max_length=10,
                    ),
                ),
                ("held_from", models.DateField(null=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "member", "until"], name="degree_period_member")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="degree_period_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="degree_period_member_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member", "held_from"),
                        name="degree_period_one_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("held_from__isnull", True), ("until__isnull", True)),
                        fields=("practice", "member"),
                        name="degree_period_one_from_the_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LicenceException",
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
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "member", "until"], name="licence_exception_member")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="licence_exception_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="licence_exception_member_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="licence_exception_made_by_tenant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="licence_exception_ends_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpiryReminder",
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
                    "credential",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credentials.credential",
                    ),
                ),
                ("origin", models.UUIDField()),
                ("expires_on", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "recipient",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="expiry_reminder_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="credential", name="expiry_reminder_credential_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="recipient", name="expiry_reminder_recipient_tenant"
                    ),
                    models.UniqueConstraint(
                        fields=("practice", "origin", "expires_on", "days", "recipient"),
                        name="expiry_reminder_once",
                    ),
                ],
            },
        ),
    ]
