"""What a rule asks for and nobody brought yet: perhaps a typing error, perhaps it is still to come. Nothing is refused
for it.
"""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from signals_app import columns, compiled
from signals_app.models import Event, EventMapping, SeenProperty, SignalDefinition
from upsell_project.lib import bulk
from upsell_project.lib.rules import meaning
from upsell_project.lib.rules.facts import Changed, Events, Of, Sequence, Trait
from upsell_project.lib.rules.reader import under
from upsell_project.lib.rules.tree import Rule

SEARCHED = 100_000
"""The newest events among which a name is looked for that was not noted."""
LOOKED_AT = 2_000
MOST = 500


def hints(rule: Rule) -> list[tuple[str, str]]:
    """(path, sentence)."""
    asked = list(meaning.placed(rule))
    names = {name for _, test in asked for name in _names(test.fact)}
    traits = {test.fact for _, test in asked if isinstance(test.fact, Trait)}
    unknown = {name: _event(name) for name in names - received(names)}
    untold = {trait: _trait(trait) for trait in traits - _told(traits)}
    found = []
    for path, test in asked:
        for place, name in enumerate(_names(test.fact)):
            if name in unknown:
                found.append((under(path, f"names[{place}]"), unknown[name]))
        if isinstance(test.fact, Trait) and test.fact in untold:
            found.append((under(path, "name"), untold[test.fact]))
    return found


def of(definition: SignalDefinition) -> list[str]:
    """Sentences about what it asks for; none where it cannot be read."""
    found = [hints(ready.part().rule) for ready in compiled.sound([definition])]
    return list(dict.fromkeys(sentence for told in found for _, sentence in told))


def _names(fact: object) -> tuple[str, ...]:
    return fact.names if isinstance(fact, Events | Sequence | Changed) else ()


def received(names: Collection[str]) -> set[str]:
    """Those of these events that came, were mapped to or are stored."""
    seen = SeenProperty.objects.filter(path="", name__in=names).values_list("name", flat=True)
    mapped = EventMapping.objects.filter(live=True, name__in=names).values_list("name", flat=True)
    found = {*seen.distinct(), *mapped.distinct()}
    if not (left := set(names) - found):
        return found
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    stored = Event.objects.filter(name__in=left, pk__gt=newest - SEARCHED).values_list("name", flat=True)
    return found | set(stored.distinct())


def _event(name: str) -> str:
    known = SeenProperty.objects.filter(path="").order_by("name").values_list("name", flat=True)
    return _sentence(f"No event “{name}” was received yet.", name, known.distinct()[:MOST])


def _told(traits: Collection[Trait]) -> set[Trait]:
    """Columns, and what was said of the newest accounts and people."""
    return {one for one in traits if one.name in columns.TYPES[one.of]} | {
        one for of in Of for one in _said(of, [one.name for one in traits if one.of is of])
    }


def _said(of: Of, names: list[str]) -> Iterator[Trait]:
    if names:
        rows = bulk.select(
            "SELECT name FROM unnest(%s::text[]) name WHERE EXISTS (SELECT FROM"
            f" (SELECT traits FROM people_app_{of} ORDER BY id DESC LIMIT %s) newest"
            " WHERE traits ?| array[name, split_part(name, '.', 1)])",
            names,
            LOOKED_AT,
        )
        yield from (Trait(name, of) for (name,) in rows)


def _trait(trait: Trait) -> str:
    known = {*columns.TYPES[trait.of], *_keys(trait.of)}
    whose = "accounts" if trait.of is Of.ACCOUNT else "people"
    return _sentence(f"None of the newest {whose} has a trait “{trait.name}”.", trait.name, known)


def _keys(of: Of) -> list[str]:
    rows = bulk.select(
        f"SELECT DISTINCT key FROM (SELECT traits FROM people_app_{of} ORDER BY id DESC LIMIT %s) newest,"
        " jsonb_object_keys(CASE WHEN jsonb_typeof(traits) = 'object' THEN traits ELSE '{}' END) key LIMIT %s",
        LOOKED_AT,
        MOST,
    )
    return [key for (key,) in rows]


def _sentence(said: str, name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return f"{said} Did you mean “{close[0]}”?" if close else said
