import django.db.models.deletion
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    """What one person may or may not do, whatever their roles say."""

    dependencies = [
        ("practices", "0001_initial"),
        ("team", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="overrides",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="MemberOverride",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("permission", models.CharField(max_length=40)),
                ("allowed", models.BooleanField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "member",
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
                    "set_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="member_override_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="member_override_member_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="set_by", name="member_override_set_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "member", "permission"),
                        name="member_override_one_open",
                    ),
                ],
            },
        ),
    ]
