"""Saved views of the list of clients."""

import django.db.models.deletion
import kinfold.domain.kernel.fields
import kinfold.domain.kernel.tenants
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0016_duplicate_notices"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0008_team_layouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60)),
                ("key", kinfold.domain.kernel.fields.KeyField(max_length=120)),
                ("shared", models.BooleanField(default=False)),
                ("wanted", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                ("page_size", models.PositiveSmallIntegerField()),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="listlayout",
            name="default_view",
            field=kinfold.domain.kernel.tenants.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.savedview",
            ),
        ),
        migrations.AddIndex(
            model_name="savedview",
            index=models.Index(fields=["practice", "shared", "key"], name="saved_view_shared"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("practice", "id"), name="saved_view_tenant"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=kinfold.domain.kernel.tenants.TenantKey(
                field="member", name="saved_view_member_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("practice", "member", "key"), name="saved_view_name"),
        ),
        migrations.AddConstraint(
            model_name="listlayout",
            constraint=kinfold.domain.kernel.tenants.TenantKey(
                field="default_view", name="list_layout_default_view_tenant"
            ),
        ),
    ]
