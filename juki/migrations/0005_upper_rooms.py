"""The rooms above read the register's masters; the card's room follows its holders, the copy's knows who they are."""

from django.db import migrations

from jlis.kernel.isolation.operations import Admit, Grant, Policy

UPPER = ("jlis_mynacard", "jlis_bcl", "jlis_konbini")


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("juki", "0004_affairs"), ("kernel", "0004_upper_rooms")]
    operations = [
        Grant("juki_affair", dict.fromkeys(UPPER, "SELECT")),
        Grant("juki_affairentitlement", dict.fromkeys(UPPER, "SELECT")),
        Admit("juki_resident", dict.fromkeys(UPPER, Policy("SELECT"))),
        Admit("juki_identityrecord", {"jlis_mynacard": Policy("SELECT")}),
    ]
