"""Who was chosen for an act that was not carried out yet is marked as those are who are chosen from now on."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MARK = "UPDATE clients_chosenclient SET outcome = 'done' WHERE outcome = ''"


def mark(_apps: Any, schema_editor: Any) -> None:
    """Otherwise such an act, in a browser or in the queue, would find nobody to whom it can be done."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor != "postgresql":
            cursor.execute(MARK)
            return
        cursor.execute("SELECT id FROM practices_practice")
        for (practice_id,) in cursor.fetchall():
            # Row-level security shows the rows of one practice at a time, to the owner of the tables as well.
            cursor.execute("SELECT set_config('kinfold.practice', %s, true)", [str(practice_id)])
            cursor.execute(MARK)
        cursor.execute("SELECT set_config('kinfold.practice', '', true)")


class Migration(migrations.Migration):
    """Acts that were prepared or begun before are carried out after it."""

    dependencies = [("clients", "0008_chosen_with_their_act"), ("practices", "0001_tables")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
