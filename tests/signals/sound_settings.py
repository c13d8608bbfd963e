"""Sound settings of every kind of detector, and the rules that they stand for."""

from decimal import Decimal
from typing import Any

from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Measure,
    Of,
    Op,
    Said,
    Score,
    Season,
    Share,
    Span,
    Trait,
    Turn,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

ACCOUNT, PERSON = Of.ACCOUNT, Of.PERSON
RATIO, LEFT = Entitlement("exports", Share.RATIO), Entitlement("exports", Share.DAYS_LEFT)
RENEWS, TRIAL = Trait("renews_at", ACCOUNT), Trait("trial_ends_at", ACCOUNT)
PREMIUM = (Where("tier", Op.IS, "premium"),)
DONE = {"fact": "events", "names": ["Report Exported"], "window": {"days": 14}, "op": "at_least", "value": 5}
FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
RENEWAL = {"fact": "trait", "of": "account", "name": "renews_at", "op": "within", "value": [-45, 0]}
EXPORTED = Events(("Report Exported",), Window(Unit.DAYS, 14))
ACTIVITY = {"events": ["Report Exported"], "at_least": 10, "days": 14}
DATED = {"trait": "renews_at", "from": -45, "to": 0, "activity": ACTIVITY}


def days(number: int) -> Window:
    return Window(Unit.DAYS, number)


def least(fact: Any, number: Any) -> Test:
    return Test(fact, Op.AT_LEAST, number)


