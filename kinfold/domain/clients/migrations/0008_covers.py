"""A cover stands in for a client's therapist until a day that is known from the start."""

import django.db.models.deletion
from django.db import migrations, models

import kinfold.domain.kernel.tenants


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_list_layouts"),
        ("team", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="kind",
            field=models.CharField(
                choices=[
                    ("primary", "Primary therapist"),
                    ("direct", "Direct therapist"),
                    ("walk_in", "Walk-in"),
                    ("cover", "Cover"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="covers_for",
            field=kinfold.domain.kernel.tenants.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=kinfold.domain.kernel.tenants.TenantKey(
                field="covers_for", name="assignment_covers_for_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "cover"), _negated=True)
                | models.Q(("covers_for__isnull", False), ("until__isnull", False)),
                name="assignment_cover_has_end",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("covers_for__isnull", False)),
                fields=["practice", "covers_for", "until"],
                name="assignment_covers_for",
            ),
        ),
    ]
