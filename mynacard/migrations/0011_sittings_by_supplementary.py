"""A sitting at the 本籍地, of somebody abroad, goes by the 附票, whose versions are counted apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mynacard", "0010_exemptions_of_certificates")]

    operations = [
        migrations.AddField(
            model_name="certificatesitting",
            name="by_supplementary",
            field=models.BooleanField(default=False, verbose_name="附票による"),
        ),
    ]
