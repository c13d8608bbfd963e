"""The running system itself: who is alive, and how far the sandbox clock is moved."""

from django.contrib import admin

from upsell_project.lib.admin_base import Admin, ReadOnly
from upsell_project.lib.models import ClockOffset, Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, Admin):
    list_display = ("name", "kind", "at")
    ordering = ("kind", "name")
    empty_hint = "No dispatcher or worker has run yet: start them with make run."


@admin.register(ClockOffset)
class ClockOffsetAdmin(ReadOnly, Admin):
    list_display = ("id", "seconds")
    empty_hint = "The clock shows real time; manage.py sandbox_clock moves it in a sandbox."
