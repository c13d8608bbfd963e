"""Groups of people: kept by a rule, live and hourly, or listed by staff; and why somebody is in one."""

from signals_app.segments.following import asked, at_once, found, touched
from signals_app.segments.refresh import waiting

__all__ = ["asked", "at_once", "found", "touched", "waiting"]
