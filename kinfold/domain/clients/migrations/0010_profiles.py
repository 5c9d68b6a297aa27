"""What is kept of a client besides what lists read, and their IDs in other systems."""

import django.db.models.deletion
import kinfold.domain.kernel.fields
import kinfold.domain.kernel.tenants
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0009_logins_of_clients"),
        ("practices", "0002_where_the_practice_is"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientIdentifier",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "client",
                        "system_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("system", models.CharField(max_length=50)),
                ("system_key", kinfold.domain.kernel.fields.KeyField(max_length=100)),
                ("value", models.CharField(max_length=100)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="clients.client",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
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
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_identifier_client_tenant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientProfile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice", "client", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("preferred_name", models.CharField(blank=True, max_length=100)),
                ("pronouns", models.CharField(blank=True, max_length=60)),
                ("gender_identity", models.CharField(blank=True, max_length=60)),
                ("language", models.CharField(blank=True, max_length=60)),
                ("street", models.CharField(blank=True, max_length=200)),
                ("city", models.CharField(blank=True, max_length=60)),
                ("region", models.CharField(blank=True, max_length=60)),
                ("postal_code", models.CharField(blank=True, max_length=12)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("emergency_name", models.CharField(blank=True, max_length=100)),
                ("emergency_relationship", models.CharField(blank=True, max_length=60)),
                ("emergency_phone", models.CharField(blank=True, max_length=40)),
                ("guardian_name", models.CharField(blank=True, max_length=100)),
                ("guardian_relationship", models.CharField(blank=True, max_length=60)),
                ("guardian_phone", models.CharField(blank=True, max_length=40)),
                ("guardian_email", models.CharField(blank=True, max_length=254)),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profiles",
                        to="clients.client",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
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
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_profile_client_tenant"
                    )
                ],
            },
        ),
    ]
