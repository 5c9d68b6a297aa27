"""Tables that belong to a practice, and links between them that cannot cross practices.

Three locks, each on its own enough: managers that filter by the entered practice; composite foreign keys
`(practice_id, x_id) → (practice_id, id)`, held by both databases; row-level security on PostgreSQL (ARCHITECTURE
section 7).
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint
from django.db.models.lookups import Exact

from .tenancy import current_practice_id

M = TypeVar("M", bound=models.Model, covariant=True)


class TenantManager(models.Manager[M]):
    """Rows of the entered practice only; raises NoPractice outside of one."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Every query of a tenant table starts with the practice."""
        return super().get_queryset().filter(practice_id=current_practice_id())


class TenantRow(models.Model):
    """A row of one practice, fixed at creation, invisible from any other practice."""

    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, editable=False, db_index=False, related_name="+"
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stamp a new row with the entered practice."""
        if self.practice_id is None:
            self.practice_id = current_practice_id()
        super().save(*args, **kwargs)

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *rest: Any) -> bool:
        # The practice of a row never changes, so it is never in SET; the filter is in `base_qs` already.
        kept = [value for value in values if value[0].name != "practice"]
        return super()._do_update(base_qs, using, pk_val, kept, *rest)


class TenantPart(TenantRow):
    """A part of another row of the practice, whose key holds the practice too.

    Asking for the practice by itself again would be a third of the work of writing many.
    """

    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )

    class Meta(TenantRow.Meta):
        abstract = True


class TenantModel(TenantRow):
    """A row with a random id, which other rows of the same practice may link to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta(TenantRow.Meta):
        abstract = True


class TenantLeaf(TenantPart):
    """A part with a random id, to which no other row links. There are many of them, so each key they spare counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta(TenantPart.Meta):
        abstract = True


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A link to a row of the same practice. The database constraint is a `TenantKey`; joins equate the practice."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        options.setdefault("db_index", False)
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Migrations keep the link without the implied options."""
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        if options.get("db_index") is False:
            del options["db_index"]
        return name, path, args, options

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> Any:
        """Every join over this link, in either direction, also equates the practice."""
        theirs = self.remote_field.model._meta.get_field("practice")
        ours = self.model._meta.get_field("practice")
        return Exact(theirs.get_col(alias), ours.get_col(related_alias))  # type: ignore[union-attr,arg-type]


class TenantKey(BaseConstraint):
    """`(practice_id, x_id)` must exist as `(practice_id, id)` of the table that field `x` links to."""

    def __init__(self, *, field: str, name: str) -> None:
        self.field = field
        super().__init__(name=name)

    def _clause(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> str:
        field = model._meta.get_field(self.field)
        quote = editor.quote_name
        target = field.related_model._meta.db_table  # type: ignore[union-attr]
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote('practice_id')}, {quote(field.column)}) "  # type: ignore[union-attr,arg-type]
            f"REFERENCES {quote(target)} ({quote('practice_id')}, {quote('id')}) DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """The clause inside CREATE TABLE on SQLite; PostgreSQL wants the target's unique key to exist first."""
        if schema_editor.connection.vendor == "sqlite":
            return self._clause(model, schema_editor)
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """The statement for a table that exists already (PostgreSQL; SQLite remakes the table)."""
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._clause(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """The statement that takes the constraint away again (PostgreSQL)."""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask: commands only link rows they found in their own practice."""

    def deconstruct(self) -> Any:
        """As migrations write it."""
        path, args, options = super().deconstruct()
        return path, args, {**options, "field": self.field}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantKey) and (self.name, self.field) == (other.name, other.field)

    def __hash__(self) -> int:
        return hash((self.name, self.field))


def tenant_constraints(label: str, *links: str) -> list[BaseConstraint]:
    """What a tenant table declares: `(practice, id)` as a target, and one composite key for each link."""
    target = models.UniqueConstraint(fields=("practice", "id"), name=f"{label}_tenant")
    return [target, *tenant_links(label, *links)]


def tenant_links(label: str, *links: str) -> list[BaseConstraint]:
    """One composite key for each link: all that is declared by a table of many rows to which nothing links."""
    return [TenantKey(field=link, name=f"{label}_{link}_tenant") for link in links]
