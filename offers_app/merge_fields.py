"""Which merge fields a text may use, by their group, for whoever writes texts without seeing one filled in. Pure.

Beside these there are `offer.*`, the offer's own fields (`of`), and the texts' own variables.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_CLAIM = "text figures source date"
_GROUPS: Final[Mapping[str, str]] = {
    "person": "first_name role is_admin device preferred_channel",
    "account": (
        "name plan industry tier seats_used team_size mrr ltv in_trial trial_days_left trial_ends trial_ended renews_on"
        " renews_in_days"
    ),
    "offer": "name slug topic for_sale",
    "terms": "price period currency line trial_days after_trial incentive incentive_ends payback",
    "evidence": (
        "used cap left percent reached count amount minutes days hours days_until seats date date_of starts ends"
        " period_label resource resource_label verb feature event label intent reason change phase"
    ),
    "prior": "offer name answer days_ago",
    "peers": "own median size times above industry from to",
    "benefit": _CLAIM,
    "story": _CLAIM,
    "comparison": _CLAIM,
}
ALONE: Final = frozenset({"benefit", "story", "comparison", "why", "today"})
"""Said whole."""
KNOWN: Final = ALONE | {f"{group}.{name}" for group, names in _GROUPS.items() for name in names.split()}


def of(offer: Mapping[str, Any]) -> set[str]:
    """What this offer brings (`{"fields": {...}}`), also what it says under a language, a country or `trial` alone."""
    return {f"offer.{name}" for name in _names(offer["fields"])}


def _names(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _names(value)
        else:
            yield name
