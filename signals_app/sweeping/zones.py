"""For whom a new day has begun since time was looked at, wherever they are."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from signals_app.sweeping.asking import TRUE, Asking, any_of
from upsell_project.lib.rules.facts import Of

UNKNOWN = ""
"""Counts as UTC."""


@cache
def every() -> dict[str, ZoneInfo]:
    """All zones there are, and that of those of whom it is not known."""
    return {UNKNOWN: ZoneInfo("UTC")} | {name: ZoneInfo(name) for name in sorted(available_timezones())}


def same_day(since: datetime, now: datetime) -> list[str]:
    """Zones in which both are the same day; a zone that we do not know is never among them."""
    return [
        name for name, zone in every().items() if since.astimezone(zone).date() == now.astimezone(zone).date()
    ]


def turned(asking: Asking, *, utc: bool) -> str:
    """A new day where they are. Of people without a zone it is that of their account. `utc`: or a new day of UTC."""
    if asking.since is None:
        return TRUE
    if utc and asking.since.astimezone(UTC).date() != asking.now.astimezone(UTC).date():
        return TRUE
    same = same_day(asking.since, asking.now)
    if not same:
        return TRUE
    still = f"ANY({asking.value(same)}::text[])"
    theirs = f"NOT coalesce(a.timezone, '') = {still}"
    if asking.of is Of.ACCOUNT:
        return theirs
    mine = f"(p.timezone <> '' AND NOT p.timezone = {still})"
    if asking.reads_account:
        return any_of(mine, theirs)
    return any_of(mine, f"(p.timezone = '' AND {_AT_HOME.format(still=still)})")


# Whichever of their accounts it is by which their day is told.
_AT_HOME = """
(EXISTS (SELECT FROM people_app_membership z JOIN people_app_account y ON y.id = z.account_id
    WHERE z.person_id = p.id AND NOT y.timezone = {still})
OR NOT EXISTS (SELECT FROM people_app_membership z WHERE z.person_id = p.id) AND NOT EXISTS (SELECT FROM
    people_app_account z LEFT JOIN people_app_account y ON y.id = z.merged_into_id
    WHERE z.personal_of_id = p.id AND coalesce(y.timezone, z.timezone) = {still}))
"""
