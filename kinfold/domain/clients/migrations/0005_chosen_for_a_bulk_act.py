"""Who was chosen for a bulk act, and which tags it moved, so that it can be undone."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0002_states"),
        ("clients", "0004_walk_ins"),
        ("practices", "0001_initial"),
        ("team", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChosenClient",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "change_set",
                        "client",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("practice", "Practice client"), ("direct", "Direct client")], max_length=10
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=15)),
                (
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "member",
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
                "indexes": [models.Index(fields=["practice", "client"], name="chosen_client_by_client")],
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="chosen_client_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="chosen_client_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="chosen_client_member_tenant"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MovedTag",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "change_set",
                        "client",
                        "tag",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
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
                (
                    "tag",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.tag"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "client"], name="moved_tag_by_client"),
                    models.Index(fields=["practice", "tag"], name="moved_tag_by_tag"),
                ],
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="moved_tag_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="moved_tag_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="tag", name="moved_tag_tag_tenant"),
                ],
            },
        ),
    ]
