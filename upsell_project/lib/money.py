"""Amounts as billing systems send them: minor units, in the currency's own number of decimals."""

from decimal import Decimal

# fmt: off
ZERO_DECIMAL = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX",
    "VND", "VUV", "XAF", "XOF", "XPF",
})
# fmt: on
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
MONTHS = {"month": Decimal(1), "year": Decimal(12), "week": Decimal(12) / 52, "day": Decimal(12) / 365}
"""How many months each interval lasts."""
_PLAUSIBLE = Decimal(10) ** 12


def major(minor: Decimal, currency: str) -> str:
    """Major units as text: 58800 EUR is `588.00`, 58800 JPY is `58800`. A fraction of a minor unit is rounded."""
    return text(minor.scaleb(-decimals(currency)), currency)


def text(amount: Decimal, currency: str) -> str:
    """An amount that is in major units already."""
    return str(amount.quantize(Decimal(1).scaleb(-decimals(currency))))


def read(value: object) -> Decimal | None:
    """A number or the text of one, exactly; None when it is none, or one that no bill says."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        return None
    plausible = amount.is_finite() and abs(amount) < _PLAUSIBLE
    return amount if plausible and -amount.as_tuple().exponent < 10 else None  # type: ignore[operator]


def decimals(currency: str) -> int:
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
