"""Ten thousand changes of address in one go: until the last signature certificate is revoked (P10, J9).

The promise is a minute from the commit; the clock runs from the first notice's call to the last revocation.
"""

from datetime import timedelta

from bench import authority
from bench.issuing import issue, residents
from bench.stage import TOWN, Line, chief, fill, seconds

_CHANGES, _CALL = 10_000, 1_000


def measure(rows: int) -> list[Line]:
    """Seconds of telling and of revoking."""
    fill(max(rows, 25_000))
    authority.generation("sign")
    people = residents(_CHANGES)
    keys = authority.card_keys(20)
    for start in range(0, _CHANGES, _CALL):
        issue(people[start : start + _CALL], keys, None)
    codes = _codes(people)
    _deliver()
    told = seconds(lambda: _tell(codes))
    revoked = seconds(_deliver)
    assert _revoked() == _CHANGES, "each once, and none left"
    return [
        Line("10,000 changes told, s", told, "limit", 60, at_most=1),
        Line("their certificates revoked, s", revoked, "limit", 60, at_most=1),
    ]


def _codes(people: list) -> list[str]:
    from jlis.kernel.isolation.scope import acting
    from juki.models import Resident

    with acting(chief().scope):
        return list(Resident.objects.filter(pk__in=people).values_list("resident_code", flat=True))


def _tell(codes: list[str]) -> None:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import Moment, now
    from juki.services import notifications

    # Later than what another bench may have told of these people.
    present = now()
    at = Moment(present.instant, present.day + timedelta(days=60))
    for start in range(0, len(codes), _CALL):
        notices = [
            {
                "key": f"moved-{code}", "reason": "M01", "changed_on": at.day.isoformat(), "resident_code": code,
                "municipality": TOWN, "address": "東京都千代田区永田町一丁目7番",
            }
            for code in codes[start : start + _CALL]
        ]  # fmt: skip
        with acting(chief().scope):
            notifications.receive(notices=notices, by=chief(), at=at, channel="REST")


def _deliver() -> None:
    from jlis.kernel.outbox import delivery
    from jlis.kernel.outbox.events import subscribers

    delivery.deliver_to(subscribers()["jpki.revocation"])


def _revoked() -> int:
    from jlis.kernel.isolation.scope import JPKI, acting
    from jpki.models import CertificateStatus

    with acting(JPKI):
        return CertificateStatus.objects.filter(state="REVOKED", cause="CHANGE").count()
