"""The template that WhatsApp approved beforehand and that a text leaves as: which one, and what stands in its blanks.

`{"id": "offer_pro", "language": "en_US", "variables": ["{{ person.first_name }}", "{{ url }}"], "button": true}`: `id`
is Meta's name of it or Twilio's `HX...`, `language` the code it was approved under (the text's own where it is left
out), `variables` are Liquid in the order of its numbers, and `button` says that its first button leads to
`<PUBLIC_URL>/{{1}}`, our link. Meta and Twilio name the same template differently, so a text is for one of them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

MEMBERS = {"id": str, "language": str, "variables": list, "button": bool}
MOST_VARIABLES = 30
_ID = re.compile("[a-z0-9_]{1,512}|HX[0-9a-f]{32}")
_LANGUAGE = re.compile("[a-z]{2,3}([_-][A-Z]{2})?")


def faults(form: Any) -> list[str]:
    """What is wrong with it, as sentences; none for no template at all (`{}` or None)."""
    if not form:
        return []
    if not isinstance(form, dict):
        return ['Write {"id": "...", "variables": [...]}.']
    if unknown := sorted(form.keys() - MEMBERS):
        return [f"{name} is not a field of a template." for name in unknown]
    if wrong := [name for name, value in form.items() if type(value) is not MEMBERS[name]]:
        return [f"{name} must be {_KINDS[MEMBERS[name]]}." for name in wrong]
    found = []
    if not _ID.fullmatch(form.get("id", "")):
        found.append("id must be Meta's name of the template (small letters, digits, _) or Twilio's HX....")
    if not _LANGUAGE.fullmatch(form.get("language", "en")):
        found.append("language must be a code such as en or en_US.")
    return found + _of_variables(form.get("variables", []))


def _of_variables(given: list[Any]) -> list[str]:
    if len(given) > MOST_VARIABLES:
        return [f"There are {len(given)} variables; at most {MOST_VARIABLES}."]
    return [
        f"Variable {place} must be a text that is not empty."
        for place, source in enumerate(given, start=1)
        if not isinstance(source, str) or not source.strip()
    ]


def variables(form: Any) -> dict[str, str]:
    """The Liquid of each, by a name for faults."""
    given = form.get("variables") if isinstance(form, Mapping) else None
    found = enumerate(given if isinstance(given, list) else [], start=1)
    return {f"form.{place}": source for place, source in found if isinstance(source, str)}


def rendered(form: Mapping[str, Any], line: Callable[[str, str], str]) -> dict[str, Any]:
    """As a provider is told it; `line(name, source)` fills in one variable. Empty for none."""
    if not form:
        return {}
    return {**form, "variables": [line(name, source) for name, source in variables(form).items()]}


_KINDS = {str: "a text", list: "a list of texts", bool: "true or false"}
