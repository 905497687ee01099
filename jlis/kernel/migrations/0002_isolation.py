"""Who may touch the kernel's tables, and those of the packages behind sign-in and tokens."""

from django.db import migrations

from jlis.kernel.isolation.operations import EVERY_ROLE, OWN_ORGANISATION, Grant, Policy, Protect

ORGANISATION_ROLES = ("jlis_municipal", "jlis_city", "jlis_prefectural", "jlis_national", "jlis_operator")
MASTERS = (
    "kernel_prefecture",
    "kernel_municipality",
    "kernel_municipalitysuccession",
    "kernel_organisation",
    "kernel_town",
    "kernel_postcode",
    "kernel_referenceset",
)
BEHIND_THE_DOOR = (
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "otp_totp_totpdevice",
    "oauth2_provider_accesstoken",
    "oauth2_provider_devicegrant",
    "oauth2_provider_grant",
    "oauth2_provider_idtoken",
    "oauth2_provider_refreshtoken",
)
DOOR_ONLY = {"jlis_door": Policy("SELECT, INSERT, UPDATE, DELETE")}
OWN_JOBS = {
    role: Policy("SELECT, INSERT, UPDATE", "organisation = current_setting('jlis.org', true)")
    for role in ORGANISATION_ROLES
}
OWN_ANSWERS = {
    role: Policy("SELECT, INSERT", "organisation = current_setting('jlis.org', true)") for role in ORGANISATION_ROLES
}
WRITE_ONLY = {role: Policy("INSERT") for role in EVERY_ROLE}


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [
        ("kernel", "0001_initial"),
        ("axes", "__latest__"),
        ("otp_totp", "__latest__"),
        ("oauth2_provider", "__latest__"),
        ("contenttypes", "__latest__"),
        ("auth", "__latest__"),
    ]
    operations = [
        *(Grant(table, {"*": "SELECT", "jlis_operator": "INSERT, UPDATE"}) for table in MASTERS),
        Grant("django_migrations", {"jlis_system": "SELECT"}),
        Grant("django_content_type", {"*": "SELECT"}),
        *(Protect(table, DOOR_ONLY, owner_sees=True) for table in BEHIND_THE_DOOR),
        Protect(
            "kernel_staff",
            {"jlis_door": Policy("SELECT, INSERT, UPDATE"), "jlis_system": Policy("SELECT")}
            | {role: Policy("SELECT", OWN_ORGANISATION) for role in ORGANISATION_ROLES},
        ),
        Protect("kernel_credential", {"jlis_door": Policy("SELECT, INSERT, UPDATE")}),
        Grant("kernel_dutygrant", {"jlis_door": "SELECT, INSERT, UPDATE"}),
        Grant("kernel_client", {"jlis_door": "SELECT, INSERT, UPDATE"}),
        Grant("kernel_staffsession", {"jlis_door": "SELECT, INSERT, UPDATE, DELETE"}),
        Protect(
            "kernel_auditentry",
            WRITE_ONLY | {role: Policy("SELECT, INSERT") for role in ("jlis_system", "jlis_auditor", "jlis_registry")},
            # The owner cannot be kept from its own table; that is what the chain is for.
            owner_sees=True,
        ),
        Grant("kernel_auditblock", {"jlis_system": "SELECT, INSERT", "jlis_auditor": "SELECT"}),
        Grant("kernel_auditleaf", {"jlis_system": "SELECT, INSERT", "jlis_auditor": "SELECT"}),
        Grant("kernel_auditanchor", {"jlis_system": "SELECT, INSERT", "jlis_auditor": "SELECT"}),
        Protect(
            "kernel_auditsubject",
            {
                "jlis_system": Policy("SELECT, INSERT"),
                "jlis_auditor": Policy("SELECT"),
                "jlis_registry": Policy("SELECT"),
            },
        ),
        Grant("kernel_outboxsubject", {"*": "SELECT, INSERT, UPDATE"}),
        Protect("kernel_outboxevent", WRITE_ONLY | {"jlis_system": Policy("SELECT, INSERT")}),
        Grant("kernel_outboxpending", {"*": "INSERT", "jlis_system": "SELECT, UPDATE, DELETE"}),
        Grant("kernel_outboxdelivery", {"jlis_system": "SELECT, INSERT"}),
        Protect("kernel_job", OWN_JOBS | {"jlis_system": Policy("SELECT, INSERT, UPDATE")}),
        Protect("kernel_idempotencyrecord", OWN_ANSWERS | {"jlis_system": Policy("SELECT, DELETE")}),
        Grant("kernel_datakey", {"jlis_system": "SELECT, INSERT, UPDATE"}),
    ]
