"""One export: what was asked for, how far it is, and until when its file can be fetched."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.access.permissions import Permission
from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class ExportState(models.TextChoices):
    """Where an export stands. Its file is there while it is ready; expired and failed are final."""

    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Not made"
    EXPIRED = "expired", "Expired"


class FileFormat(models.TextChoices):
    """What kind of file."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class Export(TenantModel):
    """Clients, or who is pending, as a file. The file itself lies under KINFOLD_HOME, named after this row's id.

    `wanted` is which clients, as `clients.queries.stored` writes it, and is let go of once the file is made.
    """

    made_by = TenantForeignKey("team.Member", related_name="+")
    made_at = models.DateTimeField()
    file_format = models.CharField(max_length=4, choices=FileFormat.choices)
    everything = models.BooleanField()
    pending = models.BooleanField(default=False)  # those who are pending, who are no clients yet
    of_all = models.BooleanField(
        default=False
    )  # made by somebody who saw all clients, or all who are pending
    wanted = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ExportState.choices)
    rows = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("export", "made_by")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "made_by", "made_at", "id"), name="export_of_member")
        ]

    @property
    def needed_for_all(self) -> Permission:
        """What somebody may do who sees all that it can hold: every client, or the requests beside the invited."""
        return Permission.CLIENTS_ACCEPT if self.pending else Permission.CLIENTS_SEE_ALL
