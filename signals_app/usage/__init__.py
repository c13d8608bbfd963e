"""Meters: how much of each resource an account used.

Totals are kept in buckets (a month, a billing period, a day) and only ever added to, so that they are the same whatever
the order in which events come. What changes under them later (people who turn out to be one, another time zone, another
meter) is either moved exactly, or counted anew from the stored events while everybody goes on counting. What closed
periods came to by an earlier definition is kept where their events are gone.
"""

from signals_app.usage.counting import add, merge, meters, move
from signals_app.usage.due import ask as ask_recount
from signals_app.usage.due import dropped, dropped_before
from signals_app.usage.due import waiting as recounts_waiting
from signals_app.usage.past import in_words
from signals_app.usage.periods import ALWAYS, Facts, facts_of, label_of, month, period_of
from signals_app.usage.tally import Change
from signals_app.usage.totals import totals

__all__ = [
    "ALWAYS",
    "Change",
    "Facts",
    "add",
    "ask_recount",
    "dropped",
    "dropped_before",
    "facts_of",
    "in_words",
    "label_of",
    "merge",
    "meters",
    "month",
    "move",
    "period_of",
    "recounts_waiting",
    "totals",
]
