"""A certificate that was issued anew waits until its card comes to a counter."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Grant


class Migration(migrations.Migration):
    """The column and its grant."""

    dependencies = [("jpki", "0011_replacement"), ("mynacard", "0005_sittings_isolation")]
    operations = [
        migrations.AddField(
            model_name="cardcertificate",
            name="is_written",
            field=models.BooleanField(default=True, verbose_name="カードに書込み済み"),
        ),
        Grant("mynacard_cardcertificate", {"jlis_mynacard": "SELECT, INSERT, UPDATE (is_written)"}),
    ]
