"""What more may contradict: a code that was changed before (J3)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Words alone."""

    dependencies = [("juki", "0023_codes_are_never_searched_by_their_beginning")]

    operations = [
        migrations.AlterField(
            model_name="discrepancy",
            name="kind",
            field=models.CharField(
                choices=[
                    ("TWO_MUNICIPALITIES", "ほかの市区町村に現存"),
                    ("NOT_CURRENT", "消除済みの者への異動"),
                    ("UNKNOWN_RESIDENT", "住民票コードの該当者なし"),
                    ("BEFORE_BIRTH", "生年月日より前の異動"),
                    ("BEFORE_LAST_CHANGE", "前の異動より前の異動"),
                    ("ALREADY_REGISTERED", "既に登録済み"),
                    ("DECEASED", "死亡により消除済み"),
                    ("CODE_NOT_IN_FORCE", "変更前の住民票コード"),
                    ("NOT_MINOR", "軽微な修正でない氏名の変更"),
                ],
                max_length=24,
                verbose_name="種別",
            ),
        ),
    ]
