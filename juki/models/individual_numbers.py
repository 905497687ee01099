"""個人番号: sealed, found by a keyed index, in a table of its own that only its own role reaches."""

from django.db import models


class IndividualNumber(models.Model):
    """A number that a resident has or had. The sealed value is bound to the resident's id."""

    PERSONAL = frozenset({"sealed", "index"})
    PLAIN = frozenset({"id", "resident", "valid_from", "valid_to"})

    resident = models.UUIDField("住民")
    sealed = models.BinaryField("個人番号（封印）")
    index = models.BinaryField("個人番号の索引", unique=True)
    valid_from = models.DateField("有効開始日")
    valid_to = models.DateField("有効終了日", null=True)

    class Meta:
        verbose_name = "個人番号"
        verbose_name_plural = "個人番号"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=models.Q(valid_to__isnull=True), name="individual_number_one_current"
            )
        ]
