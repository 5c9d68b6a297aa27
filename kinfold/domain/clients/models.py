"""A person in a practice's care, their tags, their ties to clinicians, and who was chosen for a bulk act."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kinfold.domain.kernel.fields import KeyField
from kinfold.domain.kernel.tenants import (
    TenantForeignKey,
    TenantKey,
    TenantModel,
    TenantRow,
    tenant_constraints,
)


class ClientStatus(models.TextChoices):
    """SPEC section 2. People who were invited are not clients yet."""

    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class ClientKind(models.TextChoices):
    """A practice client belongs to the practice; a direct client to one therapist."""

    PRACTICE = "practice", "Practice client"
    DIRECT = "direct", "Direct client"


class SexAtBirth(models.TextChoices):
    """SPEC 8.9."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Unknown"
    UNDISCLOSED = "undisclosed", "Prefer not to say"


class Registration(models.TextChoices):
    """How far a client has come with a login of their own (SPEC section 2). An archived client keeps theirs."""

    NONE = "none", "Not registered"
    SENT = "sent", "Code sent"
    EXPIRED = "expired", "Code expired"
    REGISTERED = "registered", "Registered"


class RiskLevel(models.TextChoices):
    """How much risk a client is at (SPEC O30). Nothing at all is said about most."""

    NONE = "none", "None"
    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"


class Client(TenantModel):
    """A client. The e-mail is not unique: families share one.

    `sort_key` and the words come from name, e-mail and external ID, `kind` and `primary` from the open tie to a
    therapist, `risk` from the open period of `care.models.Risk`. `clients.index`, `clients.ties` and `care` write them
    with what they come from, and tests hold them equal.
    `registration` comes from the newest code and from the client's own login; `clients.registration` writes it.
    """

    kind = models.CharField(max_length=10, choices=ClientKind.choices, default=ClientKind.PRACTICE)
    status = models.CharField(max_length=10, choices=ClientStatus.choices, default=ClientStatus.ACTIVE)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    sort_key = KeyField(max_length=220)
    email = KeyField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField(null=True)  # a file may not say it (decision 0008)
    sex_at_birth = models.CharField(max_length=12, choices=SexAtBirth.choices)
    external_id = KeyField(max_length=100, blank=True)
    primary = TenantForeignKey("team.Member", null=True, related_name="+")
    registration = models.CharField(max_length=10, choices=Registration.choices, default=Registration.NONE)
    risk = models.CharField(max_length=10, choices=RiskLevel.choices, blank=True)
    made_in = TenantForeignKey("changes.ChangeSet", null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("client", "primary", "made_in")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "status", "sort_key", "id"), name="client_by_name"),
            models.Index(fields=("practice", "status", "updated_at", "id"), name="client_by_update"),
            models.Index(
                fields=("practice", "status", "registration", "sort_key", "id"), name="client_by_registration"
            ),
            models.Index(fields=("practice", "status", "created_at", "id"), name="client_by_creation"),
            models.Index(fields=("practice", "status", "birth_date", "id"), name="client_by_birth"),
            models.Index(fields=("practice", "status", "email", "id"), name="client_by_email_order"),
            models.Index(fields=("practice", "status", "external_id", "id"), name="client_by_external_order"),
            models.Index(
                fields=("practice", "status", "primary", "sort_key", "id"), name="client_by_primary"
            ),
            # Of few bytes, for counting a therapist's clients: the one above would be read for twice as long.
            models.Index(fields=("practice", "status", "primary"), name="client_counted"),
            models.Index(
                fields=("practice", "status", "risk", "sort_key", "id"),
                name="client_by_risk",
                condition=~Q(risk=""),
            ),
            models.Index(
                fields=("practice", "made_in"), name="client_by_change", condition=Q(made_in__isnull=False)
            ),
        ]


