"""The room's tables."""

from jpki.models.authorities import Authority, Ceremony, Generation, LinkCertificate, Profile, Responder
from jpki.models.certificates import Certificate, CertificateStatus, CrlPartition, Holding
from jpki.models.inspections import Inspection
from jpki.models.publications import CrlChange, CrlPublication, CrlSeries, OcspAnswer

__all__ = [
    "Authority", "Ceremony", "Certificate", "CertificateStatus", "CrlChange", "CrlPartition", "CrlPublication",
    "CrlSeries", "Generation", "Holding", "Inspection", "LinkCertificate", "OcspAnswer", "Profile", "Responder",
]  # fmt: skip
