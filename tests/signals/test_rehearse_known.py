"""Live = sweep = replay for what is neither an event nor use alone: seasons, forecasts, texts, signals found, answers.

Here a sweep looks only at whom PostgreSQL names: whoever it leaves out would be missing beside the replay.
"""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from signals_app.models import SignalDefinition
from tests.conftest import Time
from tests.examples import slow
from tests.rules import drawn
from tests.signals.rehearsed_world import ANSWERED, SHOWN, Did, World
from tests.signals.test_rehearse import (
    EXAMPLES,
    MINUTES,
    a_definition,
    as_found,
    as_replayed,
    count,
    meters,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(meters.__name__)]
FEW = examples(EXAMPLES, max_examples=slow(2))
NEEDS_SEATS = "We need five more seats for our new colleagues."
TEXTS = (NEEDS_SEATS, "How do I change my password?", "Das ist zu teuer, wir kündigen.")


def season(name: str, *phases: str, **more: int) -> dict[str, Any]:
    given = {"before": 5, "after": 3, **more}
    return {"fact": "season", "name": name, "op": "one_of", "value": list(phases), **given}


def days_left(op: str, value: int) -> dict[str, Any]:
    return {"fact": "entitlement", "resource": "exports", "share": "days_left", "op": op, "value": value}


def answered(op: str, value: int, **window: Any) -> dict[str, Any]:
    return {"fact": "answer", "answer": "declined", "window": window or {"days": 4}, "op": op, "value": value}


def shown(op: str, value: int, offer: str = "") -> dict[str, Any]:
    return {
        "fact": "answer",
        "answer": "shown",
        "offer": offer,
        "window": {"days": 4},
        "op": op,
        "value": value,
    }


FIRST_FOUND = {
    "fact": "signal", "slug": "first", "window": {"days": 5}, "op": "at_least", "value": 0.5,
}  # fmt: skip
SAID = {
    "fact": "intent", "label": "more_capacity", "window": {"days": 3}, "op": "at_least", "value": 0.5,
}  # fmt: skip
DEFINITIONS: dict[str, dict[str, Any]] = {
    "before a season": {
        "config": {"rule": {"all": [season("public_holiday", "before"), count("at_least", 1)]}}
    },
    "around a season of an account": {
        "config": {
            "rule": {
                "all": [
                    season("fiscal_year_end", "before", "during", "after"),
                    count("at_least", 1, "Feature Used", of="account", window={"days": 9}),
                ]
            }
        },
        "about": "account",
    },
    "no season": {"config": {"rule": {"all": [season("public_holiday", "none"), count("at_most", 0)]}}},
    "forecast": {
        "detector": "forecast",
        "config": {"resources": ["exports"], "within": 7, "rearm_above": 14},
        "about": "account",
    },
    "days left": {"config": {"rule": {"all": [days_left("at_most", 6), count("at_least", 1)]}}},
    "days left again": {
        "config": {"rule": {"all": [days_left("at_least", 1), count("at_least", 1, of="account")]}},
        "about": "account",
        "hold_hours": 5,
    },
    "armed again by an event": {
        "config": {
            "rule": count("at_least", 1, window={"days": 2}),
            "rearm": count("at_least", 1, "Feature Used", window={"days": 6}),
        }
    },
    "armed again before its cooldown is over": {
        "config": {
            "rule": count("at_least", 1, window={"days": 2}),
            "rearm": count("at_most", 0, window={"days": 2}),
        },
        "cooldown_hours": 150,
    },
    "armed again while it rises by time": {
        "config": {
            "rule": {
                "any": [count("at_most", 0, window={"days": 3}), count("at_least", 2, window={"days": 1})]
            },
            "rearm": count("at_least", 1, "Feature Used", window={"days": 2}),
        },
        "cooldown_hours": 130,
    },
    "armed again by silence": {
        "config": {
            "rule": count("at_least", 2, window={"days": 2}),
            "rearm": count("at_most", 0, window={"days": 2}),
        }
    },
    "said": {"config": {"rule": SAID}},
    "said and then silent": {"config": {"rule": {"all": [SAID, count("at_most", 0, window={"days": 1})]}}},
    "no longer said": {"config": {"rule": {"all": [{"not": SAID}, count("at_least", 1)]}}},
    "found": {"config": {"rule": FIRST_FOUND}},
    "found by an account": {"config": {"rule": FIRST_FOUND}, "about": "account"},
    "found and then silent": {
        "config": {"rule": {"all": [FIRST_FOUND, count("at_most", 0, window={"this": "day"})]}}
    },
    "answered": {"config": {"rule": answered("at_least", 1)}},
    "answered twice, then used": {
        "config": {"rule": {"all": [answered("at_least", 2), count("at_least", 1, "Feature Used")]}}
    },
    "no longer answered": {
        "config": {"rule": {"all": [answered("at_most", 0), count("at_least", 1, window={"days": 12})]}}
    },
    "shown": {"config": {"rule": shown("at_least", 1)}},
    "shown to an account, then used": {
        "config": {"rule": {"all": [shown("at_least", 2, "pro"), count("at_least", 1, of="account")]}},
        "about": "account",
    },
    "shown and not answered": {
        "config": {"rule": {"all": [shown("at_least", 1), answered("at_most", 0), count("at_least", 1)]}}
    },
    "no longer shown": {
        "config": {"rule": {"all": [shown("at_most", 0), count("at_least", 1, window={"days": 12})]}}
    },
}
histories = st.lists(
    st.builds(
        Did,
        minute=st.integers(0, MINUTES),
        who=st.sampled_from(("ana", "ben")),
        name=st.sampled_from(
            ["Report Exported", "Report Exported", "Feature Used", "Ticket Created", ANSWERED, SHOWN]
        ),
        properties=st.fixed_dictionaries({"n": st.integers(1, 5), "text": st.sampled_from(TEXTS)}),
    ),
    min_size=4,
    max_size=16,
)


