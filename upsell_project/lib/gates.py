"""A reason is a value: what each gate says, by closed codes that are stored, shown and counted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Every gate there is, in the order they are met. Closed: reports and tests count by these."""

    # entering a playbook
    PLAYBOOK_OFF = "playbook_off"
    NO_ACCOUNT = "no_account"
    UNKNOWN_PERSON = "unknown_person"
    LOW_CONFIDENCE = "low_confidence"
    ALREADY_ENROLLED = "already_enrolled"
    REENTRY = "reentry"
    ENTRY_RULE = "entry_rule"
    # asked about, though nothing was decided
    NO_SIGNAL = "no_signal"
    NO_CANDIDATE = "no_candidate"
    WAITING = "waiting"
    # while it runs
    EXIT_RULE = "exit_rule"
    LANE_RULE = "lane_rule"
    # contact
    ERASED = "erased"
    NO_CONTACT_POINT = "no_contact_point"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    SNOOZED = "snoozed"
    DO_NOT_DISTURB = "do_not_disturb"
    PROBLEM_TICKET = "problem_ticket"
    UNPAID = "unpaid"
    CANCELLING = "cancelling"
    ACCOUNT_BUSY = "account_busy"
    CAP = "cap"
    COOLDOWN = "cooldown"
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    QUIET_HOURS = "quiet_hours"
    ZONE_UNKNOWN = "zone_unknown"
    # choosing an offer
    OFFER_OFF = "offer_off"
    NOT_VALID_NOW = "not_valid_now"
    NO_EVIDENCE = "no_evidence"
    ALREADY_OWNED = "already_owned"
    PREPAID_ANNUALLY = "prepaid_annually"
    NO_PRICE = "no_price"
    NOT_ELIGIBLE = "not_eligible"
    NOT_APPLICABLE = "not_applicable"
    NOT_SUITABLE = "not_suitable"
    OFFER_CAP = "offer_cap"
    DISMISSED_EARLIER = "dismissed_earlier"
    NO_TREATMENT = "no_treatment"
    NOT_WORTH = "not_worth"
    NOT_CHOSEN = "not_chosen"
    # what it says, and the control group
    NO_LONGER_RELEVANT = "no_longer_relevant"
    WAIVER_ENDED = "waiver_ended"
    RENDER_ERROR = "render_error"
    TOO_LONG = "too_long"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's verdict. `input` and `threshold` are JSON values; `next_eligible_at` is None when unknowable."""

    gate: Code
    passed: bool
    reason: str = ""
    input: Any = None
    threshold: Any = None
    next_eligible_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The stored form: plain JSON, times in ISO 8601, what is unsaid left out."""
        stored: dict[str, Any] = {"gate": self.gate.value, "passed": self.passed}
        if self.reason:
            stored["reason"] = self.reason
        for name, value in (("input", self.input), ("threshold", self.threshold)):
            if value is not None and value != "":
                stored[name] = value
        if self.next_eligible_at:
            stored["next_eligible_at"] = self.next_eligible_at.isoformat()
        return stored


def passed(code: Code, input: Any = None, threshold: Any = None) -> Gate:
    return Gate(code, True, input=input, threshold=threshold)


def failed(
    code: Code,
    reason: str,
    input: Any = None,
    threshold: Any = None,
    next_eligible_at: datetime | None = None,
) -> Gate:
    return Gate(code, False, reason, input, threshold, next_eligible_at)
