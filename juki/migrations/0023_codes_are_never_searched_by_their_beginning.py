"""Indexes for LIKE that Django makes beside a unique text: nobody asks for codes that begin with something.

In a load they were a third of the random writes (bench/load.py).
"""

from django.db import migrations

_TABLES = {
    "juki_resident_resident_code_f703f1e3_like": ("juki_resident", "resident_code"),
    "juki_residentcode_code_5f004b46_like": ("juki_residentcode", "code"),
}


class Migration(migrations.Migration):
    dependencies = [("juki", "0022_removed_supplementary")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {name}",
            f"CREATE INDEX {name} ON {table} ({column} varchar_pattern_ops)",
        )
        for name, (table, column) in _TABLES.items()
    ]
