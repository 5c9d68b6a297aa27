"""E-mail addresses and external IDs are found by the indexes that hold them in order."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0014_leaving"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="client", name="client_by_email"),
        migrations.RemoveIndex(model_name="client", name="client_by_external_id"),
    ]
