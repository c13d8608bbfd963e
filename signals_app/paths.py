"""A value deep in an event's properties, by a dotted path such as `cart.items.0.price`. Pure."""

import re
from collections.abc import Mapping
from typing import Any


class Missing:
    """What is found where nothing is; None is a value."""


MISSING = Missing()
_LONGEST = 20
_INDEX = re.compile("[0-9]{1,6}")


def read(properties: Mapping[str, Any], path: str) -> Any:
    """The value at `path`, or MISSING. A property that is called like the whole path comes first."""
    if path in properties:
        return properties[path]
    found: Any = properties
    for part in path.split(".", _LONGEST):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and _INDEX.fullmatch(part) and int(part) < len(found):
            found = found[int(part)]
        else:
            return MISSING
    return found


def same(found: Any, wanted: Any) -> bool:
    """Equal as JSON values: 1 is 1.0, but neither true nor "1"."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return bool(found == wanted)


def matches(properties: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether every path of `where` holds its value."""
    return all(same(read(properties, path), wanted) for path, wanted in where.items())
