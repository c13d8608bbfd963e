"""When could it be, and what must happen first: said of gates in their stored form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from upsell_project.lib import in_words
from upsell_project.lib.gates import Code

# A lane that was not taken stands in nobody's way.
NO_BARRIER = {Code.LANE_RULE}
_MUST: Final[dict[str, str]] = {
    Code.PLAYBOOK_OFF: "Staff must publish the playbook and switch it on.",
    Code.NO_ACCOUNT: "An event must name which of their accounts it is about.",
    Code.UNKNOWN_PERSON: "They must become known by a user id.",
    Code.LOW_CONFIDENCE: "A signal of more certainty must be found, or staff must ask for less.",
    Code.ALREADY_ENROLLED: "The run that is under way must end.",
    Code.REENTRY: "The time until it may start again must pass.",
    Code.ENTRY_RULE: "The playbook's rule of entering must hold for them.",
    Code.NO_SIGNAL: "A signal must be found that begins the playbook.",
    Code.NO_CANDIDATE: "Staff must publish a playbook that may propose it, and switch it on.",
    Code.WAITING: "The run must come to a step that proposes it.",
    Code.EXIT_RULE: "A new signal must be found while the playbook's rule of leaving does not hold.",
    Code.ERASED: "Nothing will be offered: they asked to be forgotten.",
    Code.NO_CONTACT_POINT: "An address for this channel must be known and alive.",
    Code.OPTED_OUT: "They must say yes again themselves.",
    Code.NO_CONSENT: "They must permit this channel.",
    Code.SUPPRESSED: "The address must be taken off the suppression list, by whom the law allows it.",
    Code.SNOOZED: "The pause they chose must pass, or they must end it.",
    Code.DO_NOT_DISTURB: "The time of rest must pass.",
    Code.PROBLEM_TICKET: "The problem must be solved.",
    Code.UNPAID: "The invoice must be paid.",
    Code.CANCELLING: "The cancellation must be taken back.",
    Code.ACCOUNT_BUSY: "The offer that is live for the account must be answered or expire.",
    Code.CAP: "Earlier contacts must lie far enough back.",
    Code.COOLDOWN: "The time of rest must pass.",
    Code.CHANNEL_UNAVAILABLE: "Staff must set the channel up.",
    Code.QUIET_HOURS: "It must be an hour where they are at which this channel may be used.",
    Code.ZONE_UNKNOWN: "Their time zone or country must become known.",
    Code.OFFER_OFF: "Staff must make the offer and switch it on.",
    Code.NOT_VALID_NOW: "The time in which the offer is valid must come, or staff must make it valid again.",
    Code.NO_EVIDENCE: "There must be evidence that it would help.",
    Code.ALREADY_OWNED: "Nothing: the account has it already.",
    Code.PREPAID_ANNUALLY: "The year that is paid ahead must end.",
    Code.NO_PRICE: "Staff must give it a price in the account's currency and country.",
    Code.NOT_ELIGIBLE: "The offer's rule must hold for them.",
    Code.NOT_APPLICABLE: "The offer's rule about what is relevant to them must hold.",
    Code.NOT_SUITABLE: "The offer's rule about what is good for them must hold.",
    Code.OFFER_CAP: "The offer's cap must have room again, or staff must widen it.",
    Code.DISMISSED_EARLIER: "The time after their no must pass.",
    Code.NO_TREATMENT: "Staff must write it for this channel.",
    Code.NOT_WORTH: "It must be expected to bring more, or staff must ask for less.",
    Code.NOT_CHOSEN: "Nothing: it may be chosen the next time.",
    Code.NO_LONGER_RELEVANT: "What it is about must be so again.",
    Code.WAIVER_ENDED: "Staff must mend what the lint refuses, or waive it again.",
    Code.RENDER_ERROR: "The value that the text asks for must be known.",
    Code.TOO_LONG: "Staff must shorten the text for this channel.",
    Code.HOLDOUT: "Nothing: the account stays in the control group, so that the effect can be measured.",
}
# Where the gate says when it opens by itself.
_IN_TIME: Final[dict[str, str]] = {
    Code.ALREADY_OWNED: "The account said yes to it: the time for which that counts as having it must pass.",
}


def closed(gates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The gates that stand in the way."""
    return [one for one in gates if not one.get("passed") and one.get("gate") not in NO_BARRIER]


def latest(gates: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When the last of the closed gates opens; None where none is closed, or of one nobody knows when."""
    times = [moment(one.get("next_eligible_at")) for one in closed(gates)]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def must_happen(gates: Sequence[Mapping[str, Any]], now: datetime) -> str:
    """A sentence for each closed gate, with its time; empty where none is closed."""
    return " ".join(dict.fromkeys(_said(one, now) for one in closed(gates)))


def moment(stored: Any) -> datetime | None:
    """A time as gates keep it: ISO 8601 with a zone; None for anything else."""
    if isinstance(stored, datetime):
        return stored
    try:
        at = datetime.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _said(gate: Mapping[str, Any], now: datetime) -> str:
    code, at = str(gate.get("gate")), moment(gate.get("next_eligible_at"))
    text = _MUST.get(code, "What this gate asks for must be so.")
    if at is None:
        return text
    text = _IN_TIME.get(code, text)
    return f"{text[:-1]} ({'that was' if at <= now else 'at the earliest'} {in_words.moment(at)})."
