"""The ties of one client by kind and end: SQLite looked through all ties of the practice for those that are open."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0019_one_own_client_for_a_login")]

    operations = [
        migrations.RemoveIndex(model_name="assignment", name="assignment_by_client"),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=("practice", "client", "kind", "until", "member"), name="assignment_by_client"
            ),
        ),
    ]
