"""Who relays, which towns give what, and every paper from the card to the charge."""

from konbini.models.stores import Kiosk, StoreOperator
from konbini.models.towns import MenuItem, Town, TownServer
from konbini.models.transactions import Charge, KioskSession, Paper, Transaction

__all__ = ["Charge", "Kiosk", "KioskSession", "MenuItem", "Paper", "StoreOperator", "Town", "TownServer", "Transaction"]
