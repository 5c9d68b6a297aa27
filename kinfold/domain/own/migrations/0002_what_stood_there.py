"""What stood in a record when its correction was asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("own", "0001_wishes")]

    operations = [
        migrations.AddField(
            model_name="profilewish",
            name="was_first_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="profilewish",
            name="was_last_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="profilewish",
            name="was_birth_date",
            field=models.DateField(null=True),
        ),
    ]
