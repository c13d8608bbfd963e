"""What a meter makes of a property's value. Pure."""

import hashlib
import re
from decimal import Context, Decimal
from typing import Any

ERASED = "$erased"
"""A property whose value was forgotten is `{"$erased": digest}`: it still tells values apart."""
NUMBER = r"^[ \t\r\n]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t\r\n]*$"
"""A number in a text, as Python and PostgreSQL both read it."""
LONGEST_NUMBER = 100
_MOST = Decimal(10) ** 12
_NUMBER = re.compile(NUMBER.replace("$", r"\Z"))
_LENGTH = 32
_EXACT = Context(prec=400)


def amount(value: Any) -> Decimal | None:
    """A number or the text of one, to three decimals and below 10^12; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    if isinstance(value, str) and (len(text) > LONGEST_NUMBER or not _NUMBER.match(text)):
        return None
    number = Decimal(text)
    # Compared as it is: even abs() of "1e99999999" raises.
    usable = number.is_finite() and -_MOST < number < _MOST
    return number.quantize(Decimal("0.001")) if usable else None


def digest(value: Any) -> str | None:
    """What tells values apart without keeping them; the number 7, 7.0 and the text "7" are one. None for no value."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, int | float):
        number = Decimal(str(value))
        text = format(number.normalize(_EXACT), "f") if number else "0"
    elif isinstance(value, str) and value:
        text = value
    elif isinstance(value, dict) and isinstance(value.get(ERASED), str) and len(value[ERASED]) == _LENGTH:
        return str(value[ERASED])
    else:
        return None
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
