"""Decided on request: the gates of a playbook's message, and a decision like any other."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import serve
from campaigns_app.models import Delivery, Playbook
from offers_app.models import Decision, Offer, Proposition, Treatment
from people_app.models import Account, Membership, Person
from signals_app.models import Signal
from tests.build import an_account
from tests.campaigns.deciding import Server, noticed, signal
from tests.campaigns.gates import ALL, bar
from tests.campaigns.rules import FREE, PAID, SAAS, publish
from tests.campaigns.test_concurrently import a_second_playbook
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, last_decision, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def server() -> Server:
    return Server()


def codes(decision: Decision) -> list[str]:
    return [gate["gate"] for gate in decision.gates]


def test_it_works(server: Server) -> None:
    person = noticed()
    offer = server.offered(person)
    decision = last_decision(person)
    assert (offer.decision, offer.enrollment_id, offer.state) == (decision, None, "live")
    assert set(codes(decision)) == {*ALL, "low_confidence"}, (
        "every gate of a message step, and how sure it is"
    )
    assert all(gate["passed"] for gate in decision.gates)
    assert offer.signal_id == Signal.objects.get().pk
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.intended_at, delivery.enrollment_id) == ("accepted", MORNING, None)
    assert delivery.proof["caps"]


def test_the_widget_shows_it_too(server: Server) -> None:
    person = noticed()
    offer = server.offered(person)
    (shown,) = serve.offers(str(person.user_id), None, "app-banner", 1, clock.now())
    assert shown["proposition_id"] == str(offer.pk)


IN_APP = [
    code
    for code in ALL
    if code not in ("no_consent", "suppressed", "channel_unavailable", "quiet_hours", "no_evidence")
]


@pytest.mark.parametrize("code", IN_APP)
def test_each_gate_keeps_it_back_and_says_so(server: Server, code: str) -> None:
    person = noticed()
    bar(code, person)
    said = server.ask(person)
    outcome = "holdout" if code == "holdout" else "excluded"
    assert (said["offers"], said["gate"], said["outcome"]) == ([], code, outcome)
    decision = last_decision(person)
    assert (decision.gate, decision.outcome, said["reason"]) == (code, outcome, decision.reason)
    assert said["reason"]
    assert not Proposition.objects.filter(person=person, enrollment_id=None, state="live").exists()


def test_without_evidence_there_is_no_offer(server: Server, time: Time) -> None:
    person = somebody()
    assert server.ask(person)["gate"] == "no_evidence"
    signal(person)
    time.move(days=8)
    assert server.ask(person)["gate"] == "no_evidence", "the signal has expired"


def test_of_several_signals_one_that_still_holds_counts(server: Server, time: Time) -> None:
    person = noticed("premium-feature-frequent")
    time.move(minutes=1)
    newest = signal(person)
    used(account_of(person), 13)
    offer = server.offered(person)
    assert offer.signal_id != newest.pk
    assert offer.treatment and offer.treatment.template.slug == "advanced-unlock"


@pytest.mark.parametrize("surer", ["usage-limit-near", "premium-feature-frequent"])
def test_of_several_moments_the_surer_one_is_spoken_of(server: Server, surer: str) -> None:
    person = noticed("premium-feature-frequent")
    signal(person)
    Signal.objects.update(confidence="0.6")
    Signal.objects.filter(definition__slug=surer).update(confidence="0.9")
    taken = server.offered(person).signal_id
    assert taken == Signal.objects.get(definition__slug=surer).pk


def test_quiet_hours_are_told_and_hold_nothing(server: Server, time: Time) -> None:
    time.set(MORNING.replace(hour=22))
    person = noticed()
    said = server.ask(person, channel="email")
    assert (said["offers"], said["gate"], said["outcome"]) == ([], "quiet_hours", "excluded")
    assert said["next_eligible_at"] == (MORNING + timedelta(days=1, hours=1)).isoformat()
    assert not Delivery.objects.exists()


def test_a_mail_of_somebody_else_is_decided_without_a_server_of_ours(
    server: Server, time: Time, settings: Any
) -> None:
    settings.EMAIL_URL = ""
    time.set(MORNING + timedelta(hours=4))
    person = noticed()
    (offer,) = server.ask(person, channel="email")["offers"]
    assert {"subject", "html", "text", "preheader"} <= offer.keys()
    assert {"unsubscribe", "preferences", "not_now", "no_more", "why", "cta"} <= offer["links"].keys()
    assert (Delivery.objects.get().state, offer["channel"]) == ("accepted", "email")


def test_a_mail_needs_consent(server: Server, time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    assert server.ask(noticed(consent=()), channel="email")["gate"] == "no_consent"


def test_only_what_it_may_choose_from_is_chosen(server: Server) -> None:
    seats = Offer.objects.exclude(slug="pro-plan").order_by("slug")[0]
    Offer.objects.filter(pk=seats.pk).update(live=True)
    assert server.offered(noticed(), offers=[seats.slug]).offer == seats
    assert server.offered(noticed(), offers=["pro-plan"]).offer.slug == "pro-plan"
    assert server.offered(noticed(), offers=["pro-plan", seats.slug]).offer.slug in ("pro-plan", seats.slug)


def test_a_signal_that_no_playbook_speaks_of_needs_a_template(server: Server) -> None:
    Playbook.objects.update(live=False)
    said = server.ask(noticed())
    assert (said["gate"], "usage-limit-near" in said["reason"]) == ("no_treatment", True)
    assert server.offered(noticed(), template="smart-nudge").treatment


@pytest.mark.parametrize("template", [None, "smart-nudge"])
@pytest.mark.parametrize(
    ("asks", "gate"),
    [
        ({"minimum_confidence": "0.9"}, "low_confidence"),
        ({"entry": PAID}, "entry_rule"),
        ({"entry": SAAS}, "entry_rule"),
    ],
)
def test_what_a_playbook_asks_of_the_moment_is_asked_whoever_words_it(
    server: Server, template: str | None, asks: dict[str, Any], gate: str
) -> None:
    person = noticed()
    Signal.objects.update(confidence="0.5")
    publish(**{"minimum_confidence": 0.4, **asks})
    said = server.ask(person, **({"template": template} if template else {}))
    assert (said["offers"], said["gate"], said["outcome"]) == ([], gate, "excluded")
    assert said["reason"] and last_decision(person).gate == gate


@pytest.mark.parametrize("template", [None, "smart-nudge"])
def test_of_two_playbooks_that_speak_of_it_one_that_may_is_enough(
    server: Server, template: str | None
) -> None:
    publish(entry=PAID)
    a_second_playbook(entry=FREE)
    person = noticed()
    server.offered(person, **({"template": template} if template else {}))
    told = {gate["gate"]: gate for gate in last_decision(person).gates}
    assert told["entry_rule"]["passed"] and told["entry_rule"]["threshold"] == "Account plan is free"


def test_texts_may_speak_of_the_context_and_it_is_kept(server: Server) -> None:
    Treatment.objects.filter(channel="in_app").update(
        headline="On {{ context.page.title }} <b>{{ context.n }}</b>"
    )
    person = noticed()
    context = {"page": {"title": "Reports", "url": "https://x.test/a"}, "n": 3, "tags": ["a"]}
    (offer,) = server.ask(person, context=context)["offers"]
    assert offer["headline"] == "On Reports <b>3</b>"
    assert last_decision(person).input["context"] == context


@pytest.mark.parametrize("title", ["<script>x</script>", "http://evil.test", "{{ person.id }}", "a" * 61])
def test_what_a_context_brings_is_words_and_not_markup(server: Server, title: str) -> None:
    """What is no plain word counts as absent, so the text misses a value and is not shown."""
    Treatment.objects.filter(channel="in_app").update(headline="On {{ context.title }}")
    said = server.ask(noticed(), context={"title": title})
    assert (said["offers"], said["gate"]) == ([], "render_error")


def test_the_context_cannot_replace_what_is_known(server: Server) -> None:
    Treatment.objects.filter(channel="in_app").update(headline="For {{ person.role }}")
    person = noticed(role="Analyst")
    (offer,) = server.ask(person, context={"person": {"role": "Boss"}})["offers"]
    assert offer["headline"] == "For Analyst"


def test_another_account_of_theirs_may_be_named(server: Server) -> None:
    person = noticed()
    other = an_account("second", caps={"exports": 20})
    assert server.ask(person, account="second")["gate"] == "no_account"
    assert server.ask(person, account="nobodys")["gate"] == "no_account"
    Membership.objects.create(person=person, account=other, joined_at=MORNING)
    assert server.ask(person, account="second")["gate"] == "no_evidence", "the signal is another account's"
    assert server.offered(person, account=account_of(person).group_id).account == account_of(person)


def test_whoever_was_merged_is_asked_about_under_either_id(server: Server) -> None:
    person = noticed()
    former = Person.objects.create(user_id="former", merged_into=person, first_seen_at=MORNING)
    assert server.offered(former).person == person


@pytest.mark.parametrize("ring", [False, True])
def test_however_often_they_were_merged_the_answer_is_about_who_is_left(server: Server, ring: bool) -> None:
    person = noticed()
    between = Person.objects.create(user_id="between", merged_into=person, first_seen_at=MORNING)
    former = Person.objects.create(user_id="former", merged_into=between, first_seen_at=MORNING)
    if ring:
        Person.objects.filter(pk=person.pk).update(merged_into=former)
        assert server.ask(former)["gate"] == "unknown_person"
    else:
        assert server.offered(former).person == person


def test_it_counts_against_the_caps_and_holds_the_account(server: Server, time: Time) -> None:
    person = noticed()
    server.offered(person)
    assert server.ask(person)["gate"] == "account_busy"
    Proposition.objects.update(state="ended")
    assert server.ask(person)["gate"] == "cap"
    time.move(hours=25)
    assert server.offered(person)


def test_a_playbook_waits_for_it_and_it_for_a_playbook(server: Server) -> None:
    person = noticed()
    server.offered(person)
    run = begun(person)
    assert (run.state, run.end_reason) == ("finished", "account_busy")
    other = noticed()
    begun(other)
    assert server.ask(other)["gate"] == "account_busy"


@pytest.mark.parametrize("who", ["themselves", "a colleague"])
def test_what_was_accepted_is_not_offered_again(server: Server, time: Time, who: str) -> None:
    """Billing has not said yet that they have it."""
    person = noticed()
    act(person, server.offered(person), "accepted")
    time.move(days=2)
    asked = noticed(account=account_of(person)) if who == "a colleague" else person
    used(account_of(person), 17)
    said = server.ask(asked, offers=["pro-plan"])
    assert (said["offers"], said["gate"]) == ([], "already_owned")
    assert said["next_eligible_at"] == (MORNING + timedelta(days=30)).isoformat()


HIDES: dict[str, Callable[[Person], object]] = {
    **{code: partial(bar, code) for code in ("opted_out", "snoozed", "problem_ticket", "unpaid", "holdout")},
    "owned": lambda person: Account.objects.filter(pk=account_of(person).pk).update(plan="pro"),
}


@pytest.mark.parametrize("gate", HIDES)
def test_told_again_by_its_key_every_gate_that_bars_is_met(server: Server, gate: str) -> None:
    person = noticed()
    assert server.ask(person, id="one")["offers"]
    HIDES[gate](person)
    said = server.ask(person, id="one")
    assert (said["offers"], said["outcome"]) == ([], "excluded")


def test_what_it_costs_does_not_grow_with_what_is_known(server: Server) -> None:
    def cost(person: Person) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            server.offered(person)
        return len([one for one in captured.captured_queries if "SAVEPOINT" not in one["sql"]])

    cost(noticed())
    plain, rich = noticed(), noticed()
    for _ in range(5):
        signal(rich)
    few, many = cost(plain), cost(rich)
    assert few == many <= 50
