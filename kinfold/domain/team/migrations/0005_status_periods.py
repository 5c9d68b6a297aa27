"""What status a member had when, with the end of a hold beside the status that counts now."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import kinfold.domain.kernel.tenants

STATUSES = [
    ("active", "Active"),
    ("on_hold", "On hold"),
    ("inactive", "Inactive"),
    ("archived", "Archived"),
    ("removed", "Removed"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0001_initial"),
        ("team", "0004_admin_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="hold_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="member",
            name="status",
            field=models.CharField(choices=STATUSES, default="active", max_length=10),
        ),
        migrations.CreateModel(
            name="MemberStatusPeriod",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("status", models.CharField(choices=STATUSES, max_length=10)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("planned_until", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
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
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
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
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_status_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="member_status_member_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="member_status_made_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member"),
                        name="member_status_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="member_status_ends_later",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["practice", "status", "until"], name="member_status_by_status"),
                    models.Index(fields=["practice", "member", "since"], name="member_status_by_member"),
                ],
            },
        ),
    ]
