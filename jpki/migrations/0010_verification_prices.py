"""The prices that are known: 20 yen a signature check and 2 yen a user authentication by OCSP, free since January 2023;
lists are free for good. This system's own way of asking came later and has been free throughout.

The first day is that from which companies could be certified; bills of before that day there are none.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

OPENED, FREED = date(2016, 1, 1), date(2023, 1, 1)
PRICES = (
    ("OCSP", "SIGN", "20", OPENED),
    ("OCSP", "AUTH", "2", OPENED),
    ("OCSP", "SIGN", "0", FREED),
    ("OCSP", "AUTH", "0", FREED),
    ("CRL", "SIGN", "0", OPENED),
    ("CRL", "AUTH", "0", OPENED),
    ("API", "SIGN", "0", FREED),
    ("API", "AUTH", "0", FREED),
)


def enter(apps, schema_editor):
    price = apps.get_model("jpki", "VerificationPrice")
    price.objects.bulk_create(
        price(channel=channel, what=what, yen=Decimal(yen), valid_from=day) for channel, what, yen, day in PRICES
    )


class Migration(migrations.Migration):
    """Rows."""

    dependencies = [("jpki", "0009_party_isolation")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
