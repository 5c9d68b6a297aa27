"""Rare orders of the list are sorted from one index, which holds what they go by, and no longer have one each."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index instead of three."""

    dependencies = [("clients", "0002_ties_and_tags_are_leaves")]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                fields=("practice", "status", "created_at", "id", "birth_date", "external_id", "phone"),
                name="client_by_creation_wide",
            ),
        ),
        migrations.RemoveIndex(model_name="client", name="client_by_creation"),
        migrations.RemoveIndex(model_name="client", name="client_by_birth"),
        migrations.RemoveIndex(model_name="client", name="client_by_external_order"),
    ]
