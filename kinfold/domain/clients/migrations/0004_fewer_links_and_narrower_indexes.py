"""Ties and chosen clients: no look at members whom the door knows, and no index of what changes when a tie ends."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Three links less to check for each client who is reassigned, and narrower indexes."""

    dependencies = [("clients", "0003_fewer_orders_of_their_own")]

    operations = [
        migrations.RemoveConstraint(model_name="assignment", name="assignment_made_by_tenant"),
        migrations.RemoveConstraint(model_name="assignment", name="assignment_ended_by_tenant"),
        migrations.RemoveConstraint(model_name="chosenclient", name="chosen_client_member_tenant"),
        migrations.RemoveIndex(model_name="assignment", name="assignment_by_member_kind"),
        migrations.RemoveIndex(model_name="assignment", name="assignment_by_client"),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=("practice", "client"), name="assignment_of_client"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=("practice", "member"), name="assignment_of_member"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                fields=("practice", "member", "kind", "until", "client"),
                name="assignment_further",
                condition=Q(kind__in=("walk_in", "cover")),
            ),
        ),
    ]
