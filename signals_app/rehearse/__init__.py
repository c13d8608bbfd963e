"""What a definition would have found, had it been live: its rule, asked at every moment of what is stored.

Events, signals and answers are taken as they were at each moment; traits, limits, segments, scores and roles as they
are now, since nobody keeps what they were.
"""

from signals_app.rehearse.replaying import Hit
from signals_app.rehearse.subjects import Rehearsed, of, undated

__all__ = ["Hit", "Rehearsed", "of", "undated"]