class ClientWord(TenantRow):
    """A word by which a client is found: of the name, the e-mail, the external ID.

    An index more than a record. `status` and `sort_key` are the client's, so that a search reads one index in one
    stretch and never the clients it does not show. `shared` is how many first letters the word has in common with the
    client's word before it: a search for a longer beginning meets each client at exactly one of their words, so
    counting them needs no DISTINCT. `shared_in_name` is the same among the words of the name alone, for those who may
    not search by anything else; other words have `keys.NOT_OF_NAME` there.
    """

    pk = models.CompositePrimaryKey("practice", "client", "word")
    # The client's key holds the practice too; asking for it again would be a third of the work of writing many.
    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="words")
    word = KeyField(max_length=60)
    shared = models.PositiveSmallIntegerField()
    shared_in_name = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ClientStatus.choices)
    sort_key = KeyField(max_length=220)

    class Meta(TenantRow.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_word_client_tenant")]
        indexes: ClassVar = [
            models.Index(
                fields=("practice", "status", "word", "sort_key", "client", "shared", "shared_in_name"),
                name="client_word_search",
            )
        ]


class ClientProfile(TenantRow):
    """What is kept of a client besides what lists read: `profile.FURTHER_FIELDS`. Who has none of it has no row."""

    pk = models.CompositePrimaryKey("practice", "client")
    # The client's key holds the practice too, as for the words.
    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="profiles")
    preferred_name = models.CharField(max_length=100, blank=True)
    pronouns = models.CharField(max_length=60, blank=True)
    gender_identity = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=60, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, blank=True)
    emergency_name = models.CharField(max_length=100, blank=True)
    emergency_relationship = models.CharField(max_length=60, blank=True)
    emergency_phone = models.CharField(max_length=40, blank=True)
    guardian_name = models.CharField(max_length=100, blank=True)
    guardian_relationship = models.CharField(max_length=60, blank=True)
    guardian_phone = models.CharField(max_length=40, blank=True)
    guardian_email = models.CharField(max_length=254, blank=True)

    class Meta(TenantRow.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_profile_client_tenant")]


class ClientIdentifier(TenantRow):
    """A client's number in one of the other systems that know them. `Client.external_id` is the practice's own."""

    pk = models.CompositePrimaryKey("practice", "client", "system_key")
    # The client's key holds the practice too, as for the words.
    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=50)
    system_key = KeyField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta(TenantRow.Meta):
        constraints: ClassVar = [TenantKey(field="client", name="client_identifier_client_tenant")]


class DuplicateNotice(TenantModel):
    """A new client who looks like one whom their creator may not see: for those who see both (SPEC 8.4)."""

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    other = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    shares = models.CharField(max_length=80)  # as `duplicates.SHARED` says it
    noticed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("duplicate_notice", "client", "other", "settled_by"),
            models.UniqueConstraint(fields=("practice", "client"), name="duplicate_notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "other"), name="duplicate_notice_by_other"),
            models.Index(
                fields=("practice", "noticed_at"),
                name="duplicate_notice_open",
                condition=Q(settled_at__isnull=True),
            ),
        ]


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


class ClientTag(TenantModel):
    """A tag on a client. `status` and `sort_key` are the client's, so that a tag's clients are read in their order."""

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="client_tags")
    tag = TenantForeignKey(Tag, related_name="+")
    status = models.CharField(max_length=10, choices=ClientStatus.choices)
    sort_key = KeyField(max_length=220)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("client_tag", "client", "tag"),
            models.UniqueConstraint(fields=("practice", "client", "tag"), name="client_tag_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "tag", "status", "sort_key", "client"), name="client_tag_by_tag")
        ]


class AssignmentKind(models.TextChoices):
    """How a clinician is tied to a client (ARCHITECTURE section 4)."""

    PRIMARY = "primary", "Primary therapist"
    DIRECT = "direct", "Direct therapist"
    WALK_IN = "walk_in", "Walk-in"
    COVER = "cover", "Cover"


# A client has one therapist at a time, and `Client.primary` is who that is. Ties of the other kinds stand beside it.
THERAPIST_KINDS = (AssignmentKind.PRIMARY, AssignmentKind.DIRECT)
FURTHER_KINDS = (AssignmentKind.WALK_IN, AssignmentKind.COVER)


class Assignment(TenantModel):
    """One period during which a clinician was tied to a client. Closed, never overwritten.

    A walk-in is tied to one session, whose time is `session_at`. A cover stands in for `covers_for`, the client's
    therapist, until a day that is known from the start.
    """

    client = TenantForeignKey(Client, related_name="assignments")
    member = TenantForeignKey("team.Member", related_name="+")
    kind = models.CharField(max_length=10, choices=AssignmentKind.choices)
    level = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    session_at = models.DateTimeField(null=True)
    covers_for = TenantForeignKey("team.Member", null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")
    ended_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("assignment", "client", "member", "covers_for", "made_by", "ended_by"),
            models.UniqueConstraint(
                fields=("practice", "client"),
                # exactly one primary therapist, or the one therapist of a direct client
                condition=Q(until__isnull=True, kind__in=("primary", "direct")),
                name="assignment_one_open",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(kind="walk_in") | Q(session_at__isnull=False),
                name="assignment_walk_in_has_session",
            ),
            models.CheckConstraint(
                condition=~Q(kind="cover") | Q(covers_for__isnull=False, until__isnull=False),
                name="assignment_cover_has_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("practice", "member", "kind", "until", "client"), name="assignment_by_member_kind"
            ),
            models.Index(fields=("practice", "client", "since"), name="assignment_by_client"),
            models.Index(
                fields=("practice", "covers_for", "until"),
                name="assignment_covers_for",
                condition=Q(covers_for__isnull=False),
            ),
        ]


