"""Calls per client and minute, counted in the cache."""

import structlog
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

log = structlog.get_logger(__name__)


class PerClient(SimpleRateThrottle):
    """One count per client; while the cache is away calls pass, for counter work must go on."""

    scope = "client"

    def get_cache_key(self, request, view):
        user = request.user
        return f"throttle:{user.pk}" if getattr(user, "is_authenticated", False) else None

    def allow_request(self, request, view):
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("throttle_without_cache", fault=type(error).__name__)
            return True
