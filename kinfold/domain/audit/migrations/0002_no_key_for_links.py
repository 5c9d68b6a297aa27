"""Nothing links to entries and details of the trail, so each is written into one index less."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Two keys less; SQLite makes the tables anew for it, with all that is in them."""

    dependencies = [("audit", "0001_tables")]

    operations = [
        migrations.RemoveConstraint(model_name="auditentry", name="audit_entry_tenant"),
        migrations.RemoveConstraint(model_name="auditdetail", name="audit_detail_tenant"),
    ]
