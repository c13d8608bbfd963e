"""What was shown or sent is kept for rules that ask for it, each offer once: in the app when it was visible (or acted
on), by mail when the provider took it. A task for staff does not count: nobody knows what was said.

Who keeps it holds other locks; so whoever asks for it is asked again by the job "sweeps", in a transaction of its own.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from signals_app import again
from signals_app.models import Answer
from upsell_project.lib import bulk, queue
from upsell_project.lib.rules.facts import SHOWN

AT_ONCE = 400


def seen(propositions: Collection[UUID], now: datetime) -> None:
    """These were shown, if they were not before."""
    if propositions and bulk.select(_SEEN, list(propositions), SHOWN, now):
        queue.nudge("sweeps")


def accepted(delivery: UUID, lease: datetime, provider: str, ref: str, now: datetime) -> bool:
    """The provider took this mail; False: its lease was lost, and nothing is noted."""
    count: int = bulk.select(_ACCEPTED, [delivery], now, provider, ref, lease, SHOWN, now)[0][0]
    return count == 1


def confirmed(deliveries: Collection[UUID], reason: str, now: datetime) -> int:
    """Staff say that these were sent. Returns how many were still uncertain."""
    count: int = bulk.select(_CONFIRMED, list(deliveries), now, reason, SHOWN, now)[0][0]
    queue.nudge("sweeps")
    return count


def lost(propositions: Collection[UUID]) -> None:
    """These did not get there."""
    if propositions:
        again.answered(bulk.select(_LOST, list(propositions), SHOWN), SHOWN)


def waiting() -> bool:
    """Whether somebody is to be asked again."""
    return Answer.objects.filter(told=False).exists()


@transaction.atomic
def tell() -> bool:
    """Have asked again who asks for what was shown; False: there was nothing. Answers are held last, after runs."""
    rows = bulk.select(_UNTOLD, AT_ONCE)
    again.answered(((person, account) for _, person, account in rows), SHOWN)
    bulk.run(_TOLD, bulk.array(id for id, _, _ in rows))
    return bool(rows)


# The proposition is locked first: whoever merges people moves it before its answers and deliveries.
_MADE = """
WITH made AS MATERIALIZED (
    SELECT p.id, p.person_id, p.account_id, o.slug FROM offers_app_proposition p
    JOIN offers_app_offer o ON o.id = p.offer_id WHERE p.id = {which} ORDER BY p.id FOR SHARE OF p
)"""
_KEPT = """
INSERT INTO signals_app_answer (person_id, account_id, offer, answer, at, proposition, told)
SELECT s.person_id, s.account_id, s.slug, %s, %s, s.id, false FROM {source} s
JOIN people_app_person q ON q.id = s.person_id AND q.erased_at IS NULL ON CONFLICT DO NOTHING
"""
_SENT = (
    _MADE.format(
        which="ANY(ARRAY(SELECT proposition_id FROM campaigns_app_delivery WHERE id = ANY(%s::uuid[])))"
    )
    + """, sent AS (
    UPDATE campaigns_app_delivery d SET state = 'accepted', sent_at = %s, {changes}
    FROM made WHERE d.proposition_id = made.id AND {still} RETURNING made.*
), kept AS ("""
    + _KEPT.format(source="sent")
    + """) SELECT count(*) FROM sent"""
)
_SEEN = _MADE.format(which="ANY(%s::uuid[])") + _KEPT.format(source="made") + "RETURNING 1"
_ACCEPTED = _SENT.format(
    changes="provider = %s, provider_ref = %s, reason = '', lease_until = NULL",
    still="d.state = 'sending' AND d.lease_until = %s",
)
_CONFIRMED = _SENT.format(changes="reason = %s", still="d.state = 'unknown'")
_LOST = """
DELETE FROM signals_app_answer WHERE proposition = ANY(%s::uuid[]) AND answer = %s RETURNING person_id, account_id
"""
_UNTOLD = "SELECT id, person_id, account_id FROM signals_app_answer WHERE NOT told ORDER BY id LIMIT %s"
_TOLD = "UPDATE signals_app_answer SET told = true WHERE id = ANY(%s) AND NOT told"
