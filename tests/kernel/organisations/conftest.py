import datetime

import pytest

from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.services import reference_data
from jlis.kernel.time import Moment

NOON = Moment.of(datetime.date(2026, 11, 21))


@pytest.fixture
def masters(db):
    """The carried reference data; read anew only where the run's database does not hold it yet."""
    municipalities.forget()
    reference_data.load(at=NOON)
    yield
    municipalities.forget()
