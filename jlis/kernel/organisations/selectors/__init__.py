"""Questions to the masters."""

from jlis.kernel.organisations.selectors import municipalities, towns
from jlis.kernel.organisations.selectors.bodies import scope_for
from jlis.kernel.organisations.selectors.municipalities import municipality

__all__ = ["municipalities", "municipality", "scope_for", "towns"]
