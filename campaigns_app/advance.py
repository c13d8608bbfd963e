"""Move every run on whose timer is due: many at once, each step kind as one bulk verb.

Claiming commits a lease first; the work is one transaction under the locks. A chunk that fails is tried again one by
one, so that a poisonous run is parked after its last attempt and never holds up its neighbors.
"""

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from campaigns_app import exits, outcomes, plan, standing
from campaigns_app.case import Case
from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from campaigns_app.models.playbook import StepKind
from campaigns_app.steps import STEPS
from campaigns_app.steps.base import Continue, Finish, Outcome
from offers_app import goods
from offers_app.models import Proposition
from signals_app import detect
from upsell_project.lib import bulk, clock, errors, queue

CHUNK = 200
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
MAX_ROUNDS = 50
SECONDS_A_JOB = 5.0

log = logging.getLogger(__name__)


def advance_due() -> None:
    """The job: work until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while due():
        if time.monotonic() > until:
            queue.nudge_now("steps")
            return


def waiting() -> bool:
    """Whether a run is due."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM campaigns_app_enrollment WHERE state = 'active' AND wake_at <= %s"
        " AND (lease_until IS NULL OR lease_until < %s))"
    )
    return bool(bulk.select(sql, clock.now(), clock.real())[0][0])


def due(limit: int = CHUNK) -> int:
    """Claim and move on one chunk of due runs; return how many were claimed."""
    token = uuid.uuid4()
    claimed = _claim(token, limit)
    _park_killers(claimed)
    if claimed:
        try:
            _move(claimed, token)
        except Exception as error:
            log.error("a chunk of %s runs failed; trying them one by one: %s", len(claimed), _seen(error))
            _one_by_one(claimed, token)
    return len(claimed)


def _claim(token: uuid.UUID, limit: int) -> list[int]:
    """The attempt counts from here, so that a killed worker has used one up."""
    real = clock.real()
    rows = bulk.select(
        "UPDATE campaigns_app_enrollment SET lease_until = %s, lease_token = %s, attempts = attempts + 1"
        " WHERE id IN (SELECT id FROM campaigns_app_enrollment WHERE state = 'active' AND wake_at <= %s"
        " AND (lease_until IS NULL OR lease_until < %s) ORDER BY wake_at LIMIT %s FOR UPDATE SKIP LOCKED)"
        " RETURNING id",
        real + LEASE,
        token,
        clock.now(),
        real,
        limit,
    )
    return [row[0] for row in rows]


def _park_killers(claimed: Sequence[int]) -> None:
    """A run that took its worker down each time never came to `_note`."""
    spent = Enrollment.objects.filter(pk__in=claimed, attempts__gt=MAX_ATTEMPTS)
    _park(spent, "Its workers died again and again")


def _one_by_one(claimed: Sequence[int], token: uuid.UUID) -> None:
    for enrollment in claimed:
        try:
            _move([enrollment], token)
        except Exception as error:
            log.error("run %s failed: %s", enrollment, _seen(error))
            _note(enrollment, token, error)


def _seen(error: Exception) -> str:
    return f"{errors.told(error)}\n{errors.where(error)}"


def _note(enrollment: int, token: uuid.UUID, error: Exception) -> None:
    rows = Enrollment.objects.filter(pk=enrollment, lease_token=token)
    text = errors.told(error)[:2000]
    _park(rows.filter(attempts__gte=MAX_ATTEMPTS), text)
    rows.filter(state=Enrollment.State.ACTIVE).update(
        error=text, lease_until=clock.real() + timedelta(seconds=5)
    )


