"""Back-tests: what a definition would have found, day by day, in what is stored."""

from signals_app.back_tests.asking import LONGEST, Refused, ask, copied, tried
from signals_app.back_tests.privacy import forget
from signals_app.back_tests.running import run, step, waiting

__all__ = ["LONGEST", "Refused", "ask", "copied", "forget", "run", "step", "tried", "waiting"]
