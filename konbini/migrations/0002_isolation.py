"""Who may touch the room's tables. Every write is konbini's own role; a paper and a card's session are nobody else's."""

from django.db import migrations

from jlis.kernel.isolation.operations import Admit, Grant, Policy, Protect, tenant_policies

MASTERS = ("konbini_storeoperator", "konbini_kiosk", "konbini_town", "konbini_menuitem")
OWN = {"jlis_konbini": Policy("SELECT, INSERT, UPDATE, DELETE")}


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [
        ("konbini", "0001_initial"),
        ("juki", "0005_upper_rooms"),
        ("jpki", "0003_upper_rooms"),
        ("kernel", "0004_upper_rooms"),
    ]
    operations = [
        *(
            Grant(
                table,
                {"jlis_konbini": "SELECT, INSERT, UPDATE", "jlis_operator": "SELECT, INSERT, UPDATE",
                 "jlis_municipal": "SELECT", "jlis_city": "SELECT", "jlis_public": "SELECT"},
            )
            for table in MASTERS
        ),
        Protect("konbini_kiosksession", OWN),
        Protect("konbini_paper", OWN),
        Protect("konbini_townserver", OWN),
        Protect(
            "konbini_transaction",
            tenant_policies(
                staff="SELECT", prefecture="", national="", jlis_operator="SELECT",
                jlis_konbini="SELECT, INSERT, UPDATE",
            ),
        ),
        Grant(
            "konbini_charge",
            {"jlis_konbini": "SELECT, INSERT", "jlis_operator": "SELECT", "jlis_municipal": "SELECT",
             "jlis_city": "SELECT"},
        ),
        # An operator's system is answered the same to the byte when it asks twice, as every other body's is.
        Admit(
            "kernel_idempotencyrecord",
            {"jlis_public": Policy("SELECT, INSERT", "organisation = current_setting('jlis.org', true)")},
        ),
        # The last gate holds the paper's text against the register's record of its holder.
        Admit("juki_identityrecord", {"jlis_konbini": Policy("SELECT")}),
    ]  # fmt: skip
