"""Which tags a bulk act made, so that undoing it takes them away again."""

import django.db.models.deletion
import kinfold.domain.kernel.tenants
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0002_states"),
        ("clients", "0005_chosen_for_a_bulk_act"),
        ("practices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="made_in",
            field=kinfold.domain.kernel.tenants.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="changes.changeset",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=kinfold.domain.kernel.tenants.TenantKey(field="made_in", name="tag_made_in_tenant"),
        ),
    ]
