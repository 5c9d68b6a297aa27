from django.db import migrations, models


class Migration(migrations.Migration):
    """A role can carry a billing modifier."""

    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="role", name="modifier", field=models.CharField(blank=True, max_length=2)
        )
    ]
