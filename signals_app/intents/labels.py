"""What a text can want. A text may want several of these, or none."""

from typing import Literal, get_args

Label = Literal["more_capacity", "needs_feature", "doubts_value", "confused", "problem", "leaving"]
"""In this order: asks for more seats, storage or resources; asks for a feature or plan; doubts the value or the price;
does not understand or cannot find; a bug, outage, billing dispute or complaint; cancels or goes to a competitor."""
LABELS: tuple[Label, ...] = get_args(Label)
NONE = "none"
"""How a labelled text says that it wants none of them."""
