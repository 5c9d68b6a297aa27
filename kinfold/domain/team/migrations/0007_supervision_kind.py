"""Supervision is primary or secondary; of several at the same time, the one that began first is the primary one."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LATER_ONES = """
    UPDATE team_supervision SET kind = 'secondary' WHERE EXISTS (
        SELECT 1 FROM team_supervision AS earlier
        WHERE earlier.practice_id = team_supervision.practice_id
          AND earlier.supervisee_id = team_supervision.supervisee_id
          AND (earlier.since, earlier.id) < (team_supervision.since, team_supervision.id)
          AND (earlier.until IS NULL OR earlier.until > team_supervision.since)
    )
"""


def tell_apart(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Of every practice, so the tables' owner steps over row-level security; it is forced again afterwards."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE team_supervision NO FORCE ROW LEVEL SECURITY")
    editor.execute(LATER_ONES)


class Migration(migrations.Migration):
    dependencies = [("team", "0006_back_after_removal")]

    operations = [
        migrations.AddField(
            model_name="supervision",
            name="kind",
            field=models.CharField(
                choices=[("primary", "Primary"), ("secondary", "Secondary")], default="primary", max_length=10
            ),
        ),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "primary"), ("until__isnull", True)),
                fields=("practice", "supervisee"),
                name="supervision_one_primary",
            ),
        ),
    ]
