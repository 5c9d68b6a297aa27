"""A word stands and falls with its client, whose key names the practice too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
        ("practices", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clientword",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="practices.practice",
            ),
        ),
    ]
