"""Who was chosen for a bulk act, and what it moved."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantKey, TenantPart

from .people import Client, ClientKind
from .tags import Tag


class ChosenClient(TenantPart):
    """A client chosen for a bulk act, as they were then: what changed meanwhile is told by it, and undoing goes by it.

    Doing and undoing each take the client's version one up, so a client whom nobody touched in between is known by it.
    """

    pk = models.CompositePrimaryKey("practice", "change_set", "client")
    change_set = TenantForeignKey("changes.ChangeSet", on_delete=models.CASCADE, related_name="+")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ClientKind.choices)
    member = TenantForeignKey("team.Member", null=True, related_name="+")
    # What becomes of them (`bulk.outcomes`): done from the start, since it is done to most.
    outcome = models.CharField(max_length=15, blank=True)

    class Meta(TenantPart.Meta):
        # The act is written in the same transaction as those who were chosen for it, and goes after them.
        constraints: ClassVar = [TenantKey(field="client", name="chosen_client_client_tenant")]
        indexes: ClassVar = [models.Index(fields=("practice", "client"), name="chosen_client_by_client")]


class MovedTag(TenantPart):
    """A tag that a bulk act put on a client, or took off."""

    pk = models.CompositePrimaryKey("practice", "change_set", "client", "tag")
    change_set = TenantForeignKey("changes.ChangeSet", on_delete=models.CASCADE, related_name="+")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantPart.Meta):
        constraints: ClassVar = [
            TenantKey(field="change_set", name="moved_tag_change_set_tenant"),
            TenantKey(field="client", name="moved_tag_client_tenant"),
            TenantKey(field="tag", name="moved_tag_tag_tenant"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "client"), name="moved_tag_by_client"),
            models.Index(fields=("practice", "tag"), name="moved_tag_by_tag"),
        ]
