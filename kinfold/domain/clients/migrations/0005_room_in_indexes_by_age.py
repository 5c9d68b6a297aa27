"""On PostgreSQL, indexes in the order in which clients came keep room for those who change later."""

from __future__ import annotations

from typing import Any

from django.db import migrations

BY_AGE = ("clients_client_pkey", "client_tenant", "client_by_creation_wide", "clients_assignment_pkey")


def leave_room(_: Any, editor: Any) -> None:
    """Fill a page to three quarters: a full one is cleared up or split for almost every client who changes."""
    if editor.connection.vendor == "postgresql":
        for name in BY_AGE:
            editor.execute(f"ALTER INDEX {editor.quote_name(name)} SET (fillfactor = 75)")


class Migration(migrations.Migration):
    """A quarter of what it took to reassign a thousand clients in these tables."""

    dependencies = [("clients", "0004_fewer_links_and_narrower_indexes")]

    operations = [migrations.RunPython(leave_room, migrations.RunPython.noop)]
