"""The kernel's tables, gathered from its topics for Django."""

from jlis.kernel.audit.models import AuditAnchor, AuditBlock, AuditEntry, AuditLeaf, AuditSubject, AuditTally
from jlis.kernel.faces.rest.models import IdempotencyRecord
from jlis.kernel.jobs.models import Job
from jlis.kernel.organisations.models import (
    Municipality,
    MunicipalitySuccession,
    Organisation,
    Postcode,
    Prefecture,
    ReferenceSet,
    Town,
)
from jlis.kernel.outbox.models import OutboxDelivery, OutboxEvent, OutboxPending, OutboxSubject
from jlis.kernel.people.models import Client, Credential, DutyGrant, Staff, StaffSession
from jlis.kernel.vault.models import DataKey

__all__ = [
    "AuditAnchor", "AuditBlock", "AuditEntry", "AuditLeaf", "AuditSubject", "AuditTally", "Client", "Credential",
    "DataKey", "DutyGrant", "IdempotencyRecord", "Job", "Municipality", "MunicipalitySuccession", "Organisation",
    "OutboxDelivery", "OutboxEvent", "OutboxPending", "OutboxSubject", "Postcode", "Prefecture", "ReferenceSet",
    "Staff", "StaffSession", "Town",
]  # fmt: skip
