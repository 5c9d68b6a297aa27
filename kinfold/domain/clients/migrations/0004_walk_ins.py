"""A walk-in ties a clinician to a client for one session; ties are found by member and kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0003_birth_date_may_be_unknown")]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="kind",
            field=models.CharField(
                choices=[
                    ("primary", "Primary therapist"),
                    ("direct", "Direct therapist"),
                    ("walk_in", "Walk-in"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="session_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "walk_in"), _negated=True)
                | models.Q(("session_at__isnull", False)),
                name="assignment_walk_in_has_session",
            ),
        ),
        migrations.RemoveIndex(model_name="assignment", name="assignment_by_member"),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=["practice", "member", "kind", "until", "client"], name="assignment_by_member_kind"
            ),
        ),
    ]
