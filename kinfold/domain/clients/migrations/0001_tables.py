"""All tables of clients; until the first release, later migrations are folded in (decision 0020)."""

import django.db.models.deletion
import kinfold.domain.kernel.fields
import kinfold.domain.kernel.tenants
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("clients", "0001_initial"),
        ("clients", "0002_words_by_their_client"),
        ("clients", "0003_birth_date_may_be_unknown"),
        ("clients", "0004_walk_ins"),
        ("clients", "0005_chosen_for_a_bulk_act"),
        ("clients", "0006_tags_of_a_bulk_act"),
        ("clients", "0007_list_layouts"),
        ("clients", "0008_covers"),
        ("clients", "0009_logins_of_clients"),
        ("clients", "0010_profiles"),
        ("clients", "0011_counting_a_therapists_clients"),
        ("clients", "0012_risk"),
        ("clients", "0013_orders_of_the_list"),
        ("clients", "0014_leaving"),
        ("clients", "0015_no_second_index_of_addresses"),
        ("clients", "0016_duplicate_notices"),
        ("clients", "0017_saved_views"),
        ("clients", "0018_where_merged_clients_went"),
        ("clients", "0019_one_own_client_for_a_login"),
        ("clients", "0020_ties_of_a_client_by_kind"),
    ]

    initial = True

    dependencies = [
        ("changes", "0001_tables"),
        ("identity", "__first__"),
        ("practices", "0001_tables"),
        ("team", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("practice", "Practice client"), ("direct", "Direct client")],
                        default="practice",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("archived", "Archived")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("sort_key", kinfold.domain.kernel.fields.KeyField(max_length=220)),
                ("email", kinfold.domain.kernel.fields.KeyField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("birth_date", models.DateField(null=True)),
                (
                    "sex_at_birth",
                    models.CharField(
                        choices=[
                            ("female", "Female"),
                            ("male", "Male"),
                            ("unknown", "Unknown"),
                            ("undisclosed", "Prefer not to say"),
                        ],
                        max_length=12,
                    ),
                ),
                ("external_id", kinfold.domain.kernel.fields.KeyField(blank=True, max_length=100)),
                (
                    "primary",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "registration",
                    models.CharField(
                        choices=[
                            ("none", "Not registered"),
                            ("sent", "Code sent"),
                            ("expired", "Code expired"),
                            ("registered", "Registered"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "None"),
                            ("low", "Low"),
                            ("moderate", "Moderate"),
                            ("high", "High"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "made_in",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.changeset",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "status", "sort_key", "id"], name="client_by_name"),
                    models.Index(fields=["practice", "status", "updated_at", "id"], name="client_by_update"),
                    models.Index(
                        fields=["practice", "status", "registration", "sort_key", "id"],
                        name="client_by_registration",
                    ),
                    models.Index(
                        fields=["practice", "status", "created_at", "id"], name="client_by_creation"
                    ),
                    models.Index(fields=["practice", "status", "birth_date", "id"], name="client_by_birth"),
                    models.Index(fields=["practice", "status", "email", "id"], name="client_by_email_order"),
                    models.Index(
                        fields=["practice", "status", "external_id", "id"], name="client_by_external_order"
                    ),
                    models.Index(
                        fields=["practice", "status", "primary", "sort_key", "id"], name="client_by_primary"
                    ),
                    models.Index(fields=["practice", "status", "primary"], name="client_counted"),
                    models.Index(
                        condition=models.Q(("risk", ""), _negated=True),
                        fields=["practice", "status", "risk", "sort_key", "id"],
                        name="client_by_risk",
                    ),
                    models.Index(
                        condition=models.Q(("made_in__isnull", False)),
                        fields=["practice", "made_in"],
                        name="client_by_change",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="primary", name="client_primary_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="made_in", name="client_made_in_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientProfile",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice", "client", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profiles",
                        to="clients.client",
                    ),
                ),
                ("preferred_name", models.CharField(blank=True, max_length=100)),
                ("pronouns", models.CharField(blank=True, max_length=60)),
                ("gender_identity", models.CharField(blank=True, max_length=60)),
                ("language", models.CharField(blank=True, max_length=60)),
                ("street", models.CharField(blank=True, max_length=200)),
                ("city", models.CharField(blank=True, max_length=60)),
                ("region", models.CharField(blank=True, max_length=60)),
                ("postal_code", models.CharField(blank=True, max_length=12)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("emergency_name", models.CharField(blank=True, max_length=100)),
                ("emergency_relationship", models.CharField(blank=True, max_length=60)),
                ("emergency_phone", models.CharField(blank=True, max_length=40)),
                ("guardian_name", models.CharField(blank=True, max_length=100)),
                ("guardian_relationship", models.CharField(blank=True, max_length=60)),
                ("guardian_phone", models.CharField(blank=True, max_length=40)),
                ("guardian_email", models.CharField(blank=True, max_length=254)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_profile_client_tenant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientIdentifier",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "client",
                        "system_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="clients.client",
                    ),
                ),
                ("system", models.CharField(max_length=50)),
                ("system_key", kinfold.domain.kernel.fields.KeyField(max_length=100)),
                ("value", models.CharField(max_length=100)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_identifier_client_tenant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=50)),
                ("key", kinfold.domain.kernel.fields.KeyField(max_length=100)),
                (
                    "made_in",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.changeset",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="tag_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="made_in", name="tag_made_in_tenant"),
                    models.UniqueConstraint(fields=("practice", "key"), name="tag_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientTag",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="client_tags",
                        to="clients.client",
                    ),
                ),
                (
                    "tag",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.tag"
                    ),
                ),
                (
                    "status",
                    models.CharField(choices=[("active", "Active"), ("archived", "Archived")], max_length=10),
                ),
                ("sort_key", kinfold.domain.kernel.fields.KeyField(max_length=220)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["practice", "tag", "status", "sort_key", "client"], name="client_tag_by_tag"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="client_tag_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="client_tag_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="tag", name="client_tag_tag_tenant"),
                    models.UniqueConstraint(fields=("practice", "client", "tag"), name="client_tag_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChosenClient",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "change_set",
                        "client",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("practice", "Practice client"), ("direct", "Direct client")], max_length=10
                    ),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=15)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "client"], name="chosen_client_by_client")],
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="chosen_client_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="chosen_client_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="member", name="chosen_client_member_tenant"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MovedTag",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "change_set",
                        "client",
                        "tag",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "change_set",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="changes.changeset"
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "tag",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.tag"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "client"], name="moved_tag_by_client"),
                    models.Index(fields=["practice", "tag"], name="moved_tag_by_tag"),
                ],
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="change_set", name="moved_tag_change_set_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="moved_tag_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="tag", name="moved_tag_tag_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateNotice",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "other",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                ("shares", models.CharField(max_length=80)),
                ("noticed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "other"], name="duplicate_notice_by_other"),
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["practice", "noticed_at"],
                        name="duplicate_notice_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="duplicate_notice_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="duplicate_notice_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="other", name="duplicate_notice_other_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="settled_by", name="duplicate_notice_settled_by_tenant"
                    ),
                    models.UniqueConstraint(fields=("practice", "client"), name="duplicate_notice_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduledDeletion",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                ("due_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                (
                    "asked_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "due_on", "id"], name="scheduled_deletion_by_day")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="scheduled_deletion_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="scheduled_deletion_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="asked_by", name="scheduled_deletion_asked_by_tenant"
                    ),
                    models.UniqueConstraint(fields=("practice", "client"), name="scheduled_deletion_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerClient",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "into",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "at", "id"], name="former_client_by_time"),
                    models.Index(
                        condition=models.Q(("into__isnull", False)),
                        fields=["practice", "into"],
                        name="former_client_by_record",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="former_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="by", name="former_client_by_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="into", name="former_client_into_tenant"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("key", kinfold.domain.kernel.fields.KeyField(max_length=120)),
                ("shared", models.BooleanField(default=False)),
                ("wanted", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                ("page_size", models.PositiveSmallIntegerField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["practice", "shared", "key"], name="saved_view_shared")],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="saved_view_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="saved_view_member_tenant"),
                    models.UniqueConstraint(fields=("practice", "member", "key"), name="saved_view_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListLayout",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                (
                    "default_view",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.savedview",
                    ),
                ),
                ("columns", models.JSONField(default=list)),
                ("page_size", models.PositiveSmallIntegerField(default=50)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="list_layout_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="list_layout_member_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="default_view", name="list_layout_default_view_tenant"
                    ),
                    models.UniqueConstraint(fields=("practice", "member"), name="list_layout_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientLogin",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logins",
                        to="clients.client",
                    ),
                ),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "relationship",
                    models.CharField(
                        choices=[
                            ("self", "The client"),
                            ("parent", "Parent"),
                            ("guardian", "Legal guardian"),
                            ("caregiver", "Caregiver"),
                            ("other", "Somebody they trust"),
                        ],
                        max_length=10,
                    ),
                ),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "ended_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["practice", "login", "until"], name="client_login_by_login"),
                    models.Index(fields=["practice", "client", "since"], name="client_login_by_client"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="client_login_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="client", name="client_login_client_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="client_login_made_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="ended_by", name="client_login_ended_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relationship", "self"), ("until__isnull", True)),
                        fields=("practice", "client"),
                        name="client_login_one_own",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relationship", "self"), ("until__isnull", True)),
                        fields=("practice", "login"),
                        name="client_login_own_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("practice", "client", "login"),
                        name="client_login_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="client_login_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relationship", "self"), _negated=True),
                            ("login__isnull", False),
                            _connector="OR",
                        ),
                        name="client_login_own_is_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "login",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("for_practice", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("login", "for_practice"), name="client_place_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="clients.client",
                    ),
                ),
                (
                    "member",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="team.member"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("primary", "Primary therapist"),
                            ("direct", "Direct therapist"),
                            ("walk_in", "Walk-in"),
                            ("cover", "Cover"),
                        ],
                        max_length=10,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("session_at", models.DateTimeField(null=True)),
                (
                    "covers_for",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "made_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
                (
                    "ended_by",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="team.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["practice", "member", "kind", "until", "client"],
                        name="assignment_by_member_kind",
                    ),
                    models.Index(
                        fields=["practice", "client", "kind", "until", "member"], name="assignment_by_client"
                    ),
                    models.Index(
                        condition=models.Q(("covers_for__isnull", False)),
                        fields=["practice", "covers_for", "until"],
                        name="assignment_covers_for",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "id"), name="assignment_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="assignment_client_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(field="member", name="assignment_member_tenant"),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="covers_for", name="assignment_covers_for_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="made_by", name="assignment_made_by_tenant"
                    ),
                    kinfold.domain.kernel.tenants.TenantKey(
                        field="ended_by", name="assignment_ended_by_tenant"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ("primary", "direct")), ("until__isnull", True)),
                        fields=("practice", "client"),
                        name="assignment_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="assignment_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "walk_in"), _negated=True),
                            ("session_at__isnull", False),
                            _connector="OR",
                        ),
                        name="assignment_walk_in_has_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "cover"), _negated=True),
                            models.Q(("covers_for__isnull", False), ("until__isnull", False)),
                            _connector="OR",
                        ),
                        name="assignment_cover_has_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientWord",
            fields=[
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice",
                        "client",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "client",
                    kinfold.domain.kernel.tenants.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="clients.client"
                    ),
                ),
                ("word", kinfold.domain.kernel.fields.KeyField(max_length=60)),
                ("shared", models.PositiveSmallIntegerField()),
                ("shared_in_name", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(choices=[("active", "Active"), ("archived", "Archived")], max_length=10),
                ),
                ("sort_key", kinfold.domain.kernel.fields.KeyField(max_length=220)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=[
                            "practice",
                            "status",
                            "word",
                            "sort_key",
                            "client",
                            "shared",
                            "shared_in_name",
                        ],
                        name="client_word_search",
                    )
                ],
                "constraints": [
                    kinfold.domain.kernel.tenants.TenantKey(field="client", name="client_word_client_tenant")
                ],
            },
        ),
    ]
