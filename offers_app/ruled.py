"""Rules as gates: closed by what does not hold and by what nobody knows; each condition is told with its value."""

from collections.abc import Callable, Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from people_app.models import Account, Person
from signals_app import knowing, reveal
from signals_app.knowing import Known
from signals_app.subjects import Subject
from upsell_project.lib.gates import Code, Gate, failed, passed
from upsell_project.lib.rules import judging, ready, wording
from upsell_project.lib.rules.facts import Fact
from upsell_project.lib.rules.ready import Ready
from upsell_project.lib.rules.tree import AllOf, AnyOf, Rule

Everybody = Mapping[Subject, Known]
LONGEST = 280


def subject(person: Person, account: Account) -> Subject:
    return Subject(person.pk, account.pk)


def know(wanted: Mapping[Subject, Set[Fact]], now: datetime) -> dict[Subject, Known]:
    """What is known of all of them, loaded together; of whom nothing is asked, or who cannot be read, there
    is no entry."""
    asked = [knowing.Asked(who, frozenset(facts)) for who, facts in wanted.items() if facts]
    read = knowing.load_each(asked, now)
    return {one.subject: known for one, known in zip(asked, read, strict=True) if known is not None}


def gate(code: Code, raw: Mapping[str, Any], known: Known | None, what: str) -> Gate:
    """Whether it holds for them. `what` begins the reason of a refusal: "The offer Pro"."""
    return asked(code, raw, what)(known)


def asked(code: Code, raw: Mapping[str, Any], what: str) -> Callable[[Known | None], Gate]:
    """The same gate, to be met by many."""
    rule = ready.readable(raw)
    if rule is None:
        shut = failed(code, f"{what} has a rule that cannot be read, so it is for nobody.", None, raw)
        return lambda known: shut
    closed = f"What is known of them cannot be read, so {what[:1].lower()}{what[1:]} is not for them."
    unread = failed(code, closed, None, rule.sentence)
    return lambda known: unread if known is None else _judged(code, rule, known, what)


def _judged(code: Code, rule: Ready, known: Known, what: str) -> Gate:
    verdict = rule.holds(known.values, known.at)
    said = {"conditions": conditions(rule, known)}
    if verdict is True:
        return passed(code, said, rule.sentence)
    lacking = ", ".join(wording.sentence(one) for one in _lacking(rule.rule, known))
    asks = "what is not so" if verdict is False else "what is not known"
    return failed(code, f"{shortened(f'{what} asks for {asks}: {lacking}')}.", said, rule.sentence)


def conditions(rule: Ready, known: Known) -> list[dict[str, Any]]:
    """Each condition once, with what is known and whether it holds, as JSON; contact addresses are masked."""
    return [
        {
            "condition": one.sentence,
            "value": reveal.known(one.fact, known.values.get(one.fact)),
            "holds": one.holds(known.values, known.at),
        }
        for one in rule.conditions
    ]


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} .."


def _lacking(rule: Rule, known: Known) -> Iterator[Rule]:
    """What a rule that does not hold, or is open, fails by."""
    if not isinstance(rule, AllOf | AnyOf):
        yield rule
        return
    verdict = judging.judge(rule, known.values, known.at)
    for one in rule.rules:
        if judging.judge(one, known.values, known.at) is verdict:
            yield from _lacking(one, known)
