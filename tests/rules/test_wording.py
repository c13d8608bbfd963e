"""Rules said as sentences."""

from typing import Any

import pytest

from tests.rules.test_reading import DROP, FREE, IN_TURN, NEAR, PREMIUM, SAID, SEASON, VIP, WEIGHED
from upsell_project.lib.rules import reading, wording


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            {"all": [NEAR, FREE]},
            "Exports used >= 80 % of the limit, and account plan is free",
        ),
        (NEAR | {"value": 1}, "Exports used >= 100 % of the limit"),
        (PREMIUM, "Times Feature Used (where tier is premium) in 14 days >= 5"),
        (
            {"any": [{"not": FREE}, {"all": [FREE, NEAR]}]},
            "Not: account plan is free, or (account plan is free, and exports used >= 80 % of the limit)",
        ),
        (
            {"fact": "trait", "of": "account", "name": "renews_at", "op": "within", "value": [-45, 0]},
            "Account renews at is at most 45 days ahead",
        ),
        (VIP, "In the segment vips"),
        (VIP | {"op": "is_not"}, "Not in the segment vips"),
        (VIP | {"value": False}, "Not in the segment vips"),
        (VIP | {"op": "is_not", "value": False}, "In the segment vips"),
        (WEIGHED, "At least 60 % of the weights: 3 for account plan is free; 2 for in the segment vips"),
        (
            {"any": [VIP, WEIGHED | {"weighed": [{"weight": 0.5, "if": {"all": [FREE, VIP]}}]}]},
            "In the segment vips, or "
            "(at least 60 % of the weights: 0.5 for (account plan is free, and in the segment vips))",
        ),
        (DROP, "Unusually little of anything in their account in the 7 days up to yesterday"),
        (
            DROP
            | {"turn": "spike", "span": "day", "names": ["A", "B"], "of": "person", "value": False}
            | {"where": [{"path": "tier", "op": "known"}]},
            "Not unusually much of A or B (where tier is known) today",
        ),
        (SEASON, "Season black friday is during"),
        (
            SEASON | {"before": 30, "after": 7, "op": "one_of", "value": ["before", "during"]},
            "Season black friday (30 days before, 7 days after) is one of before or during",
        ),
        (
            SEASON | {"before": 1, "after": 7, "op": "one_of", "value": ["before", "during", "after"]},
            "Season black friday (1 day before, 7 days after) is one of before, during or after",
        ),
        (
            NEAR | {"op": "between", "value": [0.6, 0.8]},
            "Exports used is between 60 % and 80 % of the limit",
        ),
        (
            {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "known"},
            "Exports used of the limit is known",
        ),
        (
            PREMIUM | {"where": [{"path": "tier", "op": "one_of", "value": ["pro", "team"]}]},
            "Times Feature Used (where tier is one of pro or team) in 14 days >= 5",
        ),
        (
            PREMIUM | {"measure": "session", "gap": 5, "where": []},
            "Times Feature Used in one visit in 14 days (a visit is over after 5 minutes without) >= 5",
        ),
        (
            PREMIUM | {"measure": "minutes", "gap": 1, "where": []},
            "Minutes spent on Feature Used in 14 days, without breaks of more than 1 minute, >= 5",
        ),
        (
            PREMIUM | {"measure": "days", "names": [], "where": [], "of": "account"},
            "Days with anything in their account in 14 days >= 5",
        ),
        (
            {
                "fact": "sequence",
                "names": ["A", "B"],
                "window": {"days": 7},
                "of": "account",
                "op": "at_least",
                "value": 1,
            },
            "How often A then B in their account in 7 days >= 1",
        ),
        (
            IN_TURN,
            "How often Trial Started then Feature Denied (where feature is exports) in 14 days >= 1",
        ),
        (SAID, "How surely they meant “value doubt” in 30 days >= 0.6"),
        (
            SAID | {"op": "between", "value": [0.6, 1]},
            "How surely they meant “value doubt” in 30 days >= 0.6",
        ),
        (
            SAID | {"op": "between", "value": [0.6, 0.9]},
            "How surely they meant “value doubt” in 30 days is between 0.6 and 0.9",
        ),
    ],
)
def test_it_reads_as_a_sentence(raw: Any, said: str) -> None:
    assert wording.sentence(reading.read(raw)) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([0, 0], "is today"),
        ([1, 1], "was 1 day ago"),
        ([-1, -1], "is 1 day ahead"),
        ([-1, 0], "is at most 1 day ahead"),
        ([0, 7], "was at most 7 days ago"),
        ([-45, -30], "is 30 to 45 days ahead"),
        ([3, 7], "was 3 to 7 days ago"),
        ([-3, 1], "is at most 3 days ahead or at most 1 day ago"),
    ],
)
def test_how_far_a_date_is_reads_as_a_sentence(days: list[int], said: str) -> None:
    raw = {"fact": "trait", "of": "account", "name": "renews_at", "op": "within", "value": days}
    assert wording.sentence(reading.read(raw)) == f"Account renews at {said}"
