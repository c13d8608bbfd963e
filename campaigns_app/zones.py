"""Which time zones a country has."""

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global


@cache
def of_country(country: str) -> tuple[str, ...]:
    """The IANA zones of an ISO 3166 country code; empty when it is unknown."""
    known = available_timezones()
    return tuple(zone for zone in get_global("territory_zones").get(country.upper(), ()) if zone in known)
