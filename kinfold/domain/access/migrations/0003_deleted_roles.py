from django.db import migrations, models


class Migration(migrations.Migration):
    """A deleted role stays for history, and its name is free again."""

    dependencies = [("access", "0002_modifiers")]

    operations = [
        migrations.AddField(model_name="role", name="deleted_at", field=models.DateTimeField(null=True)),
        migrations.RemoveConstraint(model_name="role", name="role_name"),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("practice", "name_key"),
                name="role_name",
            ),
        ),
    ]
