"""Redis for those who have no time: what waits for it may be a request."""

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def redis(seconds: float) -> Redis:
    """A client that gives up after so many seconds, at connecting and at each command, and tries nothing twice."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )
