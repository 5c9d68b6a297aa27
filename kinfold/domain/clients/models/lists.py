"""How each person sees the list of clients."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.fields import KeyField
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class SavedView(TenantModel):
    """A list of clients under a name: which clients in which order, in which columns, and how many on a page.

    It is its member's own, or shared with the practice. `wanted` is as `clients.queries.stored` writes it.
    """

    member = TenantForeignKey("team.Member", related_name="+")
    name = models.CharField(max_length=60)
    key = KeyField(max_length=120)
    shared = models.BooleanField(default=False)
    wanted = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    page_size = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("saved_view", "member"),
            models.UniqueConstraint(fields=("practice", "member", "key"), name="saved_view_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "shared", "key"), name="saved_view_shared"),
        ]


class ListLayout(TenantModel):
    """How one member sees the list of clients: the columns in order, how many rows stand on a page, and with which
    saved view it begins.
    """

    member = TenantForeignKey("team.Member", related_name="+")
    default_view = TenantForeignKey(SavedView, null=True, related_name="+")
    columns = models.JSONField(default=list)  # `columns.written`; none means as it comes
    page_size = models.PositiveSmallIntegerField(default=50)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("list_layout", "member", "default_view"),
            models.UniqueConstraint(fields=("practice", "member"), name="list_layout_one"),
        ]
