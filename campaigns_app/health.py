"""Is the process up; is the whole system able to work."""

from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError

from upsell_project.lib import clock, queue
from upsell_project.lib.models import Heartbeat

FRESH = timedelta(seconds=30)
_was_migrated = False


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, Redis, migrations, a dispatcher and a worker are all well; else 503 and which is not."""
    checks = {"database": _database()}
    if checks["database"]:
        checks |= {"migrations": _migrated(), "dispatcher": _alive("dispatcher"), "worker": _alive("worker")}
    checks["redis"] = _redis()
    well = all(checks.values()) and len(checks) == 5
    return JsonResponse({"ready": well, "checks": checks}, status=200 if well else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _migrated() -> bool:
    """What is migrated stays so while this process runs; only the answer no is asked again."""
    global _was_migrated
    if not _was_migrated:
        executor = MigrationExecutor(connection)
        _was_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _was_migrated


def _alive(kind: str) -> bool:
    return Heartbeat.objects.filter(kind=kind, at__gt=clock.real() - FRESH).exists()


def _redis() -> bool:
    try:
        return bool(queue.the_queue().connection.ping())
    except (RedisError, OSError):
        return False
