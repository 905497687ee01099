"""A replayed answer carries the headers of the first one too: where its job is, how many it delivered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("kernel", "0002_isolation")]
    operations = [
        migrations.AddField(
            model_name="idempotencyrecord",
            name="headers",
            field=models.JSONField(default=dict, verbose_name="見出し"),
        )
    ]
