"""Lists are kept in pieces, so that a large one is made, compared and served without being held whole."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from jpki.engine import der

_BLOCK = 15
# No piece without its list, and none after it. A list's pieces are written first, so the key is looked at last.
OF_LIST = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE jpki_crlpiece ADD CONSTRAINT jpki_crlpiece_of_list FOREIGN KEY (series_id, number)
    REFERENCES jpki_crlpublication (series_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""


def take_apart(apps, schema_editor):
    """The lists that were published before: the same octets, in pieces."""
    publications = apps.get_model("jpki", "CrlPublication").objects
    pieces = apps.get_model("jpki", "CrlPiece").objects
    full = set(apps.get_model("jpki", "CrlSeries").objects.filter(partition=None).values_list("pk", flat=True))
    for pk in publications.order_by("pk").values_list("pk", flat=True):
        row = publications.get(pk=pk)
        content = bytes(row.content)
        begin, end = _place_of_entries(content)
        blocks = _blocks(content, begin, end) if row.series_id in full else [(0, row.entries, content[begin:end])]
        pieces.bulk_create(
            pieces.model(series_id=row.series_id, number=row.number, place=place, entries=entries, content=octets)
            for place, entries, octets in blocks
            if entries
        )
        publications.filter(pk=pk).update(head=content[:begin], tail=content[end:], size=len(content))


def _place_of_entries(content: bytes) -> tuple[int, int]:
    _, start, _ = der.read(content)
    _, start, end = der.read(content, start)
    parts = list(der.children(content, start, end))
    _, _, _, place = parts[4]
    return next(((begin, stop) for tag, _, begin, stop in parts[5:] if tag == 0x30), (place, place))


def _blocks(content: bytes, start: int, end: int) -> list[tuple[int, int, bytes]]:
    """Place, number and octets of the entries whose serial numbers share a block; they stand in order."""
    blocks: list[list[int]] = []
    for _, begin, inner, stop in der.children(content, start, end):
        _, first, last = der.read(content, inner)
        place = int.from_bytes(content[first:last], "big", signed=True) >> _BLOCK
        if not blocks or blocks[-1][0] != place:
            blocks.append([place, 0, begin, stop])
        blocks[-1][1] += 1
        blocks[-1][3] = stop
    return [(place, entries, content[begin:stop]) for place, entries, begin, stop in blocks]


class Migration(migrations.Migration):
    """The pieces, what stands around them, and the order in which the full list is joined."""

    dependencies = [("jpki", "0022_device_isolation")]

    operations = [
        migrations.CreateModel(
            name="CrlPiece",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series", "number", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="jpki.crlseries",
                        verbose_name="系列",
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="CRL番号")),
                ("place", models.BigIntegerField(verbose_name="順")),
                ("entries", models.PositiveIntegerField(verbose_name="項目数")),
                ("content", models.BinaryField(verbose_name="項目（DER）")),
            ],
            options={"verbose_name": "失効リストの項目", "verbose_name_plural": "失効リストの項目"},
        ),
        migrations.AddField("crlpublication", "size", models.PositiveIntegerField("大きさ（オクテット）", null=True)),
        migrations.AddField("crlpublication", "head", models.BinaryField("項目より前（DER）", null=True)),
        migrations.AddField("crlpublication", "tail", models.BinaryField("項目より後（DER）", null=True)),
        migrations.RunPython(take_apart),
        migrations.RunSQL(OF_LIST, "ALTER TABLE jpki_crlpiece DROP CONSTRAINT jpki_crlpiece_of_list"),
        migrations.AlterField("crlpublication", "size", models.PositiveIntegerField("大きさ（オクテット）")),
        migrations.AlterField("crlpublication", "head", models.BinaryField("項目より前（DER）")),
        migrations.AlterField("crlpublication", "tail", models.BinaryField("項目より後（DER）")),
        migrations.RemoveField("crlpublication", "content"),
        migrations.AddIndex(
            "certificatestatus",
            models.Index(
                F("generation"),
                F("serial").bitrightshift(15),
                F("serial"),
                condition=Q(crl_entry__isnull=False),
                name="status_listed_in_order",
            ),
        ),
    ]
