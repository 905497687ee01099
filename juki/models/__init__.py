"""The room's tables."""

from juki.models.access_reviews import AccessCase, AccessCaseStep, AccessFinding, AccessReview
from juki.models.affairs import Affair, AffairEntitlement
from juki.models.code_provisions import CodeProvision, LinkKey
from juki.models.codes import CodeLot, ResidentCode
from juki.models.consistency import ConsistencyCheck, ConsistencyDifference, ConsistencyWork
from juki.models.deliveries import DeliveryPackage, DeliveryTarget
from juki.models.disposals import Disposal
from juki.models.emergencies import EmergencyCase, EmergencyReminder, EmergencyReport, EmergencyStep
from juki.models.identity_records import IdentityRecord
from juki.models.individual_numbers import IndividualNumber
from juki.models.media import ExtractMedium
from juki.models.move_outs import MoveOut, MoveOutInformation, SpecialMoveIn
from juki.models.notifications import Discrepancy, Notification, SenderSequence
from juki.models.number_notices import NumberNotice
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
from juki.models.supplementary import SupplementaryNotice, SupplementaryRecord
from juki.models.tickets import Ticket, TicketMessage
from juki.models.town_messages import TownDesk, TownMessage, TownMessageBody, TownMessageStep
from juki.models.unaddressed_notices import UnaddressedNotice

__all__ = [
    "AccessCase",
    "AccessCaseStep",
    "AccessFinding",
    "AccessReview",
    "AddressUnlock",
    "Affair",
    "AffairEntitlement",
    "CodeLot",
    "CodeProvision",
    "ConsistencyCheck",
    "ConsistencyDifference",
    "ConsistencyWork",
    "DeliveryPackage",
    "DeliveryTarget",
    "Discrepancy",
    "Disposal",
    "EmergencyCase",
    "EmergencyReminder",
    "EmergencyReport",
    "EmergencyStep",
    "ExtractMedium",
    "IdentityRecord",
    "IndividualNumber",
    "LinkKey",
    "MoveOut",
    "MoveOutInformation",
    "Notification",
    "NumberNotice",
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
    "SpecialMoveIn",
    "SupplementaryNotice",
    "SupplementaryRecord",
    "Ticket",
    "TicketMessage",
    "TownDesk",
    "TownMessage",
    "TownMessageBody",
    "TownMessageStep",
    "UnaddressedNotice",
]
