"""Who opened or clicked: a person, or a mail gateway, a link preview, a library."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|proofpoint|barracuda|mimecast|urldefense|safelinks|forcepoint|"
    r"symantec|trendmicro|fireeye|sophos|googleimageproxy|yahoomailproxy|facebookexternalhit|slackbot|whatsapp|"
    r"skypeuripreview|headless|python|curl|wget|java/|okhttp|go-http|httpclient|libwww|axios|node-fetch",
    re.IGNORECASE,
)
# Scanners follow links before anybody could have read the message, and all of them at once.
TOO_SOON = timedelta(seconds=10)
AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Click:
    """One click as a provider told it. `link` tells links apart; `agent` may be empty: not every provider says it."""

    at: datetime
    link: str
    agent: str
    machine: bool


def named_in(agent: str) -> bool:
    """Whether a user agent is that of a machine."""
    return bool(_MACHINES.search(agent))


def human(clicks: Sequence[Click], delivered_at: datetime | None) -> list[Click]:
    """Those of the clicks on one message that a person made. `delivered_at` may be when it was sent."""
    return [click for click in clicks if not _by_machine(click, clicks, delivered_at)]


def _by_machine(click: Click, clicks: Sequence[Click], delivered_at: datetime | None) -> bool:
    too_soon = delivered_at is not None and click.at < delivered_at + TOO_SOON
    at_once = any(other.link != click.link and abs(other.at - click.at) <= AT_ONCE for other in clicks)
    return click.machine or named_in(click.agent) or too_soon or at_once
