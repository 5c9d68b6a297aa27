"""All tables of practices; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("practices", "0001_initial"),
        ("practices", "0002_where_the_practice_is"),
        ("practices", "0003_first_passwords_from_files"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Practice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("support_email", models.EmailField(blank=True, max_length=254)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("country", models.CharField(default="US", max_length=2)),
                ("clients_need_email", models.BooleanField(default=True)),
                ("initial_passwords", models.BooleanField(default=False)),
                ("second_factor_from", models.DateTimeField()),
                ("demo", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="SwitchPeriod",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "switch",
                    models.CharField(
                        choices=[
                            ("supervision", "Supervisors see their supervisees' clients"),
                            ("direct_charts", "Administrators may open direct clients' charts"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="switch_period_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "switch"),
                        name="switch_period_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PracticeTally",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("active_clients", models.PositiveIntegerField(default=0)),
                ("archived_clients", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="practice_tally_tenant"),
                    models.UniqueConstraint(fields=("practice",), name="practice_tally_one"),
                ],
            },
        ),
    ]
