"""The room's tables."""

from jpki.models.authorities import Authority, Ceremony, Generation, LinkCertificate, Profile, Responder
from jpki.models.certificates import Certificate, CertificateStatus, CrlPartition, Holding
from jpki.models.consents import Consent, ConsentReminder
from jpki.models.departures import Departure
from jpki.models.devices import DeviceStep, MobileDevice
from jpki.models.fees import CertificateCharge, FeeReport, FeeReportStep
from jpki.models.inspections import Inspection
from jpki.models.publications import CrlChange, CrlPiece, CrlPublication, CrlSeries, OcspAnswer
from jpki.models.relying_parties import PartyEntitlement, PartyPaper, PartyStep, RelyingParty, VerificationPrice
from jpki.models.tallies import CertificateTally, ChargeTally

__all__ = [
    "Authority", "Ceremony", "Certificate", "CertificateCharge", "CertificateStatus", "CertificateTally",
    "ChargeTally", "Consent", "ConsentReminder", "CrlChange", "CrlPartition", "CrlPiece", "CrlPublication",
    "CrlSeries", "Departure", "DeviceStep", "FeeReport", "FeeReportStep", "Generation", "Holding", "Inspection",
    "LinkCertificate", "MobileDevice", "OcspAnswer", "PartyEntitlement", "PartyPaper", "PartyStep", "Profile",
    "RelyingParty", "Responder", "VerificationPrice",
]  # fmt: skip
