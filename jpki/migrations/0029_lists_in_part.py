"""A large list is looked at with some of its entries, no more passed over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jpki", "0028_record_version")]

    operations = [
        migrations.RenameField("inspection", "passed_over", "in_part"),
        migrations.AlterField(
            "inspection", "in_part", models.PositiveIntegerField("一部の項目を検査した大きな失効リストの数")
        ),
    ]
