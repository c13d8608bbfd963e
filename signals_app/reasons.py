"""What a signal rests on, fact by fact, so that it can be said in words: what was asked, what was found, when."""

from collections.abc import Iterator, Mapping
from typing import Any

from signals_app import evidence, reveal
from signals_app.evidence import Meters
from signals_app.knowing import Known
from signals_app.models.meter import Window
from upsell_project.lib.rules import judging, writing
from upsell_project.lib.rules.facts import Entitlement, Fact, Of, Score, Season, Trait
from upsell_project.lib.rules.tree import Not, Rule, Test, Weighed

Reason = dict[str, Any]
"""As JSON. `asked`: the fact as rules write it; `found`: its value; `of`: whose, where `asked` does not say; `day`: the
subject's, up to which it counts; `figures`: what `evidence.figures` says of it."""
LASTING = (Entitlement, Season, Trait, Score)
"""What is the case, and not what was done."""


def of(rule: Rule, of: Of, known: Known, meters: Meters) -> list[Reason]:
    """Each fact once that speaks for it: conditions that hold, but what must not be is told to nobody."""
    holding = (one.fact for one in _said(rule) if judging.judge(one, known.values, known.at))
    return [_reason(fact, of, known, meters) for fact in dict.fromkeys(holding) if _is_known(fact, known)]


def again(
    before: Mapping[str, Any], rule: Rule, of: Of, known: Known, meters: Meters
) -> dict[str, list[Reason]]:
    """The `facts` of evidence, if it has any: what is the case as it is now, whether or not it is still as much; what
    was done as it was."""
    lasting = [
        one.fact for one in _said(rule) if isinstance(one.fact, LASTING) and _is_known(one.fact, known)
    ]
    fresh = [_reason(fact, of, known, meters) for fact in dict.fromkeys(lasting)]
    facts = [
        next((new for new in fresh if new["asked"] == old["asked"]), old) for old in before.get("facts", ())
    ]
    return {"facts": facts} if facts else {}


def _is_known(fact: Fact, known: Known) -> bool:
    return known.values.get(fact) is not None


def _reason(fact: Fact, of: Of, known: Known, meters: Meters) -> Reason:
    return {
        "asked": writing.asked(fact),
        "of": of.value,
        "found": reveal.known(fact, known.values.get(fact)),
        "day": known.at.today.isoformat(),
        "figures": evidence.figures(fact, known, meters) | _rolling(fact, meters),
    }


def _said(rule: Rule) -> Iterator[Test]:
    """Its conditions without those below a Not."""
    match rule:
        case Test():
            yield rule
        case Not():
            return
        case Weighed(rules):
            for _, one in rules:
                yield from _said(one)
        case _:
            for one in rule.rules:
                yield from _said(one)


def _rolling(fact: Fact, meters: Meters) -> Reason:
    """So many days a limit counts, where it does not begin anew."""
    meter = meters.get(fact.resource) if isinstance(fact, Entitlement) else None
    return {"days": meter.days} if meter and meter.window == Window.ROLLING else {}
