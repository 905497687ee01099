"""The room's tables."""

from juki.models.affairs import Affair, AffairEntitlement
from juki.models.codes import CodeLot, ResidentCode
from juki.models.identity_records import IdentityRecord
from juki.models.individual_numbers import IndividualNumber
from juki.models.notifications import Discrepancy, Notification, SenderSequence
from juki.models.protections import (
    AddressUnlock,
    ProtectedAddressEntitlement,
    ProtectedResident,
    ProtectionForwarding,
    ProtectionMeasure,
    ProtectionMember,
)
from juki.models.residents import Resident
from juki.models.statistics import PopulationCount, ProvisionFee

__all__ = [
    "AddressUnlock",
    "Affair",
    "AffairEntitlement",
    "CodeLot",
    "Discrepancy",
    "IdentityRecord",
    "IndividualNumber",
    "Notification",
    "PopulationCount",
    "ProtectedAddressEntitlement",
    "ProtectedResident",
    "ProtectionForwarding",
    "ProtectionMeasure",
    "ProtectionMember",
    "ProvisionFee",
    "Resident",
    "ResidentCode",
    "SenderSequence",
]
