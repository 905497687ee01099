"""The statements of a copy's whole load.

Why not the ORM: a town has up to millions of rows, and COPY into a table under row-level security is refused. Rows
expected: the file's. The staging table is temporary; who a row is, is found by one join on the register's unique index
of 住民票コード.
"""

STAGING = """
    CREATE TEMPORARY TABLE copy_staging (number text, household text, resident_code text, body bytea) ON COMMIT DROP
"""
FILL = "COPY copy_staging FROM STDIN"
INSERT = """
    INSERT INTO bcl_copyentry (prefecture, municipality, office, number, household, resident, sequence, body,
                               received_at)
    SELECT %(prefecture)s, %(municipality)s, %(office)s, number, household, r.id, %(sequence)s, body, %(at)s
    FROM copy_staging LEFT JOIN juki_resident r USING (resident_code)
    RETURNING resident
"""
