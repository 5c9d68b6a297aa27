"""Whoever was removed may join the same practice again with the same login; their earlier row stays as history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("team", "0005_status_periods"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="member", name="member_login"),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("practice", "login"),
                name="member_login",
            ),
        ),
    ]
