"""The room's tables."""

from lgwan.models.filings import Filing, FilingPaper, Question, Step
from lgwan.models.network import Circuit
from lgwan.models.services import Provider, RegistrationYear, Service, ServiceContact
from lgwan.models.surveys import RedundancySurvey, SurveyCount

__all__ = [
    "Circuit", "Filing", "FilingPaper", "Provider", "Question", "RedundancySurvey",
    "RegistrationYear", "Service", "ServiceContact", "Step", "SurveyCount",
]  # fmt: skip
