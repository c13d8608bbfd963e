"""What a person did with an offer is recorded once and acted on at once."""

import uuid
from datetime import datetime, timedelta

import pytest

from campaigns_app import enroll, interact, playbook_files, serve
from campaigns_app.models import ContactPolicy, Cooldown, Delivery, Enrollment, Interaction, Playbook
from consent_app.models import Pause
from offers_app.models import Proposition
from people_app.models import Membership, Person
from signals_app.models import SignalDefinition
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import (
    MORNING,
    a_signal,
    account_of,
    act,
    begun,
    enrolled,
    last_decision,
    offer_of,
    receive,
    somebody,
    touches,
    work,
)
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def test_it_works() -> None:
    person = somebody()
    offer = offer_of(begun(person))
    act(person, offer, "viewed")
    offer.refresh_from_db()
    assert (offer.viewed_at, offer.state, offer.answer) == (MORNING, "live", "")
    assert Interaction.objects.get().kind == "viewed"


def test_the_same_id_again_changes_nothing() -> None:
    person = somebody()
    offer, act_id = offer_of(begun(person)), uuid.uuid4()
    for _ in range(2):
        assert interact.record(offer.pk, person.pk, "viewed", id=act_id, at=MORNING, how="widget")
    assert Interaction.objects.get().kind == "viewed"


def test_the_id_of_another_act_is_refused() -> None:
    person, other = somebody(), somebody()
    offer, others, act_id = offer_of(begun(person)), offer_of(begun(other)), uuid.uuid4()
    interact.record(offer.pk, person.pk, "viewed", id=act_id, at=MORNING, how="widget")
    for theirs, who, kind in ((offer, person, "declined"), (others, other, "viewed")):
        with pytest.raises(interact.IdTaken):
            interact.record(theirs.pk, who.pk, kind, id=act_id, at=MORNING, how="widget")
    offer.refresh_from_db()
    assert (Interaction.objects.count(), offer.answer) == (1, "")


@pytest.mark.parametrize("kind", ["accepted", "declined", "opted_out", "snoozed"])
def test_an_answer_to_the_mail_ends_the_banner_of_the_same_run(time: Time, kind: str) -> None:
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work()
    banner, mail = Proposition.objects.filter(enrollment_id=run.pk).order_by("ready_at")
    assert (banner.channel, mail.channel, banner.state) == ("in_app", "email", "live")
    act(person, mail, kind)
    banner.refresh_from_db()
    assert banner.state == "ended"
    assert serve.offers(str(person.user_id), None, None, 5, clock.now()) == []


def test_a_click_leaves_the_banner_where_it_is(time: Time) -> None:
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work()
    act(person, offer_of(run), "clicked")
    assert Proposition.objects.filter(enrollment_id=run.pk, state="live").count() == 2


def test_another_persons_offer_is_unknown() -> None:
    offer = offer_of(begun(somebody()))
    thief = somebody()
    assert not interact.record(offer.pk, thief.pk, "accepted", id=uuid.uuid4(), at=MORNING, how="widget")
    assert not interact.record(uuid.uuid4(), thief.pk, "accepted", id=uuid.uuid4(), at=MORNING, how="widget")
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("days", [-400 * 365, -1, 1, 400 * 365])
def test_a_clock_that_is_wrong_cannot_put_an_act_before_its_offer_or_after_now(time: Time, days: int) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    time.move(hours=1)
    at = MORNING + timedelta(days=days)
    interact.record(offer.pk, person.pk, "viewed", id=uuid.uuid4(), at=at, how="widget")
    assert Interaction.objects.get().at == (MORNING if days < 0 else clock.now())


def test_the_first_view_and_click_stay(time: Time) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    for kind in ("viewed", "clicked", "viewed", "clicked"):
        act(person, offer, kind)
        time.move(minutes=1)
    offer.refresh_from_db()
    assert (offer.viewed_at, offer.clicked_at) == (MORNING, MORNING + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("kinds", "counts"),
    [
        (["dismissed", "declined"], "declined"),
        (["declined", "dismissed"], "declined"),
        (["snoozed", "opted_out"], "opted_out"),
        (["opted_out", "accepted"], "opted_out"),
        (["accepted", "dismissed"], "accepted"),
        (["dismissed", "accepted"], "accepted"),
        (["accepted", "feedback"], "feedback"),
    ],
)
def test_the_strongest_answer_counts_and_the_other_is_kept_beside_it(
    time: Time, kinds: list[str], counts: str
) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    said: dict[str, datetime] = {}
    for kind in (*kinds, *kinds):
        act(person, offer, kind)
        said.setdefault(kind, clock.now())
        time.move(days=1)
    offer.refresh_from_db()
    assert (offer.state, offer.answer, offer.answered_at) == ("answered", counts, said.pop(counts))
    assert {kind: datetime.fromisoformat(at) for kind, at in offer.also_said.items()} == said
    assert offer.answers == set(kinds)


