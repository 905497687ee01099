"""The room's number sequences, and who may touch its tables.

Staff read what is their office's; every write is mynacard's own role, assumed by its services after the policy's
judgement. Photos, personalisation data, requested PINs, histories and hand-over records are read by nobody else.
"""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, Grant, Policy, Protect, tenant_policies

READERS = {
    role: "SELECT"
    for role in EVERY_ROLE
    if role in {"jlis_municipal", "jlis_city", "jlis_operator", "jlis_bcl", "jlis_konbini"}
}
CARD_MOVES = (
    "UPDATE (state, cause, face_version, has_pins, clock, clock_due_on, shipment_id, shipped_at, arrived_at,"
    " set_up_at, handed_over_at, suspended_at, void_at, void_on, prefecture, municipality, office)"
)


def of_office(table: str, own: str, *sequences: str, **others: str) -> migrations.RunSQL:
    policies = tenant_policies(
        staff="SELECT", prefecture="", national="", jlis_operator="SELECT", jlis_mynacard=own, **others
    )
    return Protect(table, policies, sequences=sequences)


def own_alone(table: str, privileges: str, *sequences: str) -> migrations.RunSQL:
    return Protect(table, {"jlis_mynacard": Policy(privileges)}, sequences=sequences)


class Migration(migrations.Migration):
    """Sequences, grants and policies."""

    dependencies = [
        ("mynacard", "0001_initial"),
        ("jpki", "0003_upper_rooms"),
        ("juki", "0005_upper_rooms"),
        ("kernel", "0004_upper_rooms"),
    ]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE mynacard_card_seq AS bigint; CREATE SEQUENCE mynacard_form_seq AS bigint;"
            "CREATE SEQUENCE mynacard_lot_seq AS bigint;"
            "GRANT USAGE ON SEQUENCE mynacard_card_seq, mynacard_form_seq, mynacard_lot_seq TO jlis_mynacard;",
            "DROP SEQUENCE mynacard_card_seq; DROP SEQUENCE mynacard_form_seq; DROP SEQUENCE mynacard_lot_seq;",
        ),
        of_office("mynacard_application", "SELECT, INSERT, UPDATE"),
        own_alone("mynacard_applicationphoto", "SELECT, INSERT, UPDATE (sealed)"),
        own_alone("mynacard_pinrequest", "SELECT, INSERT, UPDATE (sealed), DELETE"),
        own_alone("mynacard_issuedform", "SELECT, INSERT, UPDATE (used_at)"),
        of_office("mynacard_card", f"SELECT, INSERT, {CARD_MOVES}", "mynacard_card_id_seq", jlis_konbini="SELECT"),
        Grant(
            "mynacard_cardcertificate",
            {"jlis_mynacard": "SELECT, INSERT", "jlis_konbini": "SELECT"},
        ),
        own_alone("mynacard_cardhistory", "SELECT, INSERT", "mynacard_cardhistory_id_seq"),
        own_alone("mynacard_handover", "SELECT, INSERT"),
        Grant(
            "mynacard_productionlot",
            READERS | {"jlis_mynacard": "SELECT, INSERT, UPDATE"},
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE mynacard_productionlot_id_seq, mynacard_shipment_id_seq,"
            " mynacard_batchrun_id_seq TO jlis_mynacard;",
            migrations.RunSQL.noop,
        ),
        own_alone("mynacard_personalisationfile", "SELECT, INSERT, UPDATE (sealed), DELETE"),
        of_office("mynacard_shipment", "SELECT, INSERT, UPDATE"),
        of_office("mynacard_arrivaldiscrepancy", "SELECT, INSERT, UPDATE", "mynacard_arrivaldiscrepancy_id_seq"),
        Grant("mynacard_expressday", READERS | {"jlis_mynacard": "SELECT, INSERT, UPDATE (taken)"}),
        of_office("mynacard_expressapplication", "SELECT, INSERT, UPDATE"),
        of_office("mynacard_expirynotice", "SELECT, INSERT, UPDATE", "mynacard_expirynotice_id_seq"),
        Grant("mynacard_batchrun", READERS | {"jlis_mynacard": "SELECT, INSERT, UPDATE (summary)"}),
    ]
