"""Population by day, and what a provision costs. A town reads its own figures, a prefecture its prefecture's."""

from django.db import migrations, models

from jlis.kernel.isolation.operations import Grant, Protect, tenant_policies


class Migration(migrations.Migration):
    """Tables, grants and policies."""

    dependencies = [
        ("juki", "0006_protection"),
    ]

    operations = [
        migrations.CreateModel(
            name="PopulationCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="基準日")),
                ("prefecture", models.SmallIntegerField(verbose_name="都道府県番号")),
                ("municipality", models.CharField(max_length=6, verbose_name="市町村コード")),
                ("office", models.CharField(max_length=6, verbose_name="市区町村コード")),
                ("age", models.SmallIntegerField(verbose_name="年齢")),
                (
                    "sex",
                    models.CharField(
                        choices=[("M", "男"), ("F", "女"), ("U", "不明")], max_length=1, verbose_name="性別"
                    ),
                ),
                (
                    "resident_class",
                    models.CharField(
                        choices=[("JAPANESE", "日本人"), ("FOREIGN", "外国人")], max_length=10, verbose_name="住民区分"
                    ),
                ),
                ("people", models.PositiveIntegerField(verbose_name="人数")),
            ],
            options={
                "verbose_name": "住民基本台帳人口",
                "verbose_name_plural": "住民基本台帳人口",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "office", "age", "sex", "resident_class"), name="population_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProvisionFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[("IMMEDIATE", "即時"), ("BULK", "一括")], max_length=16, verbose_name="方法"
                    ),
                ),
                ("yen", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="1人当たりの額（円）")),
                ("valid_from", models.DateField(verbose_name="適用開始日")),
            ],
            options={
                "verbose_name": "本人確認情報の提供手数料",
                "verbose_name_plural": "本人確認情報の提供手数料",
                "ordering": ["method", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("method", "valid_from"), name="provision_fee_once"),
                    models.CheckConstraint(condition=models.Q(("yen__gte", 0)), name="provision_fee_not_negative"),
                ],
            },
        ),
        Protect(
            "juki_populationcount",
            tenant_policies(
                staff="SELECT", national="", jlis_operator="SELECT", jlis_registry="SELECT, INSERT, DELETE"
            ),
        ),
        Grant("juki_provisionfee", {"*": "SELECT", "jlis_operator": "INSERT, UPDATE"}),
    ]
