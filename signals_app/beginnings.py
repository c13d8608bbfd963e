"""What versions of definitions found in their first days, and what was to be expected of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from signals_app import unusual
from signals_app.models import BackTest, SignalDefinition
from signals_app.unusual import BackTested, Beginning, Unusual
from upsell_project.lib import bulk

ACTIVE = timedelta(days=28)


def judged(
    young: Collection[SignalDefinition], others: Collection[SignalDefinition], now: datetime
) -> dict[int, Unusual | None]:
    """What is unusual, by definition, of the `young` and of those `others` whose version is so and was back-tested."""
    found: dict[int, Unusual | None] = {}
    beginnings = _beginnings([one.pk for one in (*young, *others)], now)
    tests = _back_tests(beginnings)
    without = [one for one in young if one.pk in beginnings and one.pk not in tests]
    everybody = _everybody(now) if without else {}
    for pk, test in tests.items():
        found[pk] = unusual.by_back_test(beginnings[pk], test, now.date())
    for one in without:
        whom = "accounts" if one.about == "account" else "people"
        found[one.pk] = unusual.by_share(beginnings[one.pk], everybody[whom], whom, now.date())
    return found


def _beginnings(definitions: Collection[int], now: datetime) -> dict[int, Beginning]:
    """Of versions that began less than two weeks ago."""
    if not definitions:
        return {}
    found: dict[int, Beginning] = {}
    since = datetime.combine(now.date() - unusual.YOUNG, time.min, UTC)
    rows = bulk.select(_FOUND, unusual.FIRST_LOOK, sorted(definitions), now, since)
    for definition, began, day, moments, subjects in rows:
        one = found.get(definition) or Beginning(began.astimezone(UTC), (0, 0), {})
        if day is None:
            found[definition] = replace(one, at_first=(moments, subjects))
        else:
            found[definition] = replace(one, by_day={**one.by_day, day: (moments, subjects)})
    return found


def _back_tests(definitions: Collection[int]) -> dict[int, BackTested]:
    """The newest of each definition's present version that looked at anybody."""
    rows = BackTest.objects.filter(definition__in=definitions, state=BackTest.State.DONE).select_related(
        "definition"
    )
    newest = {
        test.definition_id: test
        for test in rows.order_by("pk")
        if test.settings.get("version") == test.definition.version and test.result.get("looked_at")
    }
    return {pk: _tested(test) for pk, test in newest.items()}


def _tested(test: BackTest) -> BackTested:
    """Its first day has found all of whom it was true already."""
    share, days = test.result.get("share") or 1.0, dict(test.result.get("days") or {})
    total = sum(days.values())
    if test.first < test.last:
        days.pop(test.first.isoformat(), None)
    return BackTested(test.first, test.last, total / share, max(days.values(), default=0) / share)


def _everybody(now: datetime) -> Mapping[str, int]:
    ((people, accounts),) = bulk.select(_ACTIVE, now - ACTIVE)
    return {"people": people, "accounts": accounts}


_FOUND = """
SELECT d.id, f.began, day, count(*), count(DISTINCT CASE d.about WHEN 'account' THEN s.account_id ELSE s.person_id END)
FROM signals_app_signaldefinition d
CROSS JOIN LATERAL (SELECT min(detected_at) AS began FROM signals_app_signal
    WHERE definition_id = d.id AND definition_version = d.version) f
JOIN signals_app_signal s ON s.definition_id = d.id AND s.definition_version = d.version
CROSS JOIN LATERAL (SELECT CASE WHEN s.detected_at >= f.began + %s
    THEN (s.detected_at AT TIME ZONE 'UTC')::date END AS day) n
WHERE d.id = ANY(%s) AND s.detected_at <= %s AND f.began >= %s GROUP BY 1, 2, 3
"""
_ACTIVE = """
WITH active AS MATERIALIZED (SELECT id FROM people_app_person
    WHERE user_id IS NOT NULL AND merged_into_id IS NULL AND erased_at IS NULL AND last_seen_at >= %s)
SELECT (SELECT count(*) FROM active), (SELECT count(*) FROM people_app_account a WHERE a.merged_into_id IS NULL
    AND (a.personal_of_id IN (SELECT id FROM active) OR EXISTS
        (SELECT FROM people_app_membership m JOIN active p ON p.id = m.person_id WHERE m.account_id = a.id)))
"""
