"""All that is wrong with a draft."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from offers_app.linter import lacking, saying, tone
from offers_app.linter import ways as every_way
from offers_app.linter.draft import Draft, Finding
from offers_app.linter.rules import Rule, rules
from offers_app.linter.seen import Seen

_QUOTED = 120


def findings(draft: Draft) -> list[Finding]:
    """In the order of the text; the same place is said once a rule. Never raises, in linear time."""
    texts = {name: saying.readings(source) for name, source in draft.texts.items()}
    ways = {name: every_way.ways(source) for name, source in draft.texts.items()}
    said = {
        (name, *place, rule.id): _finding(rule, name, draft.texts[name], place)
        for rule, name, place in _said(draft, texts, ways)
    }
    lacking_ = [_lack(*lack) for lack in (*lacking.lacks(draft, texts), *lacking.tips(draft, texts))]
    return [*sorted((*_outermost(said.values()), *_unread(draft, ways))), *lacking_]


def _unread(draft: Draft, ways: dict[str, every_way.Ways]) -> Iterator[Finding]:
    for name, read in ways.items():
        for start, end, why in read.unread:
            found = _finding(rules()["unreadable"], name, draft.texts[name], (start, end))
            yield replace(found, message=f"{why}. {found.message}")


def _said(
    draft: Draft, texts: dict[str, list[Seen]], ways: dict[str, every_way.Ways]
) -> Iterator[tuple[Rule, str, saying.Place]]:
    dated = saying.dated(text for readings in texts.values() for text in readings)
    for name, whole in texts.items():
        readings = [*whole, *saying.in_ways(ways[name])]
        yield from ((rule, name, place) for rule, place in saying.found(name, readings, dated, draft.claims))
        shouted = rules()["unequal-decline" if name == "cta_label" else "desperate-tone"]
        yield from ((shouted, name, place) for text in readings for place in tone.loud(text))


def _outermost(found: Iterable[Finding]) -> list[Finding]:
    """Without those that stand inside another one of the same rule."""
    kept: list[Finding] = []
    ordered = sorted(found, key=lambda one: (one.field, one.rule, one.start, -one.end))
    for one in ordered:
        last = kept[-1] if kept else None
        if not (last and (last.field, last.rule) == (one.field, one.rule) and one.start < last.end):
            kept.append(one)
    return kept


def _finding(rule: Rule, name: str, source: str, place: saying.Place) -> Finding:
    start, end = place
    quote = " ".join(source[start:end].split())
    quote = quote if len(quote) <= _QUOTED else f"{quote[:_QUOTED]}..."
    return Finding(name, start, end, rule.id, rule.severity, quote, rule.fix, "; ".join(rule.because))


def _lack(name: str, field: str, what: str) -> Finding:
    rule = rules()[name]
    return Finding(field, 0, 0, rule.id, rule.severity, "", f"{what}. {rule.fix}", "; ".join(rule.because))
