from django.db import migrations, models


class Migration(migrations.Migration):
    """What the counter asks at the hand-over and at an express application: 成年被後見人, and confirmed exceptions."""

    dependencies = [
        ("mynacard", "0007_abroad"),
    ]

    operations = [
        operation
        for model in ("handover", "expressapplication")
        for operation in (
            migrations.AddField(
                model_name=model,
                name="under_guardianship",
                field=models.BooleanField(default=False, verbose_name="成年被後見人"),
            ),
            migrations.AddField(
                model_name=model,
                name="exemptions",
                field=models.JSONField(default=list, verbose_name="確認した例外の理由"),
            ),
        )
    ]