def same(time: Time, history: list[Did], zone: str, **definition: Any) -> int:
    with transaction.atomic():
        try:
            frequent = {"event": "Report Exported", "count": 2, "days": 3}
            other = a_definition(slug="first", detector="frequency", config=frequent)
            world = World(time, zone, a_definition(**definition), other, by_candidates=True)
            live = [as_found(one) for one in world.live(history)]
            replayed = [as_replayed(hit) for hits in world.replayed().hits for hit in hits]
            key = lambda one: (one[0], one[1], str(one[4]))  # noqa: E731
            assert sorted(replayed, key=key) == sorted(live, key=key)
            return len(live)
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", DEFINITIONS)
@given(history=histories, zone=st.sampled_from(drawn.ZONES))
@FEW
def test_replay_finds_what_was_found_live_and_by_sweeps(
    time: Time, name: str, history: list[Did], zone: str
) -> None:
    same(time, history, zone, **DEFINITIONS[name])


BUSY = [
    Did(minute=day * 1440 + hour * 60, who=who, name=name, properties={"n": 2, "text": NEEDS_SEATS})
    for day, hour, who, name in (
        *((day, 8, "ana", "Report Exported") for day in range(5)),
        (1, 9, "ana", "Report Exported"),
        (2, 9, "ben", ANSWERED),
        (3, 9, "ben", ANSWERED),
        (6, 10, "ana", SHOWN),
        (7, 9, "ana", SHOWN),
        (7, 10, "ana", "Report Exported"),
        (3, 10, "ben", "Feature Used"),
        (6, 9, "ana", "Ticket Created"),
        (12, 10, "ben", "Report Exported"),
        (12, 11, "ben", "Feature Used"),
        (13, 10, "ben", "Report Exported"),
        (14, 10, "ben", "Report Exported"),
    )
]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_of_these_definitions_is_really_found(time: Time, name: str) -> None:
    assert same(time, BUSY, "Europe/Berlin", **DEFINITIONS[name]) > 0


def test_there_are_definitions_about_each_of_these_facts() -> None:
    said = str(DEFINITIONS.values())
    assert all(f"'{kind}'" in said for kind in ("season", "days_left", "intent", "signal", "answer"))
    assert not SignalDefinition.objects.exists()
