"""What answers to offers teach: noted once a proposition where they are recorded, and counted soon after by a job.

Whoever notes holds locks on people and runs, so no count that others wait for is touched there: an offer's sums are
changed by the job "learning" alone. A no only ever lowers; what was let pass after it was seen counts as a failure,
what was never seen as nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from offers_app import answers, arms, in_force
from offers_app.arms import Key
from offers_app.models import Arm, Lesson
from offers_app.tallies import Tally, added
from upsell_project.lib import bulk, queue

Level = Lesson.Level
LEVELS: Mapping[str, Level] = {
    "replied": Level.NOTHING,
    "accepted": Level.YES,
    "converted": Level.YES,
    "ignored": Level.LET_PASS,
    **dict.fromkeys(answers.NOT_NOW, Level.LET_PASS),
    **dict.fromkeys(answers.NO, Level.NO),
}
COUNTS: Mapping[int, tuple[int, int]] = {
    Level.NOTHING: (0, 0),
    Level.LET_PASS: (0, 1),
    Level.YES: (1, 0),
    Level.NO: (0, 1),
}
AT_ONCE = 2_000
_LOCK = 0x6C6561726E


def outcome(told: Iterable[tuple[UUID, str]], now: datetime) -> None:
    """These propositions were answered so; heard again, or after a stronger word, it has no effect. One statement."""
    strongest: dict[UUID, int] = {}
    for proposition, answer in told:
        strongest[proposition] = max(LEVELS[answer], strongest.get(proposition, 0))
    records = [{"id": str(id), "level": level} for id, level in sorted(strongest.items())]
    if records and bulk.execute(_NOTE, records, now):
        queue.nudge("learning")


def waiting() -> bool:
    return Lesson.objects.exclude(level=F("counted")).exists()


def run() -> None:
    """The job: until all is counted."""
    while count():
        pass


@transaction.atomic
def count() -> int:
    """Count some of what was noted. Returns how many; 0 also while another worker does so. Five statements."""
    if not bulk.select("SELECT pg_try_advisory_xact_lock(%s)", _LOCK)[0][0]:
        return 0
    fresh = Lesson.objects.exclude(level=F("counted")).order_by("pk")
    lessons = list(fresh.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    if lessons:
        changed = sums(lessons, _known(lessons), in_force.policy().half_life_days)
        records = [_record(key, tally) for key, tally in sorted(changed.items())]
        bulk.execute(_KEEP, records)
        bulk.execute(_COUNTED, [{"id": str(one.pk), "level": one.level} for one in lessons])
    return len(lessons)


def sums(lessons: Sequence[Lesson], known: Mapping[Key, Tally], half_life_days: float) -> dict[Key, Tally]:
    """The arms that these lessons change, as they are then; `counted` of a lesson is taken back first. Pure."""
    changed: dict[Key, Tally] = {}
    for one in lessons:
        yes, no = (new - old for new, old in zip(COUNTS[one.level], COUNTS[one.counted], strict=True))
        for key in arms.keys(one.offer_id, one.template, one.channel, one.segment):
            before = changed.get(key) or known.get(key)
            changed[key] = added(before, yes, no, one.at, half_life_days)
    return changed


def _known(lessons: Sequence[Lesson]) -> dict[Key, Tally]:
    return arms.tallies(Arm.objects.filter(offer__in={one.offer_id for one in lessons}))


def _record(key: Key, tally: Tally) -> dict[str, object]:
    offer, template, channel, segment = key
    return {
        "offer_id": offer,
        "template": template,
        "channel": channel,
        "segment": segment,
        "successes": tally.successes,
        "failures": tally.failures,
        "updated_at": tally.at,
    }


_NOTE = """
INSERT INTO offers_app_lesson AS l
    (proposition_id, offer_id, template, channel, segment, at, level, counted, heard_at)
SELECT p.id, p.offer_id, coalesce(m.slug, ''), p.channel, coalesce(s.segment, ''), p.ready_at, r.level, 0, w.now
FROM json_to_recordset(%s) AS r(id uuid, level smallint) CROSS JOIN (SELECT %s::timestamptz AS now) w
JOIN offers_app_proposition p ON p.id = r.id
LEFT JOIN offers_app_treatment t ON t.id = p.treatment_id LEFT JOIN offers_app_template m ON m.id = t.template_id
LEFT JOIN LATERAL (
    SELECT c ->> 'segment' AS segment FROM offers_app_decision d, jsonb_array_elements(d.candidates) c
    WHERE d.id = p.decision_id AND c ->> 'offer' = (SELECT slug FROM offers_app_offer WHERE id = p.offer_id)
    LIMIT 1
) s ON true
ORDER BY p.id
ON CONFLICT (proposition_id) DO UPDATE SET level = excluded.level, heard_at = excluded.heard_at
    WHERE l.level < excluded.level
RETURNING 1
"""
_KEEP = """
INSERT INTO offers_app_arm (offer_id, template, channel, segment, successes, failures, updated_at)
SELECT offer_id, template, channel, segment, successes, failures, updated_at FROM json_to_recordset(%s)
    AS r(offer_id bigint, template text, channel text, segment text, successes float8, failures float8,
        updated_at timestamptz)
ON CONFLICT (offer_id, template, channel, segment) DO UPDATE SET successes = excluded.successes,
    failures = excluded.failures, updated_at = excluded.updated_at
"""
_COUNTED = """
UPDATE offers_app_lesson l SET counted = r.level FROM json_to_recordset(%s) AS r(id uuid, level smallint)
WHERE l.proposition_id = r.id
"""
