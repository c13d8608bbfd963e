"""What was held: every gate is met again, and what they did meanwhile overtakes it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns_app import advance, outbox
from campaigns_app.models import Delivery, Enrollment
from consent_app import ledger
from offers_app.models import Decision, HoldoutAssignment, Lesson, Proposition, Template, Treatment
from people_app.models import Person
from signals_app.models import MeterTotal
from tests.campaigns.gates import ALL, CONTACT, bar
from tests.conftest import Time
from tests.engine import MORNING, act, begun, last_decision, offer_of, somebody, touches, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def held(time: Time, **fields: Any) -> tuple[Person, Enrollment]:
    """A mail that waits for the morning."""
    time.set(MORNING + timedelta(hours=4))
    person = somebody(**fields)
    run = begun(person)
    time.move(hours=12)
    advance.due()
    return person, run


def test_a_held_mail_is_sent_when_the_hours_allow_it(time: Time) -> None:
    person, _ = held(time)
    opens = MORNING + timedelta(hours=25)
    time.set(opens - timedelta(seconds=1))
    advance.due()
    assert len(touches(person)) == 1
    time.set(opens)
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.intended_at, mail.reason) == ("intended", opens, "")
    assert mail.proof["local_time"] == "2026-03-11T08:00:00+01:00"
    was, now = Decision.objects.filter(channel="email").order_by("pk")
    assert (was.outcome, now.outcome, now.gate, now.at) == ("held", "delivered", "", opens)
    assert [gate["gate"] for gate in now.gates] == ALL
    assert all(gate["passed"] for gate in now.gates)
    assert mail.decision == now


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("erased", True),
        ("opted_out", False),
        ("snoozed", True),
        ("do_not_disturb", True),
        ("problem_ticket", True),
        ("unpaid", True),
        ("cancelling", True),
        ("cooldown", True),
        ("offer_off", False),
        ("already_owned", True),
        ("no_longer_relevant", True),
        ("holdout", True),
    ],
)
def test_a_held_mail_meets_every_gate_again(time: Time, code: str, ends: bool) -> None:
    person, run = held(time)
    if code == "holdout":
        HoldoutAssignment.objects.update(held_out=True)
    else:
        bar(code, person)
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert mail.state == "skipped"
    assert mail.reason.startswith(f"{code}:") or mail.reason == f"The sequence ended: {code}"
    assert Proposition.objects.get(channel="email").state == "ended"
    decision = last_decision(person)
    assert (mail.decision, decision.gate, bool(decision.reason)) == (decision, code, True)
    assert decision.outcome == ("holdout" if code == "holdout" else "excluded")
    run.refresh_from_db()
    assert run.end_reason == (code if ends else "")


def test_one_that_is_held_on_is_decided_anew_only_for_another_reason(time: Time) -> None:
    person, _ = held(time, timezone="", country="")
    mails = Decision.objects.filter(channel="email").order_by("pk")
    time.move(hours=24)
    advance.due()
    assert [decision.gate for decision in mails.all()] == ["zone_unknown"]
    Person.objects.filter(pk=person.pk).update(country="DE")
    time.move(hours=24)  # 23:00 in Berlin
    advance.due()
    assert [decision.gate for decision in mails.all()] == ["zone_unknown", "quiet_hours"]
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.decision.outcome, mail.send_after) == (
        "held",
        "held",
        MORNING + timedelta(hours=73),
    )
    time.move(hours=9)
    advance.due()
    assert [decision.outcome for decision in mails.all()] == ["held", "held", "delivered"]


def test_one_whose_zone_stays_unknown_is_skipped_when_its_signal_is_over(time: Time) -> None:
    person, run = held(time, timezone="", country="")
    for _ in range(7):
        time.move(hours=24)
        assert Delivery.objects.get(channel="email").state == "held"
        advance.due()
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.decision.outcome, mail.decision.gate) == ("skipped", "excluded", "zone_unknown")
    assert last_decision(person) == mail.decision
    run.refresh_from_db()
    assert run.state == "active", "the step is skipped, not the run"


def test_what_the_last_check_stops_is_decided_too(time: Time) -> None:
    person = somebody()
    begun(person)
    time.move(hours=12)
    advance.due()
    assert Delivery.objects.get(channel="email").decision.outcome == "delivered"
    ledger.withdraw(person, topic="upgrades", how="test")
    outbox.send()
    mail, decision = Delivery.objects.get(channel="email"), last_decision(person)
    assert (mail.state, mail.decision) == ("skipped", decision)
    assert (decision.outcome, decision.gate, decision.channel) == ("excluded", "opted_out", "email")
    assert (decision.enrollment_id, decision.step_id) == (mail.enrollment_id, mail.step_id)
    assert decision.reason.startswith("They opted out")
    assert [gate["gate"] for gate in decision.gates] == CONTACT[:3]


def test_usage_of_a_month_that_is_over_is_no_reason_any_more(time: Time) -> None:
    time.set(MORNING.replace(day=31, hour=9))
    person = somebody()
    begun(person)
    time.move(hours=12)
    advance.due()
    time.move(hours=12)
    advance.due()
    assert Delivery.objects.get(channel="email").reason.startswith("no_longer_relevant")


@pytest.mark.parametrize("kind", ["clicked", "accepted"])
def test_a_held_mail_is_dropped_when_they_took_the_banner_meanwhile(time: Time, kind: str) -> None:
    person, _ = held(time)
    Proposition.objects.filter(channel="in_app").update(
        **({"clicked_at": clock.now()} if kind == "clicked" else {"answer": "accepted", "state": "answered"})
    )
    Enrollment.objects.update(wake_at=clock.now())
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.decision.outcome) == ("skipped", "excluded")
    assert mail.decision.reason == "They answered before it could leave."
    time.move(days=1)
    work()
    assert len(touches(person)) == 1


def test_what_a_held_mail_says_is_true_when_it_leaves(time: Time) -> None:
    held(time)
    assert "of 20 reports" in Proposition.objects.get(channel="email").content["text"]
    MeterTotal.objects.update(used=19)
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    mail = Proposition.objects.get(channel="email")
    assert "19 of 20 reports" in mail.content["text"]
    assert mail.evidence["used"] == 19


def test_a_held_mail_that_can_no_longer_be_worded_is_skipped(time: Time) -> None:
    held(time)
    Treatment.objects.filter(channel="email").update(body="Hi {{ person.shoe_size }}")
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert mail.state == "skipped" and mail.reason.startswith("render_error")


@pytest.mark.parametrize(
    ("country", "settings_", "says"),
    [("DE", {"EMAIL_URL": ""}, "email"), ("US", {"POSTAL_ADDRESS": ""}, "POSTAL_ADDRESS")],
)
def test_mail_that_could_not_lawfully_leave_is_not_intended(
    time: Time, settings: Any, country: str, settings_: dict[str, str], says: str
) -> None:
    for name, value in settings_.items():
        setattr(settings, name, value)
    begun(somebody(country=country))
    time.move(hours=12)
    advance.due()
    refused = Decision.objects.get(channel="email")
    assert (refused.gate, refused.input) == ("channel_unavailable", {"value": says})
    assert not Delivery.objects.filter(channel="email").exists()


def saved(admin_client: Client, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """The template once more by the API, its texts as `change` makes them."""
    path = "/api/templates/smart-nudge/"
    treatments = change(json.loads(admin_client.get(path).content)["treatments"])
    body = json.dumps({"treatments": treatments})
    answer = admin_client.patch(path, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    there = [(one["channel"], one["locale"]) for one in json.loads(answer.content)["treatments"]]
    assert there == [(one["channel"], one["locale"]) for one in treatments]


def test_saving_its_text_unchanged_holds_up_nothing(time: Time, admin_client: Client) -> None:
    held(time)
    before = set(Treatment.objects.values_list("pk", flat=True))
    saved(admin_client, lambda treatments: treatments)
    assert set(Treatment.objects.values_list("pk", flat=True)) == before
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    assert Delivery.objects.get(channel="email").state == "intended"


def test_a_text_that_was_changed_meanwhile_is_the_one_that_leaves(time: Time, admin_client: Client) -> None:
    held(time)
    saved(admin_client, lambda treatments: [{**one, "headline": "Short and new"} for one in treatments])
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    assert Delivery.objects.get(channel="email").state == "intended"
    assert Proposition.objects.get(channel="email").content["subject"] == "Short and new"


def test_without_its_text_it_leaves_in_the_language_that_is_next(time: Time, admin_client: Client) -> None:
    held(time, locale="de")
    german = Proposition.objects.get(channel="email").content["subject"]
    saved(
        admin_client,
        lambda treatments: [one for one in treatments if (one["channel"], one["locale"]) != ("email", "de")],
    )
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    mail = Proposition.objects.get(channel="email")
    assert Delivery.objects.get(channel="email").state == "intended"
    assert mail.treatment and mail.treatment.locale == "en"
    assert mail.content["subject"] != german


def test_without_any_text_of_its_channel_the_decision_says_so(time: Time, admin_client: Client) -> None:
    person, _ = held(time)
    saved(admin_client, lambda treatments: [one for one in treatments if one["channel"] != "email"])
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    assert Delivery.objects.get(channel="email").state == "skipped"
    assert last_decision(person).gate == "no_treatment"


@pytest.mark.parametrize("how", ["API", "admin"])
def test_what_is_learned_stays_with_the_template_of_a_text_that_is_gone(
    time: Time, admin_client: Client, how: str
) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    if how == "API":
        saved(admin_client, lambda treatments: [one for one in treatments if one["channel"] != "in_app"])
    else:
        those = list(Treatment.objects.filter(channel="in_app").values_list("pk", flat=True))
        said = {"action": "delete_selected", "_selected_action": those, "post": "yes"}
        assert admin_client.post("/admin/offers_app/treatment/", said).status_code == 302
    assert not Treatment.objects.filter(channel="in_app", template__slug="smart-nudge").exists()
    act(person, offer, "declined")
    assert Lesson.objects.get().template == "smart-nudge"


def test_a_template_that_a_live_playbook_sends_is_not_deleted(admin_client: Client) -> None:
    template = Template.objects.get(slug="smart-nudge")
    page = admin_client.post(f"/admin/offers_app/template/{template.pk}/delete/", {"post": "yes"})
    assert "a live playbook sends it" in page.content.decode()
    assert Template.objects.filter(pk=template.pk).exists()
