"""Affairs that an ordinance gives: open to the bodies that have one and are entered for it, and to no other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The mark, and the one affair of the first list that has it."""

    dependencies = [
        ("juki", "0028_number_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="affair",
            name="by_ordinance",
            field=models.BooleanField(default=False, verbose_name="条例で定める事務"),
        ),
        migrations.RunSQL(
            "UPDATE juki_affair SET by_ordinance = true WHERE basis = '住民基本台帳法30条の15第1項2号'",
            migrations.RunSQL.noop,
        ),
    ]
