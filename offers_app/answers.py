"""What answers to an offer mean. One place, so that no reader takes one for another."""

from typing import Final

NOT_NOW: Final = frozenset({"dismissed", "snoozed"})
# Feedback is an answer only where it is negative; praise is kept as an interaction alone. A reply that is no refusal
# ("replied") is neither a yes nor a no: a human reads it.
NO: Final = frozenset({"declined", "feedback", "opted_out"})
