"""Rules that hold, do not, or are open for somebody in an account on the plan `free`; and playbooks that ask them."""

from collections.abc import Sequence
from typing import Any

from campaigns_app import playbook_files
from campaigns_app.models import Playbook, PlaybookVersion

FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
PAID = {"not": FREE}
SAAS = {"fact": "trait", "of": "account", "name": "industry", "op": "is", "value": "saas"}
"""Of an account whose industry nobody told us this is open."""
EXPORTED = {
    "fact": "events",
    "names": ["Report Exported"],
    "window": {"days": 7},
    "op": "at_least",
    "value": 2,
}
TABLE = [
    (FREE, True),
    ({"all": [FREE, {"not": EXPORTED}]}, True),
    ({"any": [SAAS, FREE]}, True),
    (PAID, False),
    ({"all": [FREE, EXPORTED]}, False),
    ({"all": [SAAS, EXPORTED]}, False),
    (SAAS, None),
    ({"not": SAAS}, None),
    ({"all": [FREE, SAAS]}, None),
]
"""(rule, whether it holds)"""

BANNER = {
    "message": {
        "channel": "in_app",
        "placement": "app-banner",
        "offers": ["pro-plan"],
        "templates": {"usage-limit-near": "smart-nudge"},
    }
}
MAIL = {"message": {**BANNER["message"], "channel": "email"}}


def publish(steps: Sequence[Any] = (BANNER, {"wait_until": {"hours": 12}}), **fields: Any) -> PlaybookVersion:
    """The starter playbook, live with these steps."""
    playbook = Playbook.objects.get(slug="power-user-upsell")
    document = {"goal_event": "Plan Upgraded", "steps": list(steps), **fields}
    return playbook_files.publish(playbook, document)


def told(gate: dict[str, Any]) -> list[tuple[str, Any, bool | None]]:
    """The conditions of a stored gate."""
    return [(one["condition"], one["value"], one["holds"]) for one in gate["input"]["conditions"]]
