from django.db import migrations, models


class Migration(migrations.Migration):
    """The register's version that a certificate was made of, of those issued before not noted; a cause of law 14."""

    dependencies = [
        ("jpki", "0026_tallies"),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="record_version",
            field=models.PositiveIntegerField(default=0, verbose_name="本人確認情報の版"),
        ),
        migrations.AlterField(
            model_name="certificatestatus",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("HOLD", "一時保留"),
                    ("HOLDER_REQUEST", "失効申請"),
                    ("KEY_COMPROMISE", "秘密鍵の漏えい等"),
                    ("CHANGE", "異動"),
                    ("REMOVAL", "消除"),
                    ("RECORD_ERROR", "記録誤り"),
                    ("RENEWAL", "更新"),
                    ("REPLACEMENT", "一斉再発行"),
                    ("AUTHORITY_KEY", "発行者の署名鍵の漏えい等"),
                    ("CARD_VOID", "カードの廃止"),
                    ("CARD_SIGNATURE", "カードの署名用電子証明書の失効"),
                    ("DISCARD", "交付前の破棄"),
                ],
                max_length=16,
                verbose_name="事由",
            ),
        ),
    ]
