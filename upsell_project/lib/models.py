"""Two facts about the running system itself: how far the sandbox clock is moved, and who is alive."""

from django.db import models


class ClockOffset(models.Model):
    """The sandbox clock: one row (id 1), read by `clock.offset` and written by the sandbox alone."""

    seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sandbox_clock"


class Heartbeat(models.Model):
    """The last sign of life of one dispatcher or worker process (real time)."""

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
