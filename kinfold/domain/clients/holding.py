"""Waiting for whoever decides something about the same client.

PostgreSQL locks rows, and two who lock the same ones in different orders would wait for each other for ever. So there
is one order: the team (`team.granting.hold_team`), which everybody holds who changes several clients; then the client;
then what hangs on them, and last the end of the trail. SQLite has one writer at a time.

Rows are locked without their key: that somebody's new row may name them is looked up when they commit, with the end of
the trail in hand, and must not have to wait for whoever waits for that. Deleting a row takes its key all the same, so
whoever makes a row that names one which others may delete (a client, a view) holds that one first, or the team.
"""

from __future__ import annotations

from uuid import UUID

from .models import Client


def hold_client(client_id: UUID) -> None:
    """Let one decision about a client finish before the next looks."""
    list(Client.objects.select_for_update(no_key=True).filter(pk=client_id).values_list("id"))
