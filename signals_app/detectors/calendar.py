"""A date of the account or a season of its industry, from so many days before until so many after.

A date alone never qualifies: with a date (also the account's fiscal year end), activity must be asked for, too. Any
other season counts only where it matters to the account's industry.
"""

from signals_app.detectors.shared.building import active, all_of, far, misplaced, near, of_date
from signals_app.detectors.shared.fields import Config, Field, Sort, activity, filled
from upsell_project.lib.rules.facts import Of, Op, Season, Trait
from upsell_project.lib.rules.tree import AnyOf, Not, Rule, Test

PHASES = ("before", "during", "after")
DATE, SEASON = ("trait", "from", "to"), ("season", "before", "after", "phases")
FIELDS: tuple[Field, ...] = (
    Field("trait", Sort.TRAIT, "The account's date.", "renews_at"),
    Field(
        "from",
        Sort.WHOLE,
        "The first day, counted from the date: -45 is 45 days before it.",
        -45,
        least=-730,
    ),
    Field("to", Sort.WHOLE, "The last day, counted from the date: 0 is the date itself.", 0, least=-730),
    Field(
        "season",
        Sort.SEASON,
        "Instead of a date: a season of the account's industry, or its fiscal year end.",
        "black_friday",
    ),
    Field(
        "before", Sort.WHOLE, "It begins so many days before the season.", 30, default=0, least=0, most=366
    ),
    Field("after", Sort.WHOLE, "It ends so many days after the season.", 7, default=0, least=0, most=366),
    Field(
        "phases",
        Sort.CHOICES,
        "Only these parts of the season; left out: all that `before` and `after` make.",
        ["before", "during"],
        choices=PHASES,
    ),
    activity("What they must have done: with a date it must be given."),
)


def rule(config: Config, of: Of, resource: str) -> Rule:
    when = _in_season(config) if "season" in config else near(_date(config), config)
    return all_of(when, *active(config.get("activity"), of))


def rearm(config: Config, of: Of, resource: str) -> Rule | None:
    """Found once for each renewal, each season."""
    if "season" not in config:
        return far(_date(config), config)
    season = _in_season(config)
    return AnyOf((Test(season.fact, Op.UNKNOWN), Not(season)))


def together(config: Config) -> list[str]:
    if ("trait" in config) == ("season" in config):
        return ["config.trait: must be given, or else season: one of the two"]
    if "trait" in config:
        return misplaced(config, SEASON, "has no place beside trait") + of_date(config)
    return misplaced(config, DATE, "has no place beside season") + [
        f"config.{phase}: must be at least 1: phases has {phase}"
        for phase in ("before", "after")
        if phase in config.get("phases", ()) and not config.get(phase)
    ]


def _date(config: Config) -> Trait:
    return Trait(config["trait"], Of.ACCOUNT)


def _in_season(config: Config) -> Test:
    given = filled(FIELDS, config)
    made = tuple(phase for phase in PHASES if phase == "during" or given[phase])
    season = Season(given["season"], given["before"], given["after"])
    return Test(season, Op.ONE_OF, tuple(given["phases"] or made))
