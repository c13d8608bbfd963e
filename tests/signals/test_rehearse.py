"""Live = sweep = replay: a definition that is live finds the same moments, for the same people and with the same
evidence, as its replay over what is stored."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from signals_app.detectors.settings import problems
from signals_app.models import Meter, Signal, SignalDefinition
from signals_app.rehearse import Hit
from tests.conftest import Time
from tests.examples import slow
from tests.rules import drawn
from tests.signals.rehearsed_world import FIRST, LAST, WHO, Did, World
from upsell_project.lib.rules.facts import Metered
from upsell_project.lib.rules.tree import Rule, Test
from upsell_project.lib.rules.writing import written

pytestmark = pytest.mark.django_db
EXAMPLES = examples(
    max_examples=slow(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MINUTES = int((LAST - FIRST).total_seconds() // 60) - 1


def count(op: str, value: int, name: str = "Report Exported", **more: Any) -> dict[str, Any]:
    window = {"window": {"days": 3}}
    return {"fact": "events", "names": [name], "op": op, "value": value, **window, **more}


FREQUENCY = {"event": "Report Exported", "count": 2, "days": 3}
THRESHOLD = {"resources": ["exports"], "fire_at": 0.5, "rearm_below": 0.3}


PATH_N = {"path": "n", "op": "at_least", "value": 2}


def metered(resource: str, op: str, value: int, **window: Any) -> dict[str, Any]:
    return {"fact": "meter", "resource": resource, "window": window, "op": op, "value": value}


DEFINITIONS: dict[str, dict[str, Any]] = {
    "frequency": {"detector": "frequency", "config": FREQUENCY},
    "frequency of an account": {"detector": "frequency", "config": FREQUENCY, "about": "account"},
    "a long rest": {"detector": "frequency", "config": FREQUENCY, "cooldown_hours": 200},
    "threshold": {"detector": "threshold", "config": THRESHOLD},
    "all limits of an account": {
        "detector": "threshold",
        "config": {**THRESHOLD, "resources": ["*"]},
        "about": "account",
    },
    "activity that ceased": {
        "config": {
            "rule": {
                "all": [
                    count("at_least", 2, "Feature Used", window={"days": 10}),
                    count("at_most", 0, window={"this": "week"}),
                ]
            }
        }
    },
    "held": {"config": {"rule": count("at_least", 1, window={"days": 2})}, "hold_hours": 30},
    "held of an account": {
        "config": {"rule": count("at_most", 1, of="account")},
        "hold_hours": 50,
        "about": "account",
    },
    "armed again by time": {
        "config": {
            "rule": count("at_least", 2, window={"hours": 36}),
            "rearm": count("at_most", 0, window={"hours": 36}),
        }
    },
    "in order": {
        "config": {
            "rule": {
                "fact": "sequence",
                "names": ["Feature Used", "Report Exported"],
                "window": {"this": "month"},
                "op": "at_least",
                "value": 1,
            }
        }
    },
    "in order, with properties": {
        "config": {
            "rule": {
                "fact": "sequence",
                "names": ["Feature Used", "Report Exported"],
                "where": [[{"path": "tier", "op": "is", "value": "a"}], [PATH_N]],
                "window": {"days": 5},
                "op": "at_least",
                "value": 1,
            }
        }
    },
    "sums": {"config": {"rule": count("at_least", 4, measure="sum", path="n", of="account")}},
    "used in a window": {"config": {"rule": metered("rows", "at_least", 5, days=3)}},
    "used in a window by an account": {
        "config": {"rule": metered("rows", "at_least", 5, this="week")},
        "about": "account",
    },
    "used little of late": {
        "config": {
            "rule": {
                "all": [
                    metered("exports", "at_most", 0, hours=30),
                    count("at_least", 2, window={"days": 9}, of="account"),
                ]
            }
        },
        "hold_hours": 5,
        "about": "account",
    },
    "a limit, and use of something else": {
        "detector": "threshold",
        "config": {**THRESHOLD, "resources": ["exports"]},
        "condition": metered("rows", "at_least", 4, this="billing_period"),
        "about": "account",
    },
    "use and what they did": {
        "config": {
            "rule": {
                "all": [
                    {
                        "fact": "entitlement",
                        "resource": "rows",
                        "share": "remaining",
                        "op": "less_than",
                        "value": 8,
                    },
                    count("at_least", 1, "Module Opened", window={"this": "week"}),
                ]
            }
        }
    },
}
histories = st.lists(
    st.builds(
        Did,
        minute=st.integers(0, MINUTES),
        who=st.sampled_from(WHO),
        name=st.sampled_from(["Report Exported", "Report Exported", "Feature Used", "Module Opened"]),
        properties=st.fixed_dictionaries(
            {}, optional={"n": st.integers(1, 5), "tier": st.sampled_from(["a", "b"])}
        ),
    ),
    min_size=4,
    max_size=16,
)


@pytest.fixture(autouse=True)
def meters() -> None:
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    Meter.objects.create(
        resource="rows",
        label="rows",
        verb="wrote",
        event="Report Exported",
        aggregate="sum",
        property="n",
        window="rolling",
        days=4,
    )


def a_definition(**fields: Any) -> SignalDefinition:
    given = {"slug": "tried", "name": "Tried", "detector": "rule", "live": True, "lifetime_hours": 24}
    return SignalDefinition.objects.create(**{**given, **fields})


def as_found(signal: Signal) -> tuple[Any, ...]:
    evidence = dict(signal.evidence)
    return (
        signal.detected_at,
        signal.person_id,
        signal.account_id,
        evidence["conditions"],
        evidence.get("resource"),
    )


def as_replayed(hit: Hit) -> tuple[Any, ...]:
    return hit.at, hit.person, hit.account, hit.evidence["conditions"], hit.evidence.get("resource")


def same(time: Time, history: list[Did], zone: str, **definition: Any) -> int:
    with transaction.atomic():
        try:
            world = World(time, zone, a_definition(**definition))
            live = [as_found(one) for one in world.live(history)]
            replayed = [as_replayed(hit) for hits in world.replayed().hits for hit in hits]
            key = lambda one: (one[0], one[1], str(one[4]))  # noqa: E731
            assert sorted(replayed, key=key) == sorted(live, key=key)
            return len(live)
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", DEFINITIONS)
@given(history=histories, zone=st.sampled_from(drawn.ZONES))
@EXAMPLES
def test_replay_finds_what_was_found_live(time: Time, name: str, history: list[Did], zone: str) -> None:
    same(time, history, zone, **DEFINITIONS[name])


BUSY = [
    Did(minute=day * 1440 + hour * 60, who=who, name=name, properties={"n": 2, "tier": "a"})
    for day, hour, who, name in (
        (0, 3, "ana", "Feature Used"),
        (0, 4, "ana", "Feature Used"),
        (0, 9, "ana", "Report Exported"),
        (1, 1, "ana", "Report Exported"),
        (1, 2, "ben", "Report Exported"),
        (1, 5, "ben", "Module Opened"),
        (13, 5, "ben", "Report Exported"),
        (13, 7, "ana", "Report Exported"),
        (13, 8, "ana", "Report Exported"),
        (13, 9, "ben", "Module Opened"),
        (20, 9, "somebody", "Report Exported"),
    )
]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_of_these_definitions_is_really_found(time: Time, name: str) -> None:
    assert same(time, BUSY, "Europe/Berlin", **DEFINITIONS[name]) > 0


rules: st.SearchStrategy[Rule] = drawn.grown(
    (
        drawn.events
        | drawn.sequences
        | drawn.changes
        | st.builds(Metered, resource=st.sampled_from(["exports", "rows", "gone"]), window=drawn.windows)
    ).flatmap(lambda fact: drawn._fitting(fact).map(lambda compared: Test(fact, *compared)))
)


@given(
    history=histories,
    zone=st.sampled_from(drawn.ZONES),
    rule=rules,
    about=st.sampled_from(["person", "account"]),
    hold=st.sampled_from([0, 0, 5]),
)
@EXAMPLES
def test_replay_finds_what_was_found_live_whatever_the_rule(
    time: Time, history: list[Did], zone: str, rule: Rule, about: str, hold: int
) -> None:
    config = {"rule": written(rule)}
    assume(not problems("rule", config))
    same(time, history, zone, config=config, about=about, hold_hours=hold)
