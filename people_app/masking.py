"""Addresses as staff and recipients see them: enough to recognize, too little to use."""

from typing import Any

_KEYS = frozenset({"email", "phone", "to", "address"})


def masked(address: str) -> str:
    """Return `a***@e***.com` for mail, `+49***12` for a number, `ab***` for a short token, "" for none."""
    if "@" in address:
        local, _, host = address.rpartition("@")
        name, dot, top = host.rpartition(".")
        return f"{local[:1]}***@{name[:1]}***{dot}{top}" if dot else f"{local[:1]}***@{host[:1]}***"
    if len(address) > 7:
        return f"{address[:3]}***{address[-2:]}"
    return f"{address[:2]}***" if address else ""


def without_addresses(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the same facts with the values of address-like keys masked, at every depth."""
    return {key: _hidden(key, value) for key, value in facts.items()}


def _hidden(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return without_addresses(value)
    if isinstance(value, list):
        return [_hidden(key, item) for item in value]
    return masked(value) if isinstance(value, str) and key.lower() in _KEYS else value
