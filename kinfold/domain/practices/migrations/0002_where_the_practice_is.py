"""Whose clock a practice's days follow, and whose phone numbers it writes without their country."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="country",
            field=models.CharField(default="US", max_length=2),
        ),
        migrations.AddField(
            model_name="practice",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=64),
        ),
    ]
