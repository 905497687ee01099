"""Masters: places, bodies, the address look-up, and what was loaded of them. No person is in any of these tables."""

from jlis.kernel.organisations.models.bodies import Organisation
from jlis.kernel.organisations.models.places import Municipality, MunicipalitySuccession, Prefecture
from jlis.kernel.organisations.models.reference import ReferenceSet
from jlis.kernel.organisations.models.towns import Postcode, Town

__all__ = ["Municipality", "MunicipalitySuccession", "Organisation", "Postcode", "Prefecture", "ReferenceSet", "Town"]
