"""What more may contradict (J1, J3); a sender's numbers of a person go on under the first code that the person bore."""

from django.db import migrations, models

# Someone whose code was changed has been counted under each code.
ONE_ORDER = """
ALTER TABLE juki_residentcode NO FORCE ROW LEVEL SECURITY;
ALTER TABLE juki_sendersequence NO FORCE ROW LEVEL SECURITY;
WITH borne AS (
    SELECT code, first_value(code) OVER (PARTITION BY resident ORDER BY valid_from, valid_to) AS first
    FROM juki_residentcode
    WHERE resident IN (SELECT resident FROM juki_residentcode WHERE valid_to IS NOT NULL)
),
counted AS (
    DELETE FROM juki_sendersequence s USING borne b
    WHERE b.code = s.resident_code AND b.code <> b.first
    RETURNING s.office, b.first, s.last
)
INSERT INTO juki_sendersequence (office, resident_code, last)
SELECT office, first, max(last) FROM counted GROUP BY office, first
ON CONFLICT (office, resident_code) DO UPDATE SET last = greatest(juki_sendersequence.last, EXCLUDED.last);
ALTER TABLE juki_residentcode FORCE ROW LEVEL SECURITY;
ALTER TABLE juki_sendersequence FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """Words, and the orders of those whose code was changed."""

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
                    ("CODE_NOT_ALLOTTED", "割り当てていない住民票コード"),
                    ("NOT_MINOR", "軽微な修正でない氏名の変更"),
                    ("ORDER_GAP", "前の順序の通知が届かない"),
                    ("OTHER_CLASS", "住民区分に合わない異動"),
                    ("NOTHING_TO_CHANGE", "記載のない旧氏・通称の異動"),
                ],
                max_length=24,
                verbose_name="種別",
            ),
        ),
        migrations.RunSQL(ONE_ORDER, migrations.RunSQL.noop),
    ]
