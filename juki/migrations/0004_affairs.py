"""The affairs of the 別表 as first known; later amendments come as rows with later dates."""

import csv
from datetime import date
from pathlib import Path

from django.db import migrations

SOURCE = Path(__file__).resolve().parent.parent / "data" / "affairs.csv"
IN_FORCE = date(2015, 10, 5)
FIELDS = [
    "name", "name_kana", "former_surname", "former_surname_kana", "alias", "address", "birth_date", "sex",
    "resident_class", "municipality", "change_reason", "changed_on",
]  # fmt: skip
# Local bodies and J-LIS handle 住民票コード in their own affairs; national organs are not given it.
WITH_CODE = frozenset({"MUNICIPALITY", "WARD", "CITY", "PREFECTURE", "JLIS"})


def load(apps, schema_editor):
    affairs = apps.get_model("juki", "Affair")
    with SOURCE.open(newline="", encoding="utf-8") as file:
        affairs.objects.bulk_create(_affair(affairs, row) for row in csv.DictReader(file))


def _affair(affairs, row):
    kinds = row["kinds"].split()
    return affairs(
        code=row["code"],
        table=row["table"],
        item=row["item"],
        basis=row["basis"],
        body=row["body"],
        description=row["description"],
        fields=FIELDS + (["resident_code"] if WITH_CODE & set(kinds) else []),
        number_allowed=row["number_allowed"] == "1",
        kinds=kinds,
        valid_from=IN_FORCE,
    )


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("juki", "0003_isolation")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
