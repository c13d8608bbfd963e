"""What a text can want. A text may want several of these, or none."""

from typing import Literal, get_args

Label = Literal["more_capacity", "needs_feature", "doubts_value", "confused", "problem", "leaving"]
"""In this order: asks for more seats, storage or resources; asks for a feature or plan; doubts the value or the price;
does not understand or cannot find; a bug, outage, billing dispute or complaint; cancels or goes to a competitor."""
LABELS: tuple[Label, ...] = get_args(Label)
NONE = "none"
"""How a labelled text says that it wants none of them."""
EXAMPLES: dict[Label, str] = {
    "more_capacity": "We need more storage and more seats. How can we buy additional users?",
    "needs_feature": "Is single sign-on available on our plan? We need SSO.",
    "doubts_value": "This is too expensive, we do not see the value. Is it worth the price?",
    "confused": "I am confused, how does this work? I cannot find where to start.",
    "problem": "The export does not work: it crashes with an error every time.",
    "leaving": "We want to cancel our subscription and switch to a competitor.",
}
"""A text that surely means it."""