class ChosenClient(TenantRow):
    """A client chosen for a bulk act, as they were then: what changed meanwhile is told by it, and undoing goes by it.

    Doing and undoing each take the client's version one up, so a client whom nobody touched in between is known by it.
    """

    pk = models.CompositePrimaryKey("practice", "change_set", "client")
    # The keys below hold the practice too, as for the words.
    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    change_set = TenantForeignKey("changes.ChangeSet", on_delete=models.CASCADE, related_name="+")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ClientKind.choices)
    member = TenantForeignKey("team.Member", null=True, related_name="+")
    outcome = models.CharField(max_length=15, blank=True)  # `bulk.outcomes` says what became of them

    class Meta(TenantRow.Meta):
        constraints: ClassVar = [
            TenantKey(field="change_set", name="chosen_client_change_set_tenant"),
            TenantKey(field="client", name="chosen_client_client_tenant"),
            TenantKey(field="member", name="chosen_client_member_tenant"),
        ]
        indexes: ClassVar = [models.Index(fields=("practice", "client"), name="chosen_client_by_client")]


class MovedTag(TenantRow):
    """A tag that a bulk act put on a client, or took off."""

    pk = models.CompositePrimaryKey("practice", "change_set", "client", "tag")
    # The keys below hold the practice too, as for the words.
    practice = models.ForeignKey(
        "practices.Practice",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    change_set = TenantForeignKey("changes.ChangeSet", on_delete=models.CASCADE, related_name="+")
    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantRow.Meta):
        constraints: ClassVar = [
            TenantKey(field="change_set", name="moved_tag_change_set_tenant"),
            TenantKey(field="client", name="moved_tag_client_tenant"),
            TenantKey(field="tag", name="moved_tag_tag_tenant"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "client"), name="moved_tag_by_client"),
            models.Index(fields=("practice", "tag"), name="moved_tag_by_tag"),
        ]


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


class Relationship(models.TextChoices):
    """As what somebody acts for a client: the client themselves, or a guardian of one kind or another."""

    SELF = "self", "The client"
    PARENT = "parent", "Parent"
    GUARDIAN = "guardian", "Legal guardian"
    CAREGIVER = "caregiver", "Caregiver"
    OTHER = "other", "Somebody they trust"


class ClientLogin(TenantModel):
    """One period during which a login acts for a client: the client's own, or a guardian's (SPEC 8.5).

    Closed, never overwritten. A guardian's row is there before they have registered, and has no login until then. The
    client's own row is made when they register; its name and address are the client's, so both are empty here.
    """

    client = TenantForeignKey(Client, related_name="logins")
    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    relationship = models.CharField(max_length=10, choices=Relationship.choices)
    full_name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    made_by = TenantForeignKey("team.Member", null=True, related_name="+")
    ended_by = TenantForeignKey("team.Member", null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("client_login", "client", "made_by", "ended_by"),
            models.UniqueConstraint(
                fields=("practice", "client"),
                condition=Q(relationship="self", until__isnull=True),
                name="client_login_one_own",
            ),
            models.UniqueConstraint(
                fields=("practice", "client", "login"),
                condition=Q(until__isnull=True),
                name="client_login_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="client_login_ends_later"
            ),
            models.CheckConstraint(
                condition=~Q(relationship="self") | Q(login__isnull=False),
                name="client_login_own_is_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "login", "until"), name="client_login_by_login"),
            models.Index(fields=("practice", "client", "since"), name="client_login_by_client"),
        ]


class ClientPlace(models.Model):
    """In which practices a login acts or acted for clients: the only way from a login to those practices.

    It says nothing of rights: whether a login acts for anybody now is asked in the practice, of `ClientLogin`.
    """

    login = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    for_practice = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("login", "for_practice"), name="client_place_once")
        ]


class ScheduledDeletion(TenantModel):
    """An archived client whose record is destroyed when the practice's retention rule allows it (SPEC 8.11).

    The row goes when that is done, or when somebody takes it back.
    """

    client = TenantForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()
    reason = models.CharField(max_length=300)
    asked_by = TenantForeignKey("team.Member", related_name="+")
    asked_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            *tenant_constraints("scheduled_deletion", "client", "asked_by"),
            models.UniqueConstraint(fields=("practice", "client"), name="scheduled_deletion_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=("practice", "due_on", "id"), name="scheduled_deletion_by_day")
        ]


class FormerClient(TenantModel):
    """What is left of a client who was deleted or merged `into` another: when it went, who wanted it and why.

    The id is the client's own and is never given out again; that of a merged one leads on to the record that stayed.
    """

    into = TenantForeignKey(Client, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    by = TenantForeignKey("team.Member", null=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [*tenant_constraints("former_client", "by", "into")]
        indexes: ClassVar = [
            models.Index(fields=("practice", "at", "id"), name="former_client_by_time"),
            models.Index(
                fields=("practice", "into"), name="former_client_by_record", condition=Q(into__isnull=False)
            ),
        ]
