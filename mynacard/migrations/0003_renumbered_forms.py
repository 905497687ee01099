"""A form remembers a version of the register, which may get another number when an earlier change comes late."""

from django.db import migrations


class Migration(migrations.Migration):
    """A grant."""

    dependencies = [("mynacard", "0002_isolation")]
    operations = [
        migrations.RunSQL("GRANT UPDATE (version) ON mynacard_issuedform TO jlis_mynacard", migrations.RunSQL.noop)
    ]