NEAR = Test(RENEWS, Op.WITHIN, (-45, 0))
ACTIVE = least(Events(("Report Exported",), days(14), of=ACCOUNT), 10)
# Kind, settings, the rule about an account, and what arms it again.
SOUND: list[tuple[str, dict[str, Any], Rule, Rule | None]] = [
    (
        "threshold",
        {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7},
        least(RATIO, Decimal("0.8")),
        Test(RATIO, Op.LESS_THAN, Decimal("0.7")),
    ),
    (
        "frequency",
        {"event": "Feature Used", "where": {"tier": "premium"}, "count": 5, "days": 14},
        least(Events(("Feature Used",), days(14), of=ACCOUNT, where=PREMIUM), 5),
        None,
    ),
    (
        "frequency",
        {"events": ["A", "B"], "where": [{"path": "n", "op": "at_least", "value": 2}], "count": 1, "days": 1},
        least(Events(("A", "B"), days(1), of=ACCOUNT, where=(Where("n", Op.AT_LEAST, 2),)), 1),
        None,
    ),
    (
        "distinct",
        {"events": ["Feature Used"], "path": "feature", "where": {"tier": "premium"}, "count": 5, "days": 30},
        least(Events(("Feature Used",), days(30), Measure.DISTINCT, ACCOUNT, "feature", PREMIUM), 5),
        None,
    ),
    (
        "roaming",
        {"events": ["Module Opened"], "path": "module", "distinct": 3, "switches": 8, "days": 1},
        AllOf(
            (
                least(Events(("Module Opened",), days(1), Measure.DISTINCT, ACCOUNT, "module"), 3),
                least(Events(("Module Opened",), days(1), Measure.SWITCHES, ACCOUNT, "module"), 8),
            )
        ),
        None,
    ),
    (
        "session",
        {"events": ["Pricing Viewed", "Pricing"], "where": {"tier": "premium"}, "count": 3, "gap": 20},
        least(
            Events(("Pricing Viewed", "Pricing"), days(1), Measure.SESSION, ACCOUNT, where=PREMIUM, gap=20),
            3,
        ),
        None,
    ),
    (
        "duration",
        {"events": ["Docs Viewed"], "path": "seconds", "minutes": 120, "days": 14},
        least(Events(("Docs Viewed",), days(14), Measure.SUM, ACCOUNT, "seconds"), 7200),
        None,
    ),
    (
        "duration",
        {"events": ["Docs Viewed"], "minutes": 90, "days": 7, "gap": 10, "where": {"tier": "premium"}},
        least(Events(("Docs Viewed",), days(7), Measure.MINUTES, ACCOUNT, where=PREMIUM, gap=10), 90),
        None,
    ),
    (
        "change",
        {"turn": "drop", "events": ["Session Started"], "where": {"tier": "premium"}},
        Test(Changed(Turn.DROP, ("Session Started",), Span.WEEK, ACCOUNT, PREMIUM), Op.IS, True),
        Test(Changed(Turn.DROP, ("Session Started",), Span.WEEK, ACCOUNT, PREMIUM), Op.IS, False),
    ),
    (
        "change",
        {"turn": "spike", "span": "day"},
        Test(Changed(Turn.SPIKE, (), Span.DAY, ACCOUNT), Op.IS, True),
        Test(Changed(Turn.SPIKE, (), Span.DAY, ACCOUNT), Op.IS, False),
    ),
    (
        "forecast",
        {"resources": ["exports"], "within": 7, "rearm_above": 14},
        AllOf((Test(LEFT, Op.AT_MOST, 7), Test(RATIO, Op.LESS_THAN, 1))),
        Test(LEFT, Op.MORE_THAN, 14),
    ),
    (
        "forecast",
        {"resources": ["exports"], "within": 7},
        AllOf((Test(LEFT, Op.AT_MOST, 7), Test(RATIO, Op.LESS_THAN, 1))),
        Test(LEFT, Op.MORE_THAN, 7),
    ),
    ("calendar", DATED, AllOf((NEAR, ACTIVE)), AnyOf((Test(RENEWS, Op.UNKNOWN), Not(NEAR)))),
    (
        "calendar",
        {"season": "black_friday", "before": 30, "after": 7},
        Test(Season("black_friday", 30, 7), Op.ONE_OF, ("before", "during", "after")),
        AnyOf(
            (
                Test(Season("black_friday", 30, 7), Op.UNKNOWN),
                Not(Test(Season("black_friday", 30, 7), Op.ONE_OF, ("before", "during", "after"))),
            )
        ),
    ),
    (
        "calendar",
        {"season": "christmas"},
        Test(Season("christmas", 0, 0), Op.ONE_OF, ("during",)),
        AnyOf(
            (
                Test(Season("christmas", 0, 0), Op.UNKNOWN),
                Not(Test(Season("christmas", 0, 0), Op.ONE_OF, ("during",))),
            )
        ),
    ),
    (
        "calendar",
        {"season": "tax_season", "before": 9, "phases": ["before"], "activity": ACTIVITY},
        AllOf((Test(Season("tax_season", 9, 0), Op.ONE_OF, ("before",)), ACTIVE)),
        AnyOf(
            (
                Test(Season("tax_season", 9, 0), Op.UNKNOWN),
                Not(Test(Season("tax_season", 9, 0), Op.ONE_OF, ("before",))),
            )
        ),
    ),
    (
        "lifecycle",
        {"events": ["Onboarding Completed"]},
        least(Events(("Onboarding Completed",), days(1), of=ACCOUNT), 1),
        None,
    ),
    (
        "lifecycle",
        {"events": ["Trial Ended"], "where": {"converted": False}, "days": 7, "trait": "trial_ends_at"}
        | {"from": 0, "to": 7, "activity": {"at_least": 1, "days": 30}}
        | {"unless": ["Plan Upgraded"], "unless_days": 9},
        AllOf(
            (
                AnyOf(
                    (
                        least(
                            Events(
                                ("Trial Ended",),
                                days(7),
                                of=ACCOUNT,
                                where=(Where("converted", Op.IS, False),),
                            ),
                            1,
                        ),
                        AllOf(
                            (
                                Test(TRIAL, Op.WITHIN, (0, 7)),
                                least(Events((), days(30), of=ACCOUNT), 1),
                            )
                        ),
                    )
                ),
                Test(Events(("Plan Upgraded",), days(9), of=ACCOUNT), Op.AT_MOST, 0),
            )
        ),
        AllOf(
            (
                AnyOf((Test(TRIAL, Op.UNKNOWN), Not(Test(TRIAL, Op.WITHIN, (0, 7))))),
                Test(
                    Events(
                        ("Trial Ended",),
                        days(7),
                        of=ACCOUNT,
                        where=(Where("converted", Op.IS, False),),
                    ),
                    Op.AT_MOST,
                    0,
                ),
            )
        ),
    ),
    (
        "explicit",
        {"events": ["Seats Requested"], "hours": 48},
        least(Events(("Seats Requested",), Window(Unit.HOURS, 48), of=ACCOUNT), 1),
        None,
    ),
    (
        "explicit",
        {"events": ["Seats Requested"], "where": {"tier": "premium"}, "label": "more_capacity"},
        AnyOf(
            (
                least(
                    Events(("Seats Requested",), Window(Unit.HOURS, 24), of=ACCOUNT, where=PREMIUM),
                    1,
                ),
                least(Said("more_capacity", Window(Unit.HOURS, 24)), Decimal("0.8")),
            )
        ),
        None,
    ),
    (
        "text",
        {"label": "confused", "confidence": 0.6, "days": 3},
        least(Said("confused", days(3)), Decimal("0.6")),
        None,
    ),
    (
        "composite",
        {"mode": "all", "parts": [{"if": DONE}, {"if": FREE}]},
        AllOf((least(EXPORTED, 5), Test(Trait("plan", ACCOUNT), Op.IS, "free"))),
        None,
    ),
    (
        "composite",
        {"mode": "any", "parts": [{"if": DONE}], "rearm": FREE},
        AnyOf((least(EXPORTED, 5),)),
        Test(Trait("plan", ACCOUNT), Op.IS, "free"),
    ),
    (
        "composite",
        {"mode": "weighted", "at_least": 0.6, "parts": [{"if": DONE, "weight": 2.5}, {"if": RENEWAL}]},
        Weighed(((Decimal("2.5"), least(EXPORTED, 5)), (Decimal(1), NEAR)), Decimal("0.6")),
        None,
    ),
    (
        "score",
        {"name": "health", "at_least": 0.7, "rearm": 0.6},
        least(Score("health"), Decimal("0.7")),
        Test(Score("health"), Op.LESS_THAN, Decimal("0.6")),
    ),
    (
        "score",
        {"name": "health", "at_most": 0.3},
        Test(Score("health"), Op.AT_MOST, Decimal("0.3")),
        Test(Score("health"), Op.MORE_THAN, Decimal("0.3")),
    ),
    (
        "rule",
        {"rule": DONE, "rearm": FREE},
        least(EXPORTED, 5),
        Test(Trait("plan", ACCOUNT), Op.IS, "free"),
    ),
]
