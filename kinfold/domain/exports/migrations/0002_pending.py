"""A file can hold those who are pending, who are no clients yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="pending",
            field=models.BooleanField(default=False),
        ),
    ]
