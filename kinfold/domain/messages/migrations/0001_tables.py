"""All tables of messages; until the first release, later migrations are folded in (decision 0020)."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("outgoing", "0001_mail")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=60)),
                ("for_practice", models.UUIDField(null=True)),
                ("subject_id", models.UUIDField()),
                ("message_id", models.CharField(max_length=200, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("sending", "Being sent"),
                            ("unsure", "Not known whether it arrived"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("dropped", "No longer needed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("in_doubt", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(null=True)),
                ("claim", models.CharField(blank=True, max_length=32)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at", "id"],
                        name="outgoing_mail_due",
                    ),
                    models.Index(
                        fields=["for_practice", "state", "created_at"], name="outgoing_mail_practice"
                    ),
                    models.Index(fields=["kind", "subject_id"], name="outgoing_mail_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("queued", "sending", "unsure")),
                            ("next_try_at__isnull", True),
                            _connector="OR",
                        ),
                        name="outgoing_mail_final_is_final",
                    )
                ],
            },
        ),
    ]
