"""Who may touch the room's tables. Every write is lgwan's own role, assumed by its services after the policy's judgement.

A body sees its own circuits and filings, a prefecture the circuits of its bodies; a service that stands in the catalogue
is seen by every body, its contact never. A step, once made, is rewritten by nobody.
"""

from django.db import migrations

from jlis.kernel.isolation.operations import PREFECTURE_ROWS, Grant, Policy, Protect

OWN_BODY = "body_id = current_setting('jlis.org', true)"
OWN_KEEPER = "keeper = current_setting('jlis.org', true)"
IN_CATALOGUE = "state IN ('PUBLISHED', 'CHANGING', 'RENEWING', 'ENDING')"
READERS = dict.fromkeys(("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_operator"), "SELECT")


def of_keeper(
    table: str, privileges: str, *sequences: str, rows: str = OWN_KEEPER, **others: Policy
) -> migrations.RunSQL:
    local = dict.fromkeys(("jlis_municipal", "jlis_city", "jlis_prefectural"), Policy("SELECT", rows))
    policies = local | {"jlis_operator": Policy("SELECT"), "jlis_lgwan": Policy(privileges)} | others
    return Protect(table, policies, sequences=sequences)


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("lgwan", "0001_initial"), ("kernel", "0005_lgwan_room")]
    operations = [
        Protect(
            "lgwan_circuit",
            {
                "jlis_municipal": Policy("SELECT", OWN_BODY),
                "jlis_city": Policy("SELECT", OWN_BODY),
                "jlis_prefectural": Policy("SELECT", PREFECTURE_ROWS),
                "jlis_operator": Policy("SELECT"),
                "jlis_lgwan": Policy("SELECT, INSERT, UPDATE (way, status, valid_to)"),
            },
            sequences=("lgwan_circuit_id_seq",),
        ),
        Grant("lgwan_redundancysurvey", READERS | {"jlis_lgwan": "SELECT, INSERT"}),
        Grant(
            "lgwan_surveycount",
            READERS | {"jlis_lgwan": "SELECT, INSERT"},
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE lgwan_surveycount_id_seq, lgwan_provider_id_seq, lgwan_registrationyear_id_seq"
            " TO jlis_lgwan",
            migrations.RunSQL.noop,
        ),
        Grant("lgwan_provider", READERS | {"jlis_lgwan": "SELECT, INSERT"}),
        of_keeper(
            "lgwan_service",
            "SELECT, INSERT, UPDATE",
            "lgwan_service_id_seq",
            rows=f"({OWN_KEEPER} OR {IN_CATALOGUE})",
            jlis_national=Policy("SELECT", IN_CATALOGUE),
        ),
        of_keeper("lgwan_servicecontact", "SELECT, INSERT, UPDATE"),
        of_keeper("lgwan_filing", "SELECT, INSERT, UPDATE", "lgwan_filing_id_seq"),
        of_keeper("lgwan_filingpaper", "SELECT, INSERT, UPDATE (finding)", "lgwan_filingpaper_id_seq"),
        of_keeper(
            "lgwan_question",
            "SELECT, INSERT, UPDATE (answer, answered_by_label, answered_at)",
            "lgwan_question_id_seq",
        ),
        of_keeper("lgwan_step", "SELECT, INSERT", "lgwan_step_id_seq"),
        Grant("lgwan_registrationyear", {"jlis_lgwan": "SELECT, INSERT, UPDATE (given)"}),
    ]
