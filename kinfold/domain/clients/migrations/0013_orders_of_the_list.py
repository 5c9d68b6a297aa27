"""Lists of clients in the order of more columns, and by how far they have registered."""

import kinfold.domain.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0002_states"),
        ("clients", "0012_risk"),
        ("practices", "0002_where_the_practice_is"),
        ("team", "0007_supervision_kind"),
    ]

    operations = [
        migrations.AlterField(
            model_name="client",
            name="email",
            field=kinfold.domain.kernel.fields.KeyField(blank=True, max_length=254),
        ),
        migrations.AlterField(
            model_name="client",
            name="external_id",
            field=kinfold.domain.kernel.fields.KeyField(blank=True, max_length=100),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                fields=["practice", "status", "registration", "sort_key", "id"], name="client_by_registration"
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice", "status", "created_at", "id"], name="client_by_creation"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice", "status", "birth_date", "id"], name="client_by_birth"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice", "status", "email", "id"], name="client_by_email_order"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                fields=["practice", "status", "external_id", "id"], name="client_by_external_order"
            ),
        ),
    ]
