"""Draft help: a language model proposes variants of a text, staff choose. Off unless its three settings are set.

What comes back is text of a stranger: read strictly, checked, shown as a diff, and never saved by itself.
"""

from offers_app.drafts.asking import Refused, ask, available
from offers_app.drafts.running import run, waiting

__all__ = ["Refused", "ask", "available", "run", "waiting"]
