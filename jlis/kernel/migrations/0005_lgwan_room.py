"""The role of lgwan came later than the kernel's tables: what every role may do, it may."""

from django.db import migrations

from jlis.kernel.isolation.operations import Admit, Grant, Policy

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

    dependencies = [("kernel", "0004_upper_rooms")]
    operations = [
        *(Grant(table, {"jlis_lgwan": "SELECT"}) for table in READ_BY_ALL),
        Grant("kernel_outboxsubject", {"jlis_lgwan": "SELECT, INSERT, UPDATE"}),
        Grant("kernel_outboxpending", {"jlis_lgwan": "INSERT"}),
        Admit("kernel_auditentry", {"jlis_lgwan": Policy("INSERT")}),
        Admit("kernel_outboxevent", {"jlis_lgwan": Policy("INSERT")}),
    ]
