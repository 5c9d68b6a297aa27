"""Clients are chosen or imported in the transaction that writes the act, so none of them looks it up again."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Of each of these clients one link less to check."""

    dependencies = [("clients", "0007_one_index_for_ties_of_a_client")]

    operations = [
        migrations.RemoveConstraint(model_name="chosenclient", name="chosen_client_change_set_tenant"),
        migrations.RemoveConstraint(model_name="client", name="client_made_in_tenant"),
    ]
