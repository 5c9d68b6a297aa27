"""A stored key that sorts and compares the same on every database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class KeyField(CharField):
    """Text that is compared byte by byte: SQLite does so by itself, PostgreSQL in the collation "C".

    In a language's collation PostgreSQL would page through a list in another order than the keys say, and would look
    for the beginnings of words in the wrong places.
    """

    def db_parameters(self, connection: Any) -> dict[str, str | None]:
        """The column's type, with its collation where the database has a choice."""
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters
