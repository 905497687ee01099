"""The roles of the upper rooms came later than the kernel's tables: what every role may do, they may."""

from django.db import migrations

from jlis.kernel.isolation.operations import Admit, Grant, Policy

UPPER = ("jlis_mynacard", "jlis_bcl", "jlis_konbini")
READ_BY_ALL = (
    "kernel_prefecture",
    "kernel_municipality",
    "kernel_municipalitysuccession",
    "kernel_organisation",
    "kernel_town",
    "kernel_postcode",
    "kernel_referenceset",
    "django_content_type",
)


class Migration(migrations.Migration):
    """Grants and policies."""

    dependencies = [("kernel", "0003_replayed_headers")]
    operations = [
        *(Grant(table, dict.fromkeys(UPPER, "SELECT")) for table in READ_BY_ALL),
        Grant("kernel_outboxsubject", dict.fromkeys(UPPER, "SELECT, INSERT, UPDATE")),
        Grant("kernel_outboxpending", dict.fromkeys(UPPER, "INSERT")),
        Admit("kernel_auditentry", dict.fromkeys(UPPER, Policy("INSERT"))),
        Admit("kernel_outboxevent", dict.fromkeys(UPPER, Policy("INSERT"))),
    ]