@transaction.atomic
def _park(runs: QuerySet[Enrollment], error: str) -> None:
    """Nobody moves it on until somebody looked, so what it offers must not block the account meanwhile."""
    parked = list(runs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Enrollment.objects.filter(pk__in=parked).update(state=Enrollment.State.PARKED, error=error)
    live = Proposition.objects.filter(enrollment_id__in=parked, state=Proposition.State.LIVE)
    live.update(state=Proposition.State.ENDED)
    waiting = [Delivery.State.HELD, Delivery.State.INTENDED, Delivery.State.CLAIMED]
    unsent = Delivery.objects.filter(enrollment_id__in=parked, state__in=waiting)
    unsent.update(state=Delivery.State.SKIPPED, reason="The sequence failed")


@transaction.atomic
def _move(claimed: Sequence[int], token: uuid.UUID) -> None:
    now = clock.now()
    cases = _cases(claimed, token, now)
    if not cases:
        return
    over = exits.met(cases, now)
    left = {enrollment.pk for enrollment, _ in over}
    ended = [*over, *_walk([case for case in cases if case.enrollment.pk not in left], now)]
    outcomes.finish(ended, cases[0].policy, now)
    gone = {enrollment.pk for enrollment, _ in ended}
    _save([case.enrollment for case in cases if case.enrollment.pk not in gone])


def _cases(claimed: Sequence[int], token: uuid.UUID, now: datetime) -> list[Case]:
    """Take the locks in the product's order, then read; a run that ended or was taken over meanwhile is left out."""
    seen = Enrollment.objects.filter(pk__in=claimed).values_list("account_id", "person_id")
    standing.lock({account for account, _ in seen}, {person for _, person in seen})
    enrollments = list(
        Enrollment.objects.select_for_update(of=("self",))
        .filter(pk__in=claimed, lease_token=token, state=Enrollment.State.ACTIVE)
        .select_related("person", "account", "signal__definition")
        .order_by("pk")
    )
    if not enrollments:
        return []
    fresh = detect.refresh([enrollment.signal for enrollment in enrollments], now)
    policy = standing.policy()
    cases = {e.pk: _case(e, fresh, policy) for e in enrollments}
    shown = Proposition.objects.filter(enrollment_id__in=cases).select_related("offer__product")
    presented = list(goods.with_plans(shown.prefetch_related("offer__product__parts").order_by("ready_at")))
    plans = goods.plans(presented)
    for proposition in presented:
        case = cases[proposition.enrollment_id or 0]
        case.plans = plans
        case.propositions.append(proposition)
    related = ("proposition__offer", "proposition__treatment__template", "decision")
    for delivery in Delivery.objects.filter(enrollment_id__in=cases).select_related(*related):
        cases[delivery.enrollment_id or 0].deliveries[delivery.step_id or 0] = delivery
    exits.know(list(cases.values()), now)
    return list(cases.values())


def _case(enrollment: Enrollment, fresh: dict[int, dict[str, object] | None], policy: ContactPolicy) -> Case:
    return Case(
        enrollment,
        plan.of(enrollment.version_id),
        enrollment.person,
        enrollment.account,
        fresh[enrollment.signal_id],
        policy,
    )


def _walk(cases: Sequence[Case], now: datetime) -> list[tuple[Enrollment, str]]:
    """Run each case's steps until it waits or ends; all that stand at the same kind of step go together."""
    ended: list[tuple[Enrollment, str]] = []
    moving = list(cases)
    for _ in range(MAX_ROUNDS):
        by_kind: dict[str, list[Case]] = defaultdict(list)
        for case in moving:
            by_kind[case.node.kind].append(case)
        moving = []
        for kind, group in sorted(by_kind.items()):
            for case, outcome in zip(group, STEPS[kind].run(group, now), strict=True):
                moving += _apply(case, outcome, ended, now)
        if not moving:
            return ended
    raise RuntimeError(f"more than {MAX_ROUNDS} steps without a wait")


def _apply(case: Case, outcome: Outcome, ended: list[tuple[Enrollment, str]], now: datetime) -> list[Case]:
    """Change the enrollment; the case itself comes back when it goes on at once."""
    enrollment = case.enrollment
    if isinstance(outcome, Finish):
        ended.append((enrollment, outcome.reason))
    elif isinstance(outcome, Continue) and outcome.step is None:
        open_until = _open_until(case, now)
        if open_until is None:
            ended.append((enrollment, "completed"))
        else:
            enrollment.wake_at = open_until
    elif isinstance(outcome, Continue):
        enrollment.step_id, enrollment.step_entered_at = outcome.step, now
        return [case]
    else:
        enrollment.wake_at = outcome.at
    return []


def _open_until(case: Case, now: datetime) -> datetime | None:
    """A run whose last word is a message stays with it until its offer is answered or over: ending withdraws it."""
    last = case.last
    live = last is not None and last.state == Proposition.State.LIVE and last.expires_at > now
    return last.expires_at if last and live and case.node.kind == StepKind.MESSAGE else None


def _save(waiting_ones: Sequence[Enrollment]) -> None:
    bulk.execute(
        "UPDATE campaigns_app_enrollment e SET step_id = r.step, step_entered_at = r.entered, wake_at = r.wake,"
        " lane_gates = r.lanes, lease_until = NULL, lease_token = NULL, attempts = 0, error = ''"
        " FROM json_to_recordset(%s)"
        " AS r(id bigint, step bigint, entered timestamptz, wake timestamptz, lanes jsonb)"
        " WHERE e.id = r.id",
        [
            {
                "id": e.pk,
                "step": e.step_id,
                "entered": e.step_entered_at,
                "wake": e.wake_at,
                "lanes": e.lane_gates,
            }
            for e in waiting_ones
        ],
    )
