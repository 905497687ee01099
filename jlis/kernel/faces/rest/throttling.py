"""Calls per client and minute, counted in the cache's server in one exchange."""

from functools import cache
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)


class PerClient(SimpleRateThrottle):
    """One count per client; while the cache is away calls pass, for counter work must go on."""

    scope = "client"
    num_requests: int
    duration: int  # seconds

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        user = request.user
        return f"throttle:{user.pk}" if getattr(user, "is_authenticated", False) else None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        try:
            return self._is_within(key)
        except RedisError as error:
            log.warning("throttle_without_cache", fault=type(error).__name__)
            return True

    def _is_within(self, key: str) -> bool:
        """Count the call, if it is within the rate: what was called in the last minute, as far as it reaches back."""
        window, self._passed = divmod(self.timer(), self.duration)
        present = f"{key}:{window:.0f}"
        with _server().pipeline(transaction=False) as exchange:
            exchange.incr(present)
            exchange.expire(present, 2 * self.duration)
            exchange.get(f"{key}:{window - 1:.0f}")
            calls, _, before = exchange.execute()
        if calls + int(before or 0) * (1 - self._passed / self.duration) <= self.num_requests:
            return True
        _server().decr(present)
        return False

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return self.duration - self._passed


@cache
def _server() -> Redis:
    return Redis.from_url(settings.CACHES["default"]["LOCATION"])
