"""What is judged, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]
LABELS = frozenset({"cta_label", "secondary_label"})
DECLINES = frozenset({"dismiss", "decline"})
OPT_OUT = "opt_out"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a paid offer says of its price; None: not said. `period`: month, year or once."""

    price: str | None = None
    currency: str | None = None
    period: str | None = None
    renews: bool | None = None

    @property
    def bounded(self) -> bool:
        """Whether it is said if and when it is paid again."""
        return self.period == "once" or self.renews is not None


@dataclass(frozen=True, slots=True)
class Draft:
    """One treatment, or the texts of an offer. None for what such a thing does not have: it is not judged.

    `texts`: Liquid by the name of its field (headline, body, why, cta_label, secondary_label). `controls`: what the
    reader can do beside accepting. `terms`: of an offer that costs something. `claims`: statements with a source.
    """

    texts: Mapping[str, str]
    channel: str = "in_app"
    locale: str = "en"
    controls: frozenset[str] | None = None
    terms: Terms | None = None
    claims: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a rule says of one place: characters `start` to `end` of the field's Liquid, none where something lacks."""

    field: str
    start: int
    end: int
    rule: str
    severity: Severity
    quote: str
    message: str
    citation: str

    @property
    def blocks(self) -> bool:
        return self.severity == "error"
