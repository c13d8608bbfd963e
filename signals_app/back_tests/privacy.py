"""What back-tests keep of people who are to be forgotten."""

from collections.abc import Sequence

from upsell_project.lib import bulk


def forget(person_ids: Sequence[int]) -> None:
    """Take them out of the samples: what they did is told there. How many there were stays."""
    bulk.run(_FORGET, list(person_ids), list(person_ids))


_FORGET = """
UPDATE signals_app_backtest t SET result = jsonb_set(t.result, '{samples}', (
    SELECT coalesce(jsonb_agg(s ORDER BY n), '[]') FROM jsonb_array_elements(t.result -> 'samples')
        WITH ORDINALITY AS e(s, n) WHERE NOT (s ->> 'person')::bigint = ANY(%s)))
WHERE EXISTS (SELECT FROM jsonb_array_elements(t.result -> 'samples') s WHERE (s ->> 'person')::bigint = ANY(%s))
"""
