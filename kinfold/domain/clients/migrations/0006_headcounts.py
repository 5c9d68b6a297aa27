"""PostgreSQL keeps how many clients each clinician and each tag has; SQLite counts them, and its table stays empty."""

from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# The table, and its field that says for whom or what a row is counted.
COUNTED = (("clients_client", "primary_id"), ("clients_clienttag", "tag_id"))

CHANGED = """
CREATE FUNCTION {table}_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO clients_headcount (id, practice_id, counted, status, clients)
        SELECT gen_random_uuid(), practice_id, {field}, status, count(*)
        FROM added WHERE {field} IS NOT NULL GROUP BY practice_id, {field}, status;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO clients_headcount (id, practice_id, counted, status, clients)
        SELECT gen_random_uuid(), practice_id, {field}, status, -count(*)
        FROM taken WHERE {field} IS NOT NULL GROUP BY practice_id, {field}, status;
    ELSE
        INSERT INTO clients_headcount (id, practice_id, counted, status, clients)
        SELECT gen_random_uuid(), practice_id, {field}, status, sum(one)
        FROM (
            SELECT practice_id, {field}, status, 1 AS one FROM added
            UNION ALL SELECT practice_id, {field}, status, -1 FROM taken
        ) AS moved
        WHERE {field} IS NOT NULL GROUP BY practice_id, {field}, status HAVING sum(one) <> 0;
    END IF;
    RETURN NULL;
END $$
"""

WHEN = (
    ("INSERT", "NEW TABLE AS added"),
    ("DELETE", "OLD TABLE AS taken"),
    ("UPDATE", "OLD TABLE AS taken NEW TABLE AS added"),
)

ALREADY = """
INSERT INTO clients_headcount (id, practice_id, counted, status, clients)
SELECT gen_random_uuid(), practice_id, {field}, status, count(*)
FROM {table} WHERE practice_id = %s AND {field} IS NOT NULL GROUP BY practice_id, {field}, status
"""


def keep(_apps: Any, schema_editor: Any) -> None:
    """From now on PostgreSQL counts along; those who are there are counted once."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table, field in COUNTED:
            cursor.execute(CHANGED.format(table=table, field=field))
            for event, names in WHEN:
                cursor.execute(
                    f"CREATE TRIGGER {table}_counted_{event.lower()} AFTER {event} ON {table}"
                    f" REFERENCING {names} FOR EACH STATEMENT EXECUTE FUNCTION {table}_counted()"
                )
        cursor.execute("SELECT id FROM practices_practice")
        for (practice_id,) in cursor.fetchall():
            # Row-level security shows the rows of one practice at a time, to the owner of the tables as well.
            cursor.execute("SELECT set_config('kinfold.practice', %s, true)", [str(practice_id)])
            for table, field in COUNTED:
                cursor.execute(ALREADY.format(table=table, field=field), [practice_id])
        cursor.execute("SELECT set_config('kinfold.practice', '', true)")


def no_more(_apps: Any, schema_editor: Any) -> None:
    """Without the table nothing may write to it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for table, _ in COUNTED:
                cursor.execute(f"DROP FUNCTION {table}_counted() CASCADE")


class Migration(migrations.Migration):
    """The table, and what fills it."""

    dependencies = [("clients", "0005_room_in_indexes_by_age"), ("practices", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="Headcount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("counted", models.UUIDField()),
                (
                    "status",
                    models.CharField(choices=[("active", "Active"), ("archived", "Archived")], max_length=10),
                ),
                ("clients", models.IntegerField()),
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
            ],
            options={
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["practice", "counted", "status"], include=("clients",), name="headcount"
                    )
                ],
            },
        ),
        migrations.RunPython(keep, no_more),
    ]
