"""Items that say the same of who did it, so that identification looks at one of them.

People do several things a minute. What they did differs; who they are, where they are and when they were seen (to the
minute) does not. The earliest stands for the others, as a name belongs to whoever claimed it first.
"""

from collections.abc import Hashable, Sequence

from people_app import entitlements, traits
from people_app.item import Item, Said, Who

HAPPENED = frozenset({"track", "page", "screen"})


def one_each(said: Sequence[Said]) -> tuple[list[Said], list[list[int]]]:
    """`said` with one item of each sort, and for every item of `said` the place of the one that stands for it."""
    groups = [_group(one.items) for one in said]
    few = [Said(items, one.source, one.trust) for one, (items, _) in zip(said, groups, strict=True)]
    return few, [places for _, places in groups]


def spread(who: Sequence[Sequence[Who]], places: Sequence[Sequence[int]]) -> list[Who]:
    """The answers of all items, in order."""
    return [answers[place] for answers, at in zip(who, places, strict=True) for place in at]


def _group(items: Sequence[Item]) -> tuple[list[Item], list[int]]:
    known: dict[Hashable, int] = {}
    kept: list[Item] = []
    places: list[int] = []
    for item in items:
        place = known.setdefault(_sort(item), len(kept))
        if place == len(kept):
            kept.append(item)
        elif item.occurred_at < kept[place].occurred_at:
            kept[place] = item
        places.append(place)
    return kept, places


def _sort(item: Item) -> Hashable:
    """Equal for items of which one is enough; what tells more than that something was done is of its own sort."""
    if item.kind not in HAPPENED or item.name in entitlements.EVENT_FACTS or item.account_traits:
        return id(item)
    if item.previous_id or item.lookup or item.person_ids or item.account_ids:
        return id(item)
    minute = item.occurred_at.timestamp() // 60
    return (
        item.user_id,
        item.anonymous_id,
        item.group_id,
        item.active,
        minute,
        *map(item.context.get, traits.TOLD),
    )
