"""The reasons that lifted a rule for a certificate stand with it: whoever issues it anew goes by them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jpki", "0030_departures_within_japan")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="exemptions",
            field=models.JSONField(default=list, verbose_name="確認した例外の理由"),
        ),
    ]
