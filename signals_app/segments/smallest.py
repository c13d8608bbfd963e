"""Which segment says the most of somebody: the one with the fewest people. What people do with offers never moves them
between such segments, or a no could bring somebody into one where offers are taken more often.

So a segment is left out whose rule, or that of one it refers to, asks how offers were answered or shown, for a signal
or a score (which may rest on that), for what became of messages, or for any event whatever.
"""

from collections.abc import Collection

from upsell_project.lib import bulk
from upsell_project.lib.rules.facts import Answered, Changed, Events, Fact, Found, Score, Sequence

OF_MESSAGES = (
    *("Message Bounced", "Message Clicked", "Message Delivered", "Message Dropped", "Message Failed"),
    *("Message Opened", "Message Sent", "Reply Received", "Resubscribed", "Spam Reported", "Unsubscribed"),
)
_MOVING = (Answered, Found, Score)
_OF_EVENTS = (Events, Sequence, Changed)


def of(people: Collection[int]) -> dict[int, str]:
    """By person the slug; without an entry whoever is in none. One statement."""
    return dict(bulk.select(_SMALLEST, sorted(people)))


def moves(fact: Fact) -> bool:
    """Whether what people do with offers may change it. The statement says the same of stored rules."""
    if isinstance(fact, _OF_EVENTS):
        return not fact.names or any(name in OF_MESSAGES for name in fact.names)
    return isinstance(fact, _MOVING)


def _any(place: str, values: Collection[str]) -> str:
    return " || ".join(f'{place} == "{value}"' for value in values)


_KINDS = _any("@.fact", [one.kind for one in _MOVING])
_EVENTS = _any("@.fact", [one.kind for one in _OF_EVENTS])
_NAMES = _any("@", OF_MESSAGES)
_MOVED = f"$.** ? ({_KINDS} || (({_EVENTS}) && (!exists (@.names[*]) || exists (@.names[*] ? ({_NAMES})))))"
_SMALLEST = f"""
WITH RECURSIVE theirs AS MATERIALIZED (
    SELECT m.person_id, s.slug, s.counted FROM signals_app_segmentmember m
    JOIN signals_app_segment s ON s.id = m.segment_id AND s.live
    WHERE m.person_id = ANY(%s)
), behind AS (
    SELECT slug AS own, rule FROM signals_app_segment WHERE slug IN (SELECT slug FROM theirs)
    UNION SELECT b.own, s.rule FROM behind b
    CROSS JOIN LATERAL (
        SELECT jsonb_path_query_array(b.rule, '$.** ? (@.fact == "segment").slug') AS named OFFSET 0
    ) r JOIN signals_app_segment s ON r.named ? s.slug
), moved AS (SELECT DISTINCT own FROM behind WHERE jsonb_path_exists(rule, '{_MOVED}'))
SELECT DISTINCT ON (person_id) person_id, slug FROM theirs
WHERE slug NOT IN (SELECT own FROM moved) ORDER BY person_id, counted, slug
"""
