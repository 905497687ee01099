"""Health, readiness, metrics: for load balancers and monitoring, without sign-in."""

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis
from redis.exceptions import RedisError

from jlis.kernel.faces import metrics
from jlis.kernel.faces.web import public_view
from jlis.kernel.isolation.inspection import inspect
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.organisations.models import Organisation


@public_view
@transaction.non_atomic_requests
def health(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public_view
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """Database, migrations, reference data and broker are there; 503 names what is not."""
    checks = {"database": _database(), "isolation": _isolation(), "broker": _broker()}
    is_ready = all(value == "ok" for value in checks.values())
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


@public_view
@transaction.non_atomic_requests
def scrape(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> str:
    try:
        with acting(SYSTEM):
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "migrations_missing"
            return "ok" if Organisation.objects.exists() else "reference_data_missing"
    except DatabaseError as error:
        return f"unreachable ({type(error).__name__})"


def _isolation() -> str:
    """Whether this very process could pass by row-level security: then it must not serve."""
    try:
        with acting(SYSTEM):
            standing = inspect()
    except DatabaseError as error:
        return f"unknown ({type(error).__name__})"
    return "; ".join(standing.faults) or "ok"


def _broker() -> str:
    try:
        Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2).ping()
        return "ok"
    except RedisError as error:
        return f"unreachable ({type(error).__name__})"
