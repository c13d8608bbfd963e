"""What a treatment or an offer may not lack, and the tips."""

from dataclasses import replace

import pytest

from offers_app.linter import check
from offers_app.linter.draft import Draft, Terms

WHOLE = Draft(
    {
        "headline": "More reports with {{ offer.name }}",
        "why": "You exported {{ evidence.used }} of {{ evidence.cap }} reports",
        "body": "<p>Hi {{ person.first_name }},</p><p>{{ why }}. Pro has no limit.</p>"
        "<p>{{ case_study.text }}</p><p>Upgrade, or keep your plan as it is.</p>",
        "cta_label": "See Pro",
    },
    channel="email",
    controls=frozenset({"dismiss", "opt_out"}),
    terms=Terms("49.00", "EUR", "month", True),
)


def rules(draft: Draft) -> set[str]:
    return {one.rule for one in check.findings(draft)}


def with_text(**texts: str) -> Draft:
    return replace(WHOLE, texts={**WHOLE.texts, **texts})


def test_a_whole_treatment_has_nothing_to_correct() -> None:
    assert rules(WHOLE) == set()


@pytest.mark.parametrize(
    ("draft", "rule"),
    [
        (with_text(why=""), "missing-why-now"),
        (with_text(why="It is a good moment"), "missing-why-now"),
        (
            with_text(why="{% for evidence in person.list %}{{ evidence }} reports{% endfor %}"),
            "missing-why-now",
        ),
        (replace(WHOLE, controls=frozenset({"opt_out"})), "unequal-decline"),
        (replace(WHOLE, controls=frozenset({"dismiss"})), "hard-opt-out"),
        (replace(WHOLE, terms=Terms(None, "EUR", "month", True)), "hidden-price"),
        (replace(WHOLE, terms=Terms("49.00", None, "month", True)), "hidden-price"),
        (replace(WHOLE, terms=Terms("49.00", "EUR", None, True)), "hidden-price"),
        (replace(WHOLE, terms=Terms("49.00", "EUR", "month", None)), "hidden-renewal"),
        (with_text(body="Buy Pro. {{ case_study.text }} Or not."), "why-now-first"),
        (with_text(body="{{ why }}. Upgrade, or keep your plan."), "customer-story"),
        (with_text(body="{{ why }}. {{ case_study.text }} Upgrade."), "closes-with-choice"),
        (with_text(body="{{ why }}. {{ case_study.text }} Leverage synergies, or not."), "jargon"),
        (replace(WHOLE, locale="it"), "unread-language"),
    ],
)
def test_what_lacks_is_said_by_its_rule_alone(draft: Draft, rule: str) -> None:
    assert rules(draft) == {rule}


def test_what_is_paid_once_needs_no_renewal() -> None:
    assert rules(replace(WHOLE, terms=Terms("49.00", "EUR", "once", None))) == set()


def test_tips_do_not_block() -> None:
    assert not any(one.blocks for one in check.findings(with_text(body="Buy Pro.")))
