"""Contact law as data: per region what a channel needs before anyone may be written to.

Not legal advice. The strictest table (EU) stands for every country that is unknown or not listed.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from consent_app.models import Basis
from people_app.models import Channel

CONSENT = frozenset({Basis.CONSENT.value})
CONSENT_OR_SALE = CONSENT | {Basis.SOFT_OPT_IN.value}
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Region:
    """`bases` maps a channel to the grounds that suffice; an empty set means that none is needed."""

    code: str
    bases: dict[str, frozenset[str]]
    postal_address: bool
    soft_opt_in_lasts: timedelta | None = None
    in_app_strict: bool = False
    countries: frozenset[str] = field(default=frozenset(), repr=False)

    def accepted(self, channel: str) -> frozenset[str]:
        """The bases of which one is needed to contact on `channel`; empty when none is."""
        if channel == Channel.IN_APP:
            return CONSENT_OR_SALE if settings.IN_APP_STRICT or self.in_app_strict else NOTHING
        return self.bases.get(channel, CONSENT)

    def needs_basis(self, channel: str) -> bool:
        return bool(self.accepted(channel))


_BASES = {
    Channel.EMAIL.value: CONSENT_OR_SALE,
    Channel.SMS.value: CONSENT_OR_SALE,
    Channel.WHATSAPP.value: CONSENT_OR_SALE,
    Channel.PUSH.value: CONSENT_OR_SALE,
    Channel.CHAT.value: CONSENT_OR_SALE,
    Channel.VOICE.value: CONSENT_OR_SALE,
}
# The EEA, the United Kingdom and Switzerland.
_EUROPE = (
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GB CH GG IM JE"
)

EU = Region("EU", _BASES, postal_address=False, countries=frozenset(_EUROPE.split()))
US = Region(
    "US",
    # CAN-SPAM needs no prior consent for e-mail; the TCPA wants express consent for texts and calls.
    _BASES | {Channel.EMAIL.value: NOTHING, Channel.SMS.value: CONSENT, Channel.VOICE.value: CONSENT},
    postal_address=True,
    countries=frozenset({"US", "PR", "GU", "VI", "AS", "MP"}),
)
CANADA = Region(
    "CA",
    _BASES,
    postal_address=True,
    soft_opt_in_lasts=timedelta(days=730),  # CASL: consent implied by a sale ends after two years
    countries=frozenset({"CA"}),
)

_BY_COUNTRY = {country: region for region in (EU, US, CANADA) for country in region.countries}


def of(country: str) -> Region:
    """The region of an ISO 3166 country code; EU rules when it is unknown."""
    return _BY_COUNTRY.get(country.strip().upper(), EU)
