"""Pieces of rules that several kinds are made of."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from signals_app.detectors.shared.checks import listed
from signals_app.detectors.shared.fields import Config
from upsell_project.lib.rules import reading
from upsell_project.lib.rules.facts import Events, Fact, Of, Op, Trait, Unit, Where, Window
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test

DATE_ALONE = "is missing: a date alone is no reason to contact somebody, they must also have done something"


def exactly(number: Any) -> Decimal:
    """0.8 as 0.8, not as the double next to it."""
    return Decimal(str(number))


def days(number: int) -> Window:
    return Window(Unit.DAYS, number)


def at_least(fact: Fact, number: int | Decimal) -> Test:
    return Test(fact, Op.AT_LEAST, number)


def where(raw: list[Any] | dict[str, Any]) -> tuple[Where, ...]:
    """Conditions on properties, from either way to write them."""
    rule = reading.read(
        {
            "fact": Events.kind,
            "names": [],
            "window": {"days": 1},
            "op": "at_least",
            "value": 1,
            "where": listed(raw),
        }
    )
    assert isinstance(rule, Test) and isinstance(rule.fact, Events)
    return rule.fact.where


def active(raw: Mapping[str, Any] | None, of: Of) -> tuple[Rule, ...]:
    """That they did something, where it is asked for."""
    if raw is None:
        return ()
    return (at_least(Events(tuple(raw.get("events", ())), days(raw["days"]), of=of), raw["at_least"]),)


def near(date: Trait, config: Config) -> Test:
    """Today lies between `from` and `to` days from the date."""
    return Test(date, Op.WITHIN, (config["from"], config["to"]))


def far(date: Trait, config: Config) -> Rule:
    """The opposite of `near`, also where there is no date any more."""
    return AnyOf((Test(date, Op.UNKNOWN), Not(near(date, config))))


def of_date(config: Config) -> list[str]:
    """What a date is lacking: both offsets in their order, and activity."""
    wrong = [
        f"config.{name}: is missing: so many days from the date" for name in OFFSETS if name not in config
    ]
    if not wrong and config["from"] > config["to"]:
        wrong = ["config.from: must not be after `to`"]
    return wrong + ([] if "activity" in config else [f"config.activity: {DATE_ALONE}"])


def misplaced(config: Config, names: tuple[str, ...], reason: str) -> list[str]:
    return [f"config.{name}: {reason}" for name in names if name in config]


def all_of(*rules: Rule) -> Rule:
    return rules[0] if len(rules) == 1 else AllOf(rules)


def any_of(*rules: Rule) -> Rule:
    return rules[0] if len(rules) == 1 else AnyOf(rules)


OFFSETS = ("from", "to")
