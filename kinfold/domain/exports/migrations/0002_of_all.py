"""Whether an export was made by somebody who saw all clients: who does not any more may not fetch it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("exports", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="export",
            name="of_all",
            field=models.BooleanField(default=False),
        ),
    ]
