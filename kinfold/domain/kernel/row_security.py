"""Row-level security on PostgreSQL: the third lock around a practice's rows (RELIABILITY section 2).

It follows every migration, for every table of a `TenantModel`, so that no table can be forgotten. FORCE makes it hold
for the tables' owner as well; the application connects as another role, which may not even update the audit trail.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql

from .tenancy import RLS_SETTING
from .tenants import TenantRow

POLICY = "practice_rows"


def tenant_tables() -> list[str]:
    """The tables of all tenant models, in name order."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, TenantRow) and not model._meta.proxy
    )


def append_only_tables() -> list[str]:
    """Tables whose rows the application may add and never change."""
    return sorted(m._meta.db_table for m in apps.get_models() if getattr(m, "APPEND_ONLY", False))


def secure_tables(using: str = "default", **_: Any) -> None:
    """Give every tenant table its policy and the application's role its rights. Safe to repeat."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for table in tenant_tables():
            if table not in existing:
                continue
            name = sql.Identifier(table)
            # As a question of its own it is answered once for a statement, not again for each row that is looked up.
            rule = sql.SQL("practice_id = (SELECT NULLIF(current_setting({}, true), '')::uuid)").format(
                sql.Literal(RLS_SETTING)
            )
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))
            cursor.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(name))
            cursor.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(POLICY), name))
            cursor.execute(
                sql.SQL("CREATE POLICY {} ON {} USING ({}) WITH CHECK ({})").format(
                    sql.Identifier(POLICY), name, rule, rule
                )
            )
        role = settings.DATABASE_APP_ROLE
        if role is None:
            return
        app = sql.Identifier(role)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        cursor.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(app)
        )
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(app))
        for table in append_only_tables():
            if table in existing:
                cursor.execute(
                    sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), app)
                )
