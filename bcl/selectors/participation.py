"""Questions about who takes part. Nobody's data is in the answers."""

from datetime import date

from bcl.domain.participation import Pattern, State, gives_residence
from bcl.models import Participation, Signatory


def serves(office: str) -> bool:
    """Whether certificates of residence are drawn from this office's copy now."""
    found = of_office(office)
    return found is not None and gives_residence(State(found.state), Pattern(found.pattern))


def of_office(office: str) -> Participation | None:
    """An office's taking part."""
    return Participation.objects.filter(pk=office).first()


def signatory_on(office: str, day: date) -> Signatory | None:
    """Whose name and seal stand on the office's certificates of the day."""
    return Signatory.objects.filter(participation=office, valid_from__lte=day).order_by("-valid_from").first()
