"""What an account may use and uses, segments, scores."""

from datetime import timedelta
from decimal import Decimal

from signals_app.sweeping import numbers
from signals_app.sweeping.asking import TRUE, Asking
from upsell_project.lib.rules.facts import Entitlement, Member, Op, Score, Share
from upsell_project.lib.rules.tree import Test

LONGEST_BUCKET = timedelta(days=368)
"""A bill of a year; no bucket that counts began before."""
OF_THE_RATE = timedelta(days=70)
"""Use of so many days makes the rate of a forecast, and more."""


def entitlement(test: Test, asking: Asking, wanted: bool) -> str:
    fact, op = test.fact, test.op
    assert isinstance(fact, Entitlement)
    if fact.share is Share.USED or (op in (Op.KNOWN, Op.UNKNOWN) and (op is Op.KNOWN) is not wanted):
        return TRUE
    fits = ["n.cap IS NOT NULL"]
    if fact.share is Share.CAP and op not in (Op.KNOWN, Op.UNKNOWN):
        fits.append(numbers.compared("n.cap", op, test.value, wanted, asking))
    if fact.share is Share.DAYS_LEFT:
        fits.append(_used(asking, LONGEST_BUCKET + OF_THE_RATE))
    elif fact.share is Share.RATIO and _needs_use(test, wanted):
        fits.append(_used(asking, LONGEST_BUCKET))
    return _LIMIT.format(resource=asking.value(fact.resource), fits=" AND ".join(fits))


def _needs_use(test: Test, wanted: bool) -> bool:
    return test.op is Op.AT_LEAST and wanted and isinstance(test.value, int | Decimal) and test.value > 0


def _used(asking: Asking, back: timedelta) -> str:
    return _USED.format(first=asking.value((asking.now - back).date()))


def member(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Member)
    if test.op not in (Op.IS, Op.IS_NOT) or not isinstance(test.value, bool):
        return TRUE
    within = (test.value is (test.op is Op.IS)) is wanted
    return f"{'' if within else 'NOT '}{_MEMBER.format(slug=asking.value(fact.slug))}"


def score(test: Test, asking: Asking, wanted: bool) -> str:
    fact = test.fact
    assert isinstance(fact, Score)
    known = test.op in (Op.KNOWN, Op.UNKNOWN)
    if known and (test.op is Op.KNOWN) is not wanted:
        return TRUE
    fits = TRUE if known else numbers.compared("c.value", test.op, test.value, wanted, asking)
    return _SCORE.format(name=asking.value(fact.name), fits=fits)


_LIMIT = """
EXISTS (SELECT FROM people_app_entitlement n WHERE n.account_id = a.id AND n.resource = {resource} AND {fits})
"""
# What is held and not counted has no totals, nor has a limit of nothing to be reached.
_USED = """
(n.cap <= 0 OR (n.resource = 'seats' AND a.seats_used <> 0) OR EXISTS (SELECT FROM signals_app_metertotal t
    WHERE t.account_id = a.id AND t.resource = n.resource AND t.used > 0 AND t.period > {first}))
"""
_MEMBER = """
EXISTS (SELECT FROM signals_app_segmentmember g JOIN signals_app_segment h ON h.id = g.segment_id
    WHERE g.person_id = p.id AND h.slug = {slug})
"""
_SCORE = """
EXISTS (SELECT FROM signals_app_score c WHERE c.account_id = a.id AND c.name = {name} AND {fits})
"""
