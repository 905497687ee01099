"""Who may touch the pieces of lists: as the lists themselves."""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, Grant

CLOSED = {"jlis_door", "jlis_registry", "jlis_numbers", "jlis_jpki", "jlis_system"}
READERS = {role: "SELECT" for role in EVERY_ROLE if role not in CLOSED}


class Migration(migrations.Migration):
    """Grants."""

    dependencies = [("jpki", "0023_list_pieces"), ("kernel", "0004_upper_rooms")]
    operations = [Grant("jpki_crlpiece", READERS | {"jlis_jpki": "SELECT, INSERT, DELETE"})]
