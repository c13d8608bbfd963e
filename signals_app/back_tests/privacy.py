"""What back-tests keep of people who are to be forgotten."""

from collections.abc import Sequence

from signals_app.back_tests.tallying import Tally
from upsell_project.lib import bulk


def forget(person_ids: Sequence[int]) -> None:
    """Take them out of the samples: what they did is told there. How many there were stays."""
    bulk.run(_FORGET, list(person_ids), list(person_ids))


def leave_out_erased(tally: Tally) -> None:
    """Whoever asked to be forgotten while it was counted. Holds the others until the end of the transaction: who asks
    meanwhile is taken out of what was kept."""
    rows = bulk.select(_NOT_ERASED, sorted({sample["person"] for sample in tally.samples}))
    kept = {person for (person,) in rows}
    tally.samples = [sample for sample in tally.samples if sample["person"] in kept]


_NOT_ERASED = """
SELECT p.id FROM people_app_person p LEFT JOIN people_app_person r ON r.id = p.merged_into_id
WHERE p.id = ANY(%s) AND p.erased_at IS NULL AND r.erased_at IS NULL ORDER BY p.id FOR SHARE OF p
"""
_FORGET = """
UPDATE signals_app_backtest t SET result = jsonb_set(t.result, '{samples}', (
    SELECT coalesce(jsonb_agg(s ORDER BY n), '[]') FROM jsonb_array_elements(t.result -> 'samples')
        WITH ORDINALITY AS e(s, n) WHERE NOT (s ->> 'person')::bigint = ANY(%s)))
WHERE EXISTS (SELECT FROM jsonb_array_elements(t.result -> 'samples') s WHERE (s ->> 'person')::bigint = ANY(%s))
"""
