"""How many examples the properties try: a few in every run, many in `make fuzz`."""

import hypothesis

EVERY_RUN, FUZZ = 40, 500


def load(profile: str) -> None:
    """Make it the profile of all properties that name no number of their own."""
    for name, examples in {"every_run": EVERY_RUN, "fuzz": FUZZ}.items():
        hypothesis.settings.register_profile(name, max_examples=examples, deadline=None)
    hypothesis.settings.load_profile(profile)


def slow(every_run: int) -> int:
    """The number for a property that is slow: so many in every run, in `make fuzz` as many times more as of all."""
    return every_run * hypothesis.settings().max_examples // EVERY_RUN
