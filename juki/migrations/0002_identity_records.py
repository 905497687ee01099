"""The big leaf table, partitioned by prefecture, with its indexes and the sequence of its ids.

The sequences behind 住民票コード and 個人番号 stand here too: each number of theirs is drawn once.
"""

from django.db import migrations

TABLE = """
CREATE SEQUENCE juki_identityrecord_id_seq;
CREATE SEQUENCE juki_individual_number_seq MINVALUE 0 START 0;
CREATE TABLE juki_identityrecord (
    prefecture smallint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('juki_identityrecord_id_seq'),
    municipality varchar(6) NOT NULL,
    office varchar(6) NOT NULL,
    resident uuid NOT NULL,
    version integer NOT NULL,
    state varchar(10) NOT NULL CHECK (state IN ('CURRENT', 'REMOVED')),
    resident_code varchar(11) NOT NULL,
    name varchar(200) NOT NULL,
    name_kana varchar(200) NOT NULL,
    kana_source varchar(12) NOT NULL,
    former_surname varchar(100) NOT NULL DEFAULT '',
    former_surname_kana varchar(100) NOT NULL DEFAULT '',
    alias varchar(200) NOT NULL DEFAULT '',
    address varchar(400) NOT NULL,
    birth_date varchar(10) NOT NULL,
    birth_from date NOT NULL,
    sex varchar(1) NOT NULL,
    resident_class varchar(10) NOT NULL,
    change_reason varchar(3) NOT NULL,
    changed_on date NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    notification uuid,
    name_key varchar(200) NOT NULL,
    kana_key varchar(200) NOT NULL,
    address_key varchar(400) NOT NULL,
    PRIMARY KEY (prefecture, id),
    CONSTRAINT identity_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT identity_recorded_in_order CHECK (superseded_at IS NULL OR superseded_at >= recorded_at),
    CONSTRAINT identity_not_before_birth CHECK (changed_on >= birth_from)
) PARTITION BY LIST (prefecture);
"""
PARTITIONS = "\n".join(
    f"CREATE TABLE juki_identityrecord_p{number:02} PARTITION OF juki_identityrecord FOR VALUES IN ({number});"
    for number in range(1, 48)
)
INDEXES = """
CREATE UNIQUE INDEX identity_one_latest ON juki_identityrecord (prefecture, resident)
    WHERE valid_to IS NULL AND superseded_at IS NULL;
CREATE INDEX identity_of_resident ON juki_identityrecord (resident);
CREATE INDEX identity_by_code ON juki_identityrecord (resident_code);
CREATE INDEX identity_by_kana ON juki_identityrecord (office, kana_key text_pattern_ops)
    WHERE valid_to IS NULL AND superseded_at IS NULL;
CREATE INDEX identity_by_birth ON juki_identityrecord (birth_from, kana_key text_pattern_ops)
    WHERE valid_to IS NULL AND superseded_at IS NULL;
CREATE INDEX identity_by_change ON juki_identityrecord (office, changed_on);
"""


class Migration(migrations.Migration):
    """Table, partitions, indexes."""

    dependencies = [("juki", "0001_initial")]
    operations = [
        migrations.RunSQL(
            TABLE + PARTITIONS + INDEXES,
            "DROP TABLE juki_identityrecord; DROP SEQUENCE juki_identityrecord_id_seq;"
            "DROP SEQUENCE juki_individual_number_seq;",
        )
    ]