def test_who_puts_off_and_then_declines_rests_as_long_as_the_longer_of_both() -> None:
    ContactPolicy.objects.update(cooldown_days={"dismissed": 60, "declined": 30})
    person = somebody()
    offer = offer_of(begun(person))
    act(person, offer, "dismissed")
    act(person, offer, "declined")
    assert set(Cooldown.objects.values_list("outcome", flat=True)) == {"dismissed", "declined"}


@pytest.mark.parametrize(
    ("kind", "data", "reason", "cooldowns"),
    [
        ("declined", {}, "declined", {"declined": 30}),
        ("snoozed", {"snooze_days": 30}, "snoozed", {}),
        ("opted_out", {}, "opted_out", {"declined": 30}),
        ("feedback", {"answer": "intrusive"}, "negative", {"negative": 30}),
        ("feedback", {"answer": "mistimed"}, "negative", {"negative": 30}),
    ],
)
def test_a_no_ends_everything_at_once_and_nothing_follows(
    time: Time, kind: str, data: dict[str, object], reason: str, cooldowns: dict[str, int]
) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "viewed")
    act(person, offer_of(run), kind, **data)
    run.refresh_from_db()
    assert (run.state, run.end_reason, run.ended_at) == ("finished", reason, MORNING)
    found = {c.outcome: (c.until - MORNING).days for c in Cooldown.objects.all()}
    assert found == cooldowns
    for _ in range(6):
        time.move(hours=12)
        work()
    assert len(touches(person)) == 1
    enroll.from_signals([run.signal], clock.now())
    work()
    assert len(touches(person)) == 1


def test_a_snooze_lasts_as_long_as_they_said() -> None:
    person = somebody()
    act(person, offer_of(begun(person)), "snoozed", snooze_days=90)
    assert Pause.objects.get().until == MORNING + timedelta(days=90)


def test_an_opt_out_is_of_the_topic_on_all_channels() -> None:
    person = somebody()
    act(person, offer_of(begun(person)), "opted_out")
    word = person.permissions.get(granted=False)
    assert (word.channel, word.topic) == ("*", "upgrades")


def test_a_no_to_one_account_is_a_no_from_the_person_everywhere() -> None:
    person = somebody()
    run = begun(person)
    second = Playbook.objects.create(slug="other", name="Other", live=True)
    second.signals.set(SignalDefinition.objects.filter(slug="premium-feature-frequent"))
    playbook_files.publish(second, {"goal_event": "Plan Upgraded", "steps": [{"wait_until": {"hours": 5}}]})
    Playbook.objects.filter(slug="power-user-upsell").update(live=False)
    enroll.from_signals([a_signal(person, account_of(person), "premium-feature-frequent")], clock.now())
    assert Enrollment.objects.filter(state="active").count() == 2
    act(person, offer_of(run), "declined")
    assert not Enrollment.objects.filter(state="active").exists()


def test_a_yes_ends_the_other_runs_of_person_and_account_but_not_its_own() -> None:
    account = an_account(caps={"exports": 20})
    ana, ben, cleo = somebody(account=account), somebody(account=account), somebody()
    own, bens, cleos = begun(ana), enrolled(ben), enrolled(cleo)
    act(ana, offer_of(own), "accepted")
    states = dict(Enrollment.objects.values_list("pk", "end_reason"))
    assert states == {own.pk: "", bens.pk: "accepted_elsewhere", cleos.pk: ""}
    offer = offer_of(own)
    assert (offer.answer, offer.state, offer.clicked_at) == ("accepted", "answered", MORNING)
    assert not Cooldown.objects.exists()


def test_positive_feedback_lifts_an_ignore_pause_and_nothing_else(time: Time) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "viewed")
    for _ in range(4):
        time.move(hours=12)
        work()
    assert set(Cooldown.objects.values_list("outcome", flat=True)) == {"ignored", "no_engagement"}
    act(person, offer_of(run), "feedback", answer="helpful")
    lifted = dict(Cooldown.objects.values_list("outcome", "lifted_at"))
    assert lifted == {"ignored": clock.now(), "no_engagement": None}


