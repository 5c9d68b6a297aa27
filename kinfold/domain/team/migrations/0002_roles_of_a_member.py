"""A member's roles are found without reading everybody's."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = [("team", "0001_tables")]

    operations = [
        migrations.AddIndex(
            model_name="memberrole",
            index=models.Index(fields=("practice", "member"), name="member_role_member"),
        ),
    ]
