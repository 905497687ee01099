from django.db import migrations, models


class Migration(migrations.Migration):
    """The register's version that a certificate was made of; of those issued before it was not noted."""

    dependencies = [
        ("jpki", "0026_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="record_version",
            field=models.PositiveIntegerField(default=0, verbose_name="本人確認情報の版"),
        ),
    ]
