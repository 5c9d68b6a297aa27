"""One index finds the ties of a client and holds that one of them is to a therapist; and what follows is not looked up."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Case, F, When


class Migration(migrations.Migration):
    """Of each tie one index less to write, and of each client who gets a therapist one link less to check."""

    dependencies = [("clients", "0006_headcounts")]

    operations = [
        migrations.RemoveConstraint(model_name="client", name="client_primary_tenant"),
        migrations.RemoveConstraint(model_name="assignment", name="assignment_one_open"),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                F("practice"),
                F("client"),
                Case(When(until__isnull=True, kind__in=("primary", "direct"), then=1)),
                name="assignment_one_open",
            ),
        ),
        migrations.RemoveIndex(model_name="assignment", name="assignment_of_client"),
    ]