def test_positive_feedback_is_no_answer() -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "feedback", answer="helpful")
    run.refresh_from_db()
    assert (run.state, offer_of(run).state) == ("active", "live")


def upgrade(person: Person, name: str = "Plan Upgraded", **properties: object) -> None:
    user, account = person.user_id, account_of(person)
    receive(
        a_source(),
        {
            "type": "track",
            "userId": user,
            "event": name,
            "context": {"groupId": account.group_id},
            "properties": properties,
        },
    )


def test_the_goal_ends_the_run_and_credits_its_newest_offer(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    ana, ben = somebody(account=account), somebody(account=account)
    run = begun(ana)
    bens = enrolled(ben)
    time.move(hours=12)
    work()
    upgrade(ana, plan="pro")
    run.refresh_from_db()
    assert (run.end_reason, run.state) == ("converted", "finished")
    bens.refresh_from_db()
    assert bens.state == "finished"
    credited = Interaction.objects.get(kind="converted", person=ana)
    assert credited.proposition.channel == "email"
    account.refresh_from_db()
    assert account.plan == "pro"
    assert not Cooldown.objects.exists()


def test_credit_goes_to_the_offer_that_the_event_names(time: Time) -> None:
    person = somebody()
    banner = offer_of(begun(person))
    time.move(hours=12)
    work()
    upgrade(person, plan="pro", proposition_id=str(banner.pk))
    assert Interaction.objects.get(kind="converted").proposition == banner


def test_an_upgrade_from_before_the_run_neither_ends_it_nor_counts() -> None:
    person = somebody()
    begun(person)
    receive(
        a_source(),
        {
            "type": "track",
            "userId": person.user_id,
            "event": "Plan Upgraded",
            "context": {"groupId": account_of(person).group_id},
            "timestamp": (clock.real() - timedelta(hours=2)).isoformat(),
        },
    )
    assert not Interaction.objects.filter(kind="converted").exists()
    assert Enrollment.objects.filter(state="active").count() == 1


@pytest.mark.parametrize(("days", "credited"), [(29, 1), (31, 0)])
def test_a_goal_after_the_end_counts_within_its_days_of_the_newest_offer(
    time: Time, days: int, credited: int
) -> None:
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work()
    enroll.exit_one(run.pk, "no_engagement")
    time.move(days=days)
    upgrade(person, plan="pro")
    found = Interaction.objects.filter(kind="converted")
    assert [one.proposition_id for one in found] == [offer_of(run).pk] * credited
    run.refresh_from_db()
    assert run.end_reason == "no_engagement"


def test_a_goal_is_credited_once_even_where_two_runs_had_ended(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    ana, ben = somebody(account=account), somebody(account=account)
    enroll.exit_one(begun(ana).pk, "no_engagement")
    time.move(days=1)
    last = begun(ben)
    enroll.exit_one(last.pk, "no_engagement")
    upgrade(ana, plan="pro")
    assert Interaction.objects.get(kind="converted").proposition == offer_of(last)


def test_a_trial_goes_on_with_its_own_run_and_ends_the_others() -> None:
    account = an_account(caps={"exports": 20})
    ana, ben = somebody(account=account), somebody(account=account)
    own, other = begun(ana), enrolled(ben)
    upgrade(ana, "Trial Started", product="pro", proposition_id=str(offer_of(own).pk))
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.state, other.end_reason) == ("active", "accepted_elsewhere")


def test_a_yes_in_one_account_also_ends_the_persons_runs_in_another() -> None:
    person = somebody()
    run = begun(person)
    other = an_account()
    Membership.objects.create(person=person, account=other, joined_at=MORNING)
    receive(
        a_source(),
        {
            "type": "track",
            "userId": person.user_id,
            "event": "Add-on Purchased",
            "context": {"groupId": other.group_id},
        },
    )
    run.refresh_from_db()
    assert run.end_reason == "accepted_elsewhere"


def test_anothers_purchase_in_another_account_ends_nothing() -> None:
    run = begun(somebody())
    stranger = a_person(account=an_account())
    upgrade(stranger)
    run.refresh_from_db()
    assert run.state == "active"


def test_ending_withdraws_what_was_about_to_leave(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work()
    assert Delivery.objects.get(channel="email").state == "held"
    act(person, offer_of(run), "declined")
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.reason) == ("skipped", "The sequence ended: declined")
    assert not Proposition.objects.filter(state="live").exists()
    assert last_decision(person).outcome == "held"
