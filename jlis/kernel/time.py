"""The moment at which an act is done: a real instant, and the legal day in Japan.

Law counts days in Asia/Tokyo; audit, certificates, tokens and sessions count instants. `JLIS_TODAY` shifts the legal
day alone, so that a demonstration or a re-run of a batch can stand on any date.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Moment:
    """A real instant (UTC) together with the legal day (Asia/Tokyo) on which the act counts."""

    instant: datetime
    day: date

    @classmethod
    def of(cls, when: datetime | date) -> "Moment":
        """The moment of an aware instant, or noon in Tokyo of a day."""
        if isinstance(when, datetime):
            if when.tzinfo is None:
                raise ValueError("時刻には時間帯が必要です")
            return cls(when.astimezone(UTC), when.astimezone(TOKYO).date())
        return cls(datetime.combine(when, time(12), TOKYO).astimezone(UTC), when)

    def later(self, **duration: float) -> "Moment":
        """This moment moved by `timedelta(**duration)`, the day moved with it."""
        instant = self.instant + timedelta(**duration)
        moved = instant.astimezone(TOKYO).date() - self.instant.astimezone(TOKYO).date()
        return Moment(instant, self.day + moved)


def now() -> Moment:
    """The present moment; its day is `settings.JLIS_TODAY` where that is set."""
    instant = datetime.now(UTC)
    return Moment(instant, settings.JLIS_TODAY or instant.astimezone(TOKYO).date())
