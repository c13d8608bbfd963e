"""For whom time alone can have made a moment: found by PostgreSQL for a whole definition at once, judged after that."""

from signals_app.sweeping.candidates import CHUNK, ids, statement
from signals_app.sweeping.whose import subjects

__all__ = ["CHUNK", "ids", "statement", "subjects"]
