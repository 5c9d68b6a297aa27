"""All tables of kernel; until the first release, later migrations are folded in (decision 0020)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("kernel", "0001_queue"), ("kernel", "0002_once")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="QueuedTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("arguments", models.JSONField(default=list)),
                ("due_at", models.DateTimeField()),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("failed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["due_at", "id"], name="queued_task_due")],
            },
        ),
        migrations.CreateModel(
            name="PeriodicTask",
            fields=[
                ("path", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Once",
            fields=[
                ("what", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
