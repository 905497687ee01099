"""Calls per client and minute, counted in the cache."""

from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)


class PerClient(SimpleRateThrottle):
    """One count per client; while the cache is away calls pass, for counter work must go on."""

    scope = "client"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        user = request.user
        return f"throttle:{user.pk}" if getattr(user, "is_authenticated", False) else None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("throttle_without_cache", fault=type(error).__name__)
            return True
