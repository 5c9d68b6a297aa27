"""Words of the practice's own that group clients."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.fields import KeyField
from kinfold.domain.kernel.tenants import (
    TenantForeignKey,
    TenantLeaf,
    TenantModel,
    tenant_constraints,
    tenant_links,
)

from .people import Client, ClientStatus


class Tag(TenantModel):
    """A word of the practice's own that groups clients. Unique without regard to case."""

    name = models.CharField(max_length=50)
    key = KeyField(max_length=100)
    made_in = TenantForeignKey("changes.ChangeSet", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("tag", "made_in"),
            models.UniqueConstraint(fields=("practice", "key"), name="tag_key"),
        ]


class ClientTag(TenantLeaf):
    """A tag on a client. `status` and `sort_key` are the client's, so that a tag's clients are read in their order."""

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="client_tags")
    tag = TenantForeignKey(Tag, related_name="+")
    status = models.CharField(max_length=10, choices=ClientStatus.choices)
    sort_key = KeyField(max_length=220)

    class Meta(TenantLeaf.Meta):
        constraints: ClassVar = [
            *tenant_links("client_tag", "client", "tag"),
            models.UniqueConstraint(fields=("practice", "client", "tag"), name="client_tag_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "tag", "status", "sort_key", "client"), name="client_tag_by_tag")
        ]
