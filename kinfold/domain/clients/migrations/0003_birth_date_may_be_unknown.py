"""A file may not say when people were born (decision 0008)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0002_words_by_their_client"),
    ]

    operations = [
        migrations.AlterField(
            model_name="client",
            name="birth_date",
            field=models.DateField(null=True),
        ),
    ]
