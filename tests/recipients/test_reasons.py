"""What a signal rests on as sentences: every kind of fact, true and plain, and nothing that is nobody's business."""

from typing import Any

import pytest
from babel import Locale
from django.test import Client

from campaigns_app.recipient_reasons import sentences
from people_app.models import Person
from tests.recipients.offers import a_proposition
from tests.recipients.test_why import page
from upsell_project.lib.rules.facts import Fact

DAYS = {"days": 14}
UPTO = "in the 14 days up to March 10, 2026"
EXPORTS: dict[str, Any] = {
    "resource": "exports",
    "resource_label": "reports",
    "used": 17.0,
    "cap": 20,
    "percent": 85,
}


def reason(
    found: Any, figures: dict[str, Any] | None = None, about: str = "person", **asked: Any
) -> dict[str, Any]:
    return {"asked": asked, "of": about, "found": found, "day": "2026-03-10", "figures": figures or {}}


def events(found: Any, *names: str, **more: Any) -> dict[str, Any]:
    return reason(found, **{"fact": "events", "names": [*names], "window": DAYS} | more)


def where(path: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"where": [{"path": path, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (events(1, "Report Exported"), f"You exported a report once {UPTO}."),
        (events(2, "Report Exported", of="account"), f"Your team exported a report twice {UPTO}."),
        (
            events(1500, "Report Exported", window={"hours": 1}),
            "You exported a report 1,500 times within an hour on March 10, 2026.",
        ),
        (
            events(3, "Report Exported", window={"this": "month"}),
            "You exported a report 3 times in the month up to March 10, 2026.",
        ),
        (
            events(3, "Feature Used", **where("tier", "is", "gold")),
            f"You used a feature at least 3 times {UPTO}.",
        ),
        (events(3, "Feature Used", measure="days"), f"You used a feature on 3 different days {UPTO}."),
        (
            events(600, "Docs Viewed", measure="sum", path="seconds"),
            f"You read our documentation for 10 minutes in all {UPTO}.",
        ),
        (
            events(2.5, "Docs Viewed", measure="sum", path="hours"),
            f"You read our documentation for 150 minutes in all {UPTO}.",
        ),
        (
            events(90, "Docs Viewed", measure="minutes"),
            f"You read our documentation for 90 minutes in all {UPTO}.",
        ),
        (
            events(5000, "Report Exported", measure="sum", path="row_count"),
            f"You exported a report {UPTO}: 5,000 row count in all.",
        ),
        (
            events(7, "Report Exported", measure="last", path="rows"),
            f"You exported a report {UPTO}, the last time with 7 rows.",
        ),
        (
            reason(2, fact="sequence", names=["A", "B"], window=DAYS),
            f"You took the same steps one after the other twice {UPTO}.",
        ),
        (
            reason(
                2, fact="sequence", names=["A", "B"], window=DAYS, where=[[], [{"path": "n", "op": "known"}]]
            ),
            f"You took the same steps one after the other at least twice {UPTO}.",
        ),
        (
            reason(0.85, EXPORTS | {"days": 30}, fact="entitlement", resource="exports", share="ratio"),
            "Your account used 17 of the 20 reports in your plan in the 30 days up to March 10, 2026 (85%).",
        ),
        (
            reason(
                17,
                {"resource_label": "reports", "used": 17},
                fact="entitlement",
                resource="exports",
                share="used",
            ),
            "Your account used 17 reports.",
        ),
        (
            reason(
                4,
                EXPORTS | {"expected": "2026-03-14", "earliest": "2026-03-13", "latest": "2026-03-16"},
                fact="entitlement",
                resource="exports",
                share="days_left",
            ),
            "If use goes on as it did lately, the limit of 20 reports is reached about March 14, 2026 "
            "(between March 13, 2026 and March 16, 2026).",
        ),
        (
            reason(True, {"observed": 30, "expected": 8.4}, fact="change", turn="spike", names=["Secret"]),
            "We counted much more than usual in the 7 days up to March 10, 2026: 30 events, usually about 8.4.",
        ),
        (
            reason(
                True,
                {"observed": 2, "expected": 8},
                fact="change",
                turn="drop",
                span="day",
                names=["Feature Used"],
                of="person",
            ),
            "You used our product much less than usual on March 9, 2026: 2 actions, usually about 8.",
        ),
        (
            reason("during", {"starts": "2026-03-02", "ends": "2026-03-02"}, fact="season", name="secret"),
            "A season, a busy time for many in your industry, is on March 2, 2026.",
        ),
        (
            reason(
                "2026-03-01",
                {"date": "2026-03-01", "days_until": -9},
                fact="trait",
                of="account",
                name="renews_at",
            ),
            "Your plan renewed on March 1, 2026.",
        ),
        (
            reason(
                "2026-03-20",
                {"date": "2026-03-20", "days_until": 10},
                fact="trait",
                of="account",
                name="secret",
            ),
            "A date of your account, March 20, 2026, is near.",
        ),
        (reason("free", fact="trait", of="account", name="plan"), "Your plan is free."),
        (
            reason(0.9, fact="intent", about="account", label="leaving", window=DAYS),
            f"Your team wrote to us {UPTO}, and we understood it as a wish to leave.",
        ),
        (
            reason(50, {"resource_label": "reports"}, fact="meter", resource="secret", window=DAYS),
            f"Your account used 50 reports {UPTO}.",
        ),
        (
            reason(0.9, fact="score", name="secret"),
            "Several figures of how your account uses our product came to 90 of 100 on March 10, 2026.",
        ),
        (
            reason(0.9, fact="signal", slug="secret", window=DAYS),
            "What we noticed earlier about the use of our product counted as well.",
        ),
        (
            reason(2, fact="answer", answer="secret", window=DAYS),
            f"How earlier offers were answered counted as well: 2 {UPTO}.",
        ),
        (
            reason(2, fact="answer", answer="shown", offer="secret", window=DAYS),
            f"Offers that we had shown or sent you {UPTO} counted as well: 2.",
        ),
        (
            reason(2, about="account", fact="answer", answer="shown", window=DAYS),
            f"Offers that we had shown or sent to your team {UPTO} counted as well: 2.",
        ),
        (
            reason(True, fact="segment", slug="secret"),
            "This offer is meant for a group of customers, and you belong to it.",
        ),
        (events(6, "Secret"), f"Events of yours that we counted {UPTO}: 6."),
        (events(6, of="account"), f"Events of your account that we counted {UPTO}: 6."),
    ],
)
def test_every_kind_of_fact_is_said(one: dict[str, Any], said: str) -> None:
    assert sentences([one], Locale("en")) == [said]
    (german,) = sentences([one], Locale("de"))
    assert german != said and "{" not in german and "ecret" not in german


def test_no_kind_of_fact_is_forgotten() -> None:
    cases = test_every_kind_of_fact_is_said.pytestmark[0].args[1]
    assert {one["asked"]["fact"] for one, _ in cases} == {kind.kind for kind in Fact.__args__}


@pytest.mark.parametrize(
    "one",
    [
        events(0, "Report Exported"),
        events("big", "Report Exported", measure="last", path="size"),
        events(7, "Report Exported", measure="sum", path="$.x"),
        events(7, "Secret", measure="sum", path="seconds"),
        events(7, "Secret", measure="switches", path="page"),
        reason(0.9, fact="trait", of="account", name="churn_risk"),
        reason("F", fact="trait", of="person", name="gender"),
        reason(False, {"observed": 3, "expected": 3}, fact="change", turn="drop"),
        reason("none", fact="season", name="black_friday"),
        reason(0.9, fact="intent", label="secret", window=DAYS),
        reason(4, EXPORTS, fact="entitlement", resource="exports", share="days_left"),
    ],
)
def test_what_cannot_be_said_truly_or_is_not_theirs_to_read_is_left_out(one: dict[str, Any]) -> None:
    assert sentences([one], Locale("en")) == []


def test_the_same_is_said_once() -> None:
    """Of the reasons of a refusal one counts all, of three views told twice the fewer are sure."""
    limit = where("reason", "contains", "limit")
    denied = [events(1, "Feature Denied", **limit), events(1, "Feature Denied")]
    assert sentences(denied, Locale("en")) == [f"You reached the boundary of your plan once {UPTO}."]
    views = [events(3, "Pricing Viewed", **where("from", "known")), events(6, "Pricing Viewed", "Pricing")]
    assert sentences(views, Locale("en")) == [f"You looked at our prices at least 3 times {UPTO}."]
    use = [
        reason(1, EXPORTS, fact="entitlement", resource="exports", share=share) for share in ("used", "cap")
    ]
    assert len(sentences(use, Locale("en"))) == 1


def test_the_page_says_them_instead_of_bare_figures(browser: Client, person: Person) -> None:
    evidence = {
        "count": 6,
        "days": 14,
        "event": "Secret",
        "feature": "Maps",
        "facts": [events(6, "Feature Used")],
    }
    shown = page(browser, a_proposition(person, evidence=evidence))
    assert f"<li>You used a feature 6 times {UPTO}.</li>" in shown and "<dd>Maps</dd>" in shown
    assert "<dd>14</dd>" not in shown and "Secret" not in shown


def test_what_somebody_else_of_the_account_used_is_not_told(browser: Client, person: Person) -> None:
    facts = [events(6, "Feature Used", of="account") | {"of": "account"}]
    shown = page(browser, a_proposition(person, evidence={"feature": "Maps", "facts": facts}))
    assert "Your team used a feature 6 times" in shown and "Maps" not in shown


def test_days_read_in_the_persons_own_way(browser: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(locale="en-GB")
    shown = page(browser, a_proposition(person, evidence={"facts": [events(6, "Feature Used")]}))
    assert "in the 14 days up to 10 March 2026" in shown
