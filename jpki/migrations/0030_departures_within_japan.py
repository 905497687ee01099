"""Who moves within Japan and told of it beforehand waits for the day as well; all who wait now leave Japan."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jpki", "0029_lists_in_part")]

    operations = [
        migrations.AlterModelOptions(
            name="departure",
            options={"verbose_name": "転出の予定", "verbose_name_plural": "転出の予定"},
        ),
        migrations.AlterField(
            model_name="departure", name="leaves_on", field=models.DateField(verbose_name="転出の予定年月日")
        ),
        migrations.AddField(
            model_name="departure",
            name="abroad",
            field=models.BooleanField(default=True, verbose_name="国外転出"),
        ),
    ]
