"""A file on its way to becoming clients or team members, and its rows as they were checked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinfold.domain.kernel.tenants import TenantForeignKey, TenantModel, tenant_constraints


class ImportState(models.TextChoices):
    """Where a file stands. A file whose columns are not matched yet waits; done, failed and undone are final."""

    MATCHING = "matching", "Columns to match"
    READING = "reading", "Being read and checked"
    READY = "ready", "Checked"
    RUNNING = "running", "Being imported"
    DONE = "done", "Imported"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"
    CANCELLED = "cancelled", "Discarded"


class Whom(models.TextChoices):
    """Whom a file brings."""

    CLIENTS = "clients", "Clients"
    MEMBERS = "members", "Team members"


class Mode(models.TextChoices):
    """What becomes of rows whose external ID a client has already, and of the others."""

    ADD = "add", "Add new clients"
    UPDATE = "update", "Update clients with the same external ID"
    BOTH = "both", "Update clients with the same external ID, and add the others"


class Import(TenantModel):
    """One file, from upload to undo. The file itself lies under KINFOLD_HOME, named after this row's id."""

    whom = models.CharField(max_length=10, choices=Whom.choices, default=Whom.CLIENTS)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    sheet = models.CharField(
        max_length=100, blank=True
    )  # of a workbook, and all of its sheets with anything in them
    sheets = models.JSONField(default=list)
    header = models.JSONField()
    samples = models.JSONField()
    suggested = models.JSONField()
    mapping = models.JSONField()
    date_order = models.CharField(max_length=3, blank=True)
    short_years = models.CharField(max_length=6, blank=True)
    remembered = models.BooleanField(default=False)  # matched as such a file was last time
    emails_optional = models.BooleanField()
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.ADD)
    erase = models.BooleanField(
        default=False
    )  # whether an empty cell empties the field of a client who is updated
    state = models.CharField(max_length=10, choices=ImportState.choices)
    # Counts up with every new check, so that the result of an older one is not taken for the newer one's.
    attempt = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    updates = models.PositiveIntegerField(
        default=0
    )  # rows that change a client, and those that change nothing
    unchanged = models.PositiveIntegerField(default=0)
    fields_changed = models.JSONField(default=dict)  # how many clients in each field
    updated = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    with_duplicates = models.BooleanField(default=False)
    tags_made = models.JSONField(default=list)
    members_made = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)
    change_set = TenantForeignKey("changes.ChangeSet", null=True, related_name="+")
    made_by = TenantForeignKey("team.Member", related_name="+")
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("import", "change_set", "made_by")]
        indexes: ClassVar = [models.Index(fields=("practice", "made_at", "id"), name="import_list")]


class StagedKind(models.TextChoices):
    """What the check found; the preview shows them in this order."""

    BAD = "bad", "To fix"
    DUPLICATE = "duplicate", "Likely duplicate"
    UPDATE = "update", "Changes a client"
    READY = "ready", "Ready"


class StagedRows(TenantModel):
    """Some rows of one kind, in the order of the file; `body` as `imports.staging` writes it.

    `start` is the place of the first among the rows of its kind.
    """

    import_job = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=StagedKind.choices)
    start = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    body = models.TextField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("staged_rows", "import_job"),
            models.UniqueConstraint(
                fields=("practice", "import_job", "kind", "start"), name="staged_rows_place"
            ),
        ]


class UpdatedClient(TenantModel):
    """What an import changed about a client, as it was before, for as long as that can be undone.

    `version` is the client's afterwards: whoever has another one was edited since. `tags` were put on them.
    """

    change_set = TenantForeignKey("changes.ChangeSet", on_delete=models.CASCADE, related_name="+")
    client = TenantForeignKey("clients.Client", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    before = models.JSONField()
    tags = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("updated_client", "change_set", "client"),
            models.UniqueConstraint(fields=("practice", "change_set", "client"), name="updated_client_once"),
        ]
        indexes: ClassVar = [models.Index(fields=("practice", "client"), name="updated_client_by_client")]


class RememberedMatch(TenantModel):
    """How the columns of files with certain headings are matched in this practice. `headings` is a digest of them."""

    whom = models.CharField(max_length=10, choices=Whom.choices)
    headings = models.CharField(max_length=64)
    mapping = models.JSONField()
    date_order = models.CharField(max_length=3, blank=True)
    short_years = models.CharField(max_length=6, blank=True)
    made_by = TenantForeignKey("team.Member", related_name="+")
    made_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("remembered_match", "made_by"),
            models.UniqueConstraint(fields=("practice", "whom", "headings"), name="remembered_match_one"),
        ]
