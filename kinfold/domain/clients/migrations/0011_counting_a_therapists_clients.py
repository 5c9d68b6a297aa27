"""A small index by which a therapist's clients are counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0010_profiles"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice", "status", "primary"], name="client_counted"),
        ),
    ]
