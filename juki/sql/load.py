"""The statements of the first load.

Why not the ORM: a municipality has up to millions of rows (bench/load.py). Rows expected: the file's. The staging table
is temporary and holds the rows of a batch whole; COPY fills it, and INSERT … SELECT spread it.
"""

STAGING = """
    CREATE TEMPORARY TABLE staging (
        resident uuid, resident_code text, name text, name_kana text, kana_source text,
        former_surname text, former_surname_kana text, alias text, address text, birth_date text, birth_from date,
        sex text, resident_class text, reason text, changed_on date, name_key text, kana_key text, address_key text,
        sealed bytea, index bytea
    ) ON COMMIT DROP;
    GRANT SELECT ON staging TO jlis_numbers
"""
INSERTS = (
    """
    INSERT INTO juki_resident (id, prefecture, municipality, office, resident_code, state, removal_reason, version,
                               changed_on, registered_at)
    SELECT resident, %(prefecture)s, %(municipality)s, %(office)s, resident_code, 'CURRENT', '', 1, changed_on, %(at)s
    FROM staging
    """,
    """
    INSERT INTO juki_residentcode (code, resident, valid_from) SELECT resident_code, resident, changed_on FROM staging
    """,
    """
    INSERT INTO juki_identityrecord (
        prefecture, municipality, office, resident, version, state, resident_code, name, name_kana, kana_source,
        former_surname, former_surname_kana, alias, address, birth_date, birth_from, sex, resident_class,
        change_reason, changed_on, valid_from, recorded_at, name_key, kana_key, address_key)
    SELECT %(prefecture)s, %(municipality)s, %(office)s, resident, 1, 'CURRENT', resident_code, name, name_kana,
           kana_source, former_surname, former_surname_kana, alias, address, birth_date, birth_from, sex,
           resident_class, reason, changed_on, changed_on, %(at)s, name_key, kana_key, address_key
    FROM staging
    """,
    """
    INSERT INTO juki_numbernotice (prefecture, municipality, office, resident, kind, given_on, noted_at)
    SELECT %(prefecture)s, %(municipality)s, %(office)s, resident, 'NEW', %(on)s, %(at)s FROM staging
    """,
)
NUMBERS = """
    INSERT INTO juki_individualnumber (resident, sealed, index, valid_from)
    SELECT resident, sealed, index, %(on)s FROM staging
"""
