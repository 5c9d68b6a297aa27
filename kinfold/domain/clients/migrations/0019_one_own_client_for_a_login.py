"""One login is one client of a practice at a time; for further ones it acts as a guardian."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0018_where_merged_clients_went")]

    operations = [
        migrations.AddConstraint(
            model_name="clientlogin",
            constraint=models.UniqueConstraint(
                condition=models.Q(("relationship", "self"), ("until__isnull", True)),
                fields=("practice", "login"),
                name="client_login_own_once",
            ),
        ),
    ]
