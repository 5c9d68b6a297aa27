"""An entry and its detail are known by practice and number, and have no id besides."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def practice() -> models.ForeignKey:
    """The practice of an entry, which the head of its chain links to."""
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="practices.practice",
    )


class MakeAnew(migrations.CreateModel):
    """A table whose rows get another key: in place on PostgreSQL, copied on SQLite.

    A copy would be empty on PostgreSQL, since row-level security holds for the tables' owner as well.
    """

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model is another one from here on."""
        state.remove_model(app_label, self.name_lower)
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label: str, editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the id and its index, and make the number the key."""
        old, new = (state.apps.get_model(app_label, self.name) for state in (from_state, to_state))
        if editor.connection.vendor == "sqlite":
            copy(editor, new, {})
            return
        links = editor._constraint_names(old, ["practice_id"], foreign_key=True)
        numbers = [constraint.name for constraint in old._meta.constraints]
        dropped = [f"DROP CONSTRAINT {editor.quote_name(name)}" for name in (*links, *numbers)]
        alter(editor, new, *dropped, "DROP COLUMN id", "ADD PRIMARY KEY (practice_id, number)")

    def database_backwards(self, app_label: str, editor: Any, _: Any, to_state: Any) -> None:
        """Give each row an id again, of which nothing knows."""
        old = to_state.apps.get_model(app_label, self.name)
        if editor.connection.vendor == "sqlite":
            copy(editor, old, {"id": "lower(hex(randomblob(16)))"})
            return
        [key] = editor._constraint_names(old, primary_key=True)
        alter(
            editor,
            old,
            f"DROP CONSTRAINT {editor.quote_name(key)}",
            "ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid()",
            "ADD PRIMARY KEY (id)",
        )
        alter(editor, old, "ALTER COLUMN id DROP DEFAULT")
        for constraint in old._meta.constraints:
            editor.add_constraint(old, constraint)
        link = editor._create_fk_sql(old, old._meta.get_field("practice"), "_fk_%(to_table)s_%(to_column)s")
        editor.execute(link)


def alter(editor: Any, model: Any, *actions: str) -> None:
    """Change a table in place."""
    editor.execute(f"ALTER TABLE {editor.quote_name(model._meta.db_table)} {', '.join(actions)}")


def copy(editor: Any, model: Any, made_up: dict[str, str]) -> None:
    """Make a table as the model says, with the rows there are; `made_up` says where other columns come from."""
    table, quote = model._meta.db_table, editor.quote_name
    copied, before = f"new__{table}", quote(table)
    columns = [field.column for field in model._meta.concrete_fields if field.column]
    named = ", ".join(map(quote, columns))
    values = ", ".join(made_up.get(column, quote(column)) for column in columns)
    model._meta.db_table = copied
    editor.execute(*editor.table_sql(model))
    editor.execute(f"INSERT INTO {quote(copied)} ({named}) SELECT {values} FROM {before}")  # noqa: S608
    editor.execute(f"DROP TABLE {before}")
    editor.execute(f"ALTER TABLE {quote(copied)} RENAME TO {before}")
    model._meta.db_table = table
    for index in model._meta.indexes:
        editor.add_index(model, index)


class Migration(migrations.Migration):
    """Of each act and each look, one index less to write and one practice less to look up, twice."""

    dependencies = [("audit", "0002_no_key_for_links"), ("practices", "0001_tables")]

    operations = [
        MakeAnew(
            name="AuditEntry",
            fields=[
                ("practice", practice()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=60)),
                ("outcome", models.CharField(max_length=10)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("token_id", models.UUIDField(null=True)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField(null=True)),
                ("detail_digest", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "subject_id", "number"], name="audit_entry_subject"),
                    models.Index(fields=["practice", "actor_id", "number"], name="audit_entry_actor"),
                ],
            },
        ),
        MakeAnew(
            name="AuditDetail",
            fields=[
                ("practice", practice()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("salt", models.CharField(max_length=32)),
                ("body", models.JSONField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
    ]
