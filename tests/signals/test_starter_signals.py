"""The signals that a new deployment starts with: complete, sound, and never by a date alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from signals_app.detectors import DETECTORS
from signals_app.detectors.settings import problems
from signals_app.detectors.shared import dates
from signals_app.models import SignalDefinition
from upsell_project.lib.rules import reading, wording, writing
from upsell_project.lib.rules.certainty import certainty
from upsell_project.lib.rules.facts import Changed, Events, Of, Said, Season, Share, Trait, Unit, Window
from upsell_project.lib.rules.facts import Entitlement as Limit
from upsell_project.lib.rules.judging import At, judge
from upsell_project.lib.rules.tree import AllOf, Rule
from upsell_project.lib.rules.tree import facts as facts_of

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "campaigns_app/starter_pack/signals.yaml").read_text(encoding="utf-8")
)["signals"]
BY_SLUG = {row["slug"]: row for row in ROWS}
CONTRACT = [
    "usage-limit-near", "limit-forecast", "premium-feature-frequent", "limit-hit-attempt",
    "pricing-intent", "seats-requested", "plan-request-text", "team-growth", "usage-spike",
    "high-value-integration", "complex-workflows", "module-roaming", "docs-champion", "help-intent",
    "onboarding-completed", "core-feature-activated", "trial-ending", "trial-ended-unconverted",
    "usage-drop", "support-load", "confusion", "renewal-window", "value-doubt-ticket", "at-risk",
    "health-score", "season-black-friday", "season-tax", "season-fiscal-year-end",
]  # fmt: skip
# What a product is asked to send, and what it may send besides.
TRACKED = {
    "Session Started", "Report Exported", "Feature Used", "Feature Denied", "Pricing Viewed", "Pricing",
    "Seats Requested", "Limit Increase Requested", "Filter Created", "Automation Created",
    "Integration Connected", "Module Opened", "Docs Viewed", "Ticket Created", "Onboarding Completed",
    "Core Feature Activated", "Trial Ended", "Plan Upgraded", "Add-on Purchased", "Cancellation Requested",
    "Account Added User", "Member Invited",
}  # fmt: skip
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = At(NOW, date(2026, 3, 2))
slugs = pytest.mark.parametrize("slug", CONTRACT)


def rule_of(slug: str, resource: str = "exports") -> Rule:
    row = BY_SLUG[slug]
    rule = DETECTORS[row["detector"]].rule(row["config"], Of(row["about"]), resource)
    return AllOf((rule, reading.read(row["condition"]))) if row.get("condition") else rule


def only(slug: str, kind: Any, **wanted: Any) -> Any:
    """The one fact of this kind in the rule, or the one that is as `wanted`."""
    found = [
        fact
        for fact in facts_of(rule_of(slug))
        if isinstance(fact, kind) and all(getattr(fact, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]


def test_they_are_those_of_the_contract_each_once() -> None:
    assert len(CONTRACT) == 28
    assert sorted(row["slug"] for row in ROWS) == sorted(CONTRACT)


@slugs
def test_each_is_sound_and_can_be_read_as_a_sentence(slug: str) -> None:
    row = BY_SLUG[slug]
    assert problems(row["detector"], row["config"]) == []
    rule = rule_of(slug)
    assert reading.read(writing.written(rule)) == rule
    assert len(wording.sentence(rule)) > 15
    names = {name for fact in facts_of(rule) for name in getattr(fact, "names", ())}
    assert names <= TRACKED


@slugs
def test_each_is_a_whole_definition_and_says_what_it_looks_at_and_is_good_for(slug: str) -> None:
    row = BY_SLUG[slug]
    assert row.keys() <= {field.name for field in SignalDefinition._meta.get_fields()}
    definition = SignalDefinition(**row | {"confidence": Decimal(str(row.get("confidence", 1)))})
    definition.clean_fields(exclude=["config", "condition", "route_to"])
    assert (
        "Looks at" in row["description"]
        or "Looks\nat" in row["description"]
        or "at the rate" in row["description"]
    )
    assert "Good for:" in row["description"]
    assert "\n" not in row["description"]
    assert row["about"] == "account" or not row.get("route_to")
    assert 0 < row["lifetime_hours"] <= 1080


@slugs
def test_none_is_found_by_a_date_alone(slug: str) -> None:
    assert not dates.alone(rule_of(slug))


@slugs
def test_what_counts_events_rests_until_they_have_left_the_window_or_is_armed_again(slug: str) -> None:
    """Else one event would be found again and again for as long as it is in the window."""
    row = BY_SLUG[slug]
    detector = DETECTORS[row["detector"]]
    if detector.rearm(row["config"], Of(row["about"]), "exports") is None:
        rest = max(row.get("cooldown_hours", 0), row["lifetime_hours"])
        facts = facts_of(detector.rule(row["config"], Of(row["about"]), "exports"))
        assert rest >= max(_hours(fact.window) for fact in facts if isinstance(fact, Events | Said))


def _hours(window: Window) -> int:
    return window.length * (24 if window.unit is Unit.DAYS else 1)


def test_the_two_first_ones_are_as_they_were() -> None:
    near, frequent = BY_SLUG["usage-limit-near"], BY_SLUG["premium-feature-frequent"]
    assert near["config"] == {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}
    assert (near["lifetime_hours"], near.get("cooldown_hours"), near.get("confidence")) == (168, None, None)
    assert frequent["config"] == {
        "event": "Feature Used",
        "where": {"tier": "premium"},
        "count": 5,
        "days": 14,
    }
    assert (frequent["lifetime_hours"], frequent["cooldown_hours"]) == (168, 336)
    assert frequent["about"] == "person"
    for row in (near, frequent):
        assert not {"condition", "route_to", "hold_hours"} & row.keys()


def at_risk(*, drop: bool | None, renews_in: int | None, doubt: str) -> tuple[bool | None, Decimal]:
    rule = rule_of("at-risk")
    renews = None if renews_in is None else NOW + timedelta(days=renews_in)
    known = {
        only("at-risk", Changed): drop,
        Trait("renews_at", Of.ACCOUNT): renews,
        only("at-risk", Said): Decimal(doubt),
    }
    return judge(rule, known, AT), certainty(rule, known, AT)


def test_at_risk_needs_two_of_three_and_is_sure_with_all() -> None:
    assert at_risk(drop=True, renews_in=40, doubt="0.7") == (True, Decimal(1))
    assert at_risk(drop=True, renews_in=90, doubt="0.7") == (True, Decimal("0.8"))
    assert at_risk(drop=True, renews_in=40, doubt="0") == (True, Decimal("0.6"))
    assert at_risk(drop=False, renews_in=40, doubt="0.99") == (True, Decimal("0.6"))
    assert at_risk(drop=False, renews_in=40, doubt="0")[0] is False
    assert at_risk(drop=True, renews_in=90, doubt="0")[0] is False
    assert at_risk(drop=False, renews_in=90, doubt="0.99")[0] is False
    assert at_risk(drop=None, renews_in=None, doubt="0")[0] is None


def limit_hit(*, denied: int = 1, by_limit: int = 0, left: int | None = None, in_two_weeks: int = 1) -> Any:
    counts: dict[Any, Any] = {
        fact: in_two_weeks if fact.window.length == 14 else by_limit if fact.where else denied
        for fact in facts_of(rule_of("limit-hit-attempt"))
        if isinstance(fact, Events)
    }
    return judge(rule_of("limit-hit-attempt"), {**counts, Limit("exports", Share.REMAINING): left}, AT)


def test_an_attempt_counts_beyond_the_limit_or_when_it_is_made_again_and_again() -> None:
    assert limit_hit(left=0) is True
    assert limit_hit(left=3, by_limit=1) is True
    assert limit_hit(left=3, in_two_weeks=3) is True
    assert limit_hit(left=3, in_two_weeks=2) is False
    assert limit_hit(left=0, denied=0) is False


@pytest.mark.parametrize("slug", ["season-black-friday", "season-tax", "season-fiscal-year-end"])
@pytest.mark.parametrize(
    ("phase", "found"),
    [("before", True), ("during", True), ("after", True), ("none", False), (None, None)],
)
def test_a_season_counts_only_where_it_matters(slug: str, phase: str | None, found: bool | None) -> None:
    season = only(slug, Season)
    assert (season.before, season.after) == (30, 7)
    active = only(slug, Events)
    assert judge(rule_of(slug), {season: phase, active: 10}, AT) is found
    assert judge(rule_of(slug), {season: phase, active: 9}, AT) is False, "a season alone is no moment"


def trial_end(*, ends_in: int | None, status: str | None, told: int, active: int = 1, bought: int = 0) -> Any:
    slug = "trial-ended-unconverted"
    known: dict[Any, Any] = {
        only(slug, Events, names=("Trial Ended",)): told,
        only(slug, Events, names=()): active,
        only(slug, Events, names=("Plan Upgraded", "Add-on Purchased")): bought,
        Trait("subscription_status", Of.ACCOUNT): status,
        Trait("trial_ends_at", Of.ACCOUNT): None if ends_in is None else NOW + timedelta(days=ends_in),
    }
    return judge(rule_of(slug), known, AT)


def test_a_trial_that_ended_without_conversion_is_told_or_known_by_its_date() -> None:
    assert trial_end(ends_in=None, status="active", told=1) is True
    assert trial_end(ends_in=-2, status=None, told=0) is True
    assert trial_end(ends_in=-2, status="canceled", told=0) is True
    assert trial_end(ends_in=-2, status="active", told=0) is False
    assert trial_end(ends_in=-2, status=None, told=0, active=0) is False
    assert trial_end(ends_in=-2, status=None, told=1, bought=1) is False
    assert trial_end(ends_in=3, status=None, told=0) is False


def test_signals_of_seats_and_money_go_to_those_who_decide() -> None:
    decide = {row["slug"] for row in ROWS if row.get("route_to") == ["admin", "owner"]}
    assert {"seats-requested", "team-growth", "renewal-window", "at-risk"} <= decide
    assert all(row.get("route_to", []) in ([], ["admin", "owner"]) for row in ROWS)
