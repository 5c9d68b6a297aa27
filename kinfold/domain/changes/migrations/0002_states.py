"""An act can wait to be carried out, take a while, and fail; the acts there are were carried out at once."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0001_initial"),
        ("practices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="changeset",
            name="choice",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="changeset",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="changeset",
            name="problem",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="changeset",
            name="rows_done",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="changeset",
            name="state",
            field=models.CharField(
                choices=[
                    ("prepared", "Not done yet"),
                    ("running", "At work"),
                    ("done", "Done"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("failed", "Not done"),
                ],
                default="done",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="changeset",
            name="applied_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="changeset",
            name="undo_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="changeset",
            index=models.Index(fields=["practice", "made_at", "id"], name="change_set_list"),
        ),
    ]
