"""The room's tables."""

from mynacard.models.abroad import AbroadUse
from mynacard.models.applications import Application, ApplicationPhoto, IssuedForm, PinRequest
from mynacard.models.batches import BatchRun
from mynacard.models.cards import Card, CardCertificate, CardHistory, HandOver
from mynacard.models.express import ExpressApplication, ExpressDay
from mynacard.models.notices import ExpiryNotice
from mynacard.models.production import ArrivalDiscrepancy, PersonalisationFile, ProductionLot, Shipment
from mynacard.models.sittings import CertificateSitting, SittingDeed

__all__ = [
    "AbroadUse", "Application", "ApplicationPhoto", "ArrivalDiscrepancy", "BatchRun", "Card", "CardCertificate",
    "CardHistory", "CertificateSitting",
    "ExpiryNotice", "ExpressApplication", "ExpressDay", "HandOver", "IssuedForm", "PersonalisationFile", "PinRequest",
    "ProductionLot", "Shipment", "SittingDeed",
]  # fmt: skip
