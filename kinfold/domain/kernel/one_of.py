"""Rows that are named by many ids, which travel as one value.

Naming a thousand clients one by one took the ORM, the driver and the planner longer than it took to find them:

    Client.objects.filter(OneOf("id", client_ids)).update(…)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Func


class OneOf(Func):
    """The condition that a field holds one of these ids, however many they are.

    PostgreSQL gets an array and goes by an index; a subquery that names the same rows may make it read whole tables,
    since it knows nothing yet of rows that came a moment ago. SQLite gets them as JSON.
    """

    output_field = BooleanField()

    def __init__(self, field: str, ids: Iterable[UUID]) -> None:
        super().__init__(field)
        self.ids = [each.hex for each in ids]

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list[Any]]:
        """For PostgreSQL."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::uuid[])", [*parameters, f"{{{','.join(self.ids)}}}"]

    def as_sqlite(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list[Any]]:
        """For SQLite."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(self.ids)]  # noqa: S608
