"""Nothing links to what was done under which key, so it is written into one index less."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """One key less."""

    dependencies = [("access", "0001_tables")]

    operations = [migrations.RemoveConstraint(model_name="replay", name="replay_tenant")]
