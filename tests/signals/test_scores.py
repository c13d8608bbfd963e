"""Scores: what they come to, what is written, and who is asked afterwards."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from campaigns_app import merges, sweeps
from people_app.models import Account
from signals_app import knowing, privacy
from signals_app.models import Score, ScoreDefinition, Signal, SignalDefinition
from signals_app.scores import compute, examples, rules, sound
from signals_app.subjects import Subject
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from tests.signals.knowing_world import QUICK
from tests.signals.scores_world import ACTIVE, PAID, WANTS, a_definition, a_sign, scored, used
from upsell_project.lib import clock
from upsell_project.lib.rules import judging, reading
from upsell_project.lib.rules.tree import facts

pytestmark = pytest.mark.django_db


def measured() -> None:
    """And whoever waits for a score was asked about those that have another one."""
    compute.run()
    sweeps.run()


def test_the_points_of_the_signs_that_hold_are_its_share_of_all_points(time: Time) -> None:
    acme = an_account("acme", plan="pro")
    idle = an_account("idle", plan="free")
    ana = a_person("ana", acme)
    an_event(ana, "Feature Used")
    a_definition(signs=[a_sign("usage", ACTIVE, 2), a_sign("fit", PAID, 1.5), a_sign("intent", WANTS, 0.5)])
    scored()
    assert Score.objects.get(account=acme).value == Decimal("0.875")
    assert Score.objects.get(account=idle).value == 0
    assert Score.objects.get(account=acme).parts == {
        "parts": [
            {"part": "usage", "points": 2, "of": 2},
            {"part": "fit", "points": 1.5, "of": 1.5},
            {"part": "intent", "points": 0, "of": 0.5},
        ],
        "signs": [
            {"part": "usage", "name": "usage 2", "points": 2, "holds": True},
            {"part": "fit", "name": "fit 1.5", "points": 1.5, "holds": True},
            {"part": "intent", "name": "intent 0.5", "points": 0.5, "holds": False},
        ],
        "trained": False,
    }


def test_what_is_not_known_does_not_count(time: Time) -> None:
    account = an_account(plan="")
    a_definition(signs=[a_sign("fit", PAID, 1), a_sign("other", {"not": PAID}, 1)])
    scored()
    row = Score.objects.get(account=account)
    assert row.value == 0
    assert [sign["holds"] for sign in row.parts["signs"]] == [None, None]


DRAWN = st.lists(
    st.tuples(
        st.sampled_from([ACTIVE, PAID, WANTS, used(3), {"not": used(2)}, {"any": [PAID, used(5)]}]),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=6,
)


@QUICK
@given(
    signs=DRAWN,
    uses=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    plan=st.sampled_from(["", "pro", "free"]),
)
def test_it_is_what_each_rule_says_of_each_account(signs: Any, uses: list[int], plan: str) -> None:
    with clock.frozen(clock.real()):
        Account.objects.all().delete()
        ScoreDefinition.objects.all().delete()
        for number, count in enumerate(uses):
            person = a_person(account=an_account(plan=plan if number else "pro"))
            for _ in range(count):
                an_event(person, "Feature Used", timedelta(days=1))
        a_definition(signs=[a_sign("all", rule, points, f"{n}") for n, (rule, points) in enumerate(signs)])
        scored()
        for account in Account.objects.all():
            held = sum(points for rule, points in signs if _holds(rule, account))
            expected = round(Decimal(held) / sum(points for _, points in signs), 5)
            assert Score.objects.get(account=account).value == expected


def _holds(raw: Any, account: Account) -> bool:
    """One rule of one account."""
    rule, now = reading.read(raw), clock.now()
    (known,) = knowing.load([knowing.Asked(Subject(None, account.pk), frozenset(facts(rule)))], now)
    return judging.judge(rule, known.values, known.at) is True


def test_only_what_changed_is_written_and_told(time: Time) -> None:
    acme, other = an_account("acme", plan="pro"), an_account("other", plan="pro")
    a_definition(signs=[a_sign("fit", PAID, 1), a_sign("usage", ACTIVE, 1)])
    assert scored() == {"health": {acme.pk, other.pk}}
    at = Score.objects.get(account=other).at
    an_event(a_person(account=acme), "Feature Used")
    assert not compute.waiting()
    assert scored() == {}
    time.move(hours=1)
    assert compute.waiting()
    assert scored() == {"health": {acme.pk}}
    assert Score.objects.get(account=acme).value == 1
    assert Score.objects.get(account=acme).at > Score.objects.get(account=other).at == at


def test_chunks_go_on_where_they_were(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "CHUNK", 2)
    accounts = {an_account(plan="pro").pk for _ in range(5)}
    a_definition(signs=[a_sign("fit", PAID, 1)])
    a_definition("second", signs=[a_sign("fit", PAID, 1)])
    compute.step()
    assert Score.objects.count() == 4
    first = ScoreDefinition.objects.get(slug="health")
    assert (compute.percent(first) or 0) > 0
    assert scored()["second"] < accounts
    assert set(Score.objects.filter(name="health").values_list("account", flat=True)) == accounts
    assert not compute.waiting()
    assert compute.percent(ScoreDefinition.objects.get(slug="health")) is None


def test_a_changed_definition_is_measured_anew_at_once(time: Time) -> None:
    account = an_account(plan="pro")
    definition = a_definition(signs=[a_sign("fit", PAID, 1), a_sign("usage", ACTIVE, 1)])
    scored()
    ScoreDefinition.objects.update(signs=[a_sign("fit", PAID, 1)])
    compute.anew(definition.pk)
    scored()
    assert Score.objects.get(account=account).value == 1


def test_one_that_is_switched_off_is_nobodys_score_and_others_stay(time: Time) -> None:
    account = an_account(plan="pro")
    Score.objects.create(account=account, name="told", value=1, at=time.now)
    definition = a_definition(signs=[a_sign("fit", PAID, 1)])
    scored()
    ScoreDefinition.objects.update(live=False)
    compute.anew(definition.pk)
    assert compute.waiting()
    scored()
    assert not compute.waiting()
    assert set(Score.objects.values_list("name", flat=True)) == {"told"}


def test_signs_that_cannot_be_read_are_no_score(time: Time) -> None:
    an_account()
    a_definition(signs=[{"part": "fit", "name": "x", "points": 1, "if": {"fact": "moon"}}])
    a_definition("empty", signs=[])
    scored()
    assert not Score.objects.exists()
    assert not compute.waiting()


def test_statements_do_not_grow_with_the_accounts(time: Time, django_assert_max_num_queries: Any) -> None:
    signs = [a_sign("usage", used(count), 1, str(count)) for count in (1, 2, 3)]
    for _ in range(50):
        an_event(a_person(account=an_account(plan="pro")), "Feature Used")
    a_definition(signs=[*signs, a_sign("fit", PAID, 1)])
    with django_assert_max_num_queries(16):
        compute.step()


def test_a_signal_that_waits_for_it_is_found_when_the_score_is_reached(time: Time) -> None:
    acme = an_account("acme", plan="pro")
    ana = a_person("ana", acme)
    a_definition(signs=[a_sign("fit", PAID, 1), a_sign("usage", ACTIVE, 1)])
    SignalDefinition.objects.create(
        slug="healthy", name="Healthy", detector="score", about="account", live=True,
        config={"name": "health", "at_least": 0.7},
    )  # fmt: skip
    by_person = {"rule": {"fact": "score", "name": "health", "op": "at_least", "value": 0.7}}
    SignalDefinition.objects.create(
        slug="one-of-them", name="One", detector="rule", about="person", live=True, config=by_person
    )
    measured()
    assert not Signal.objects.exists()
    an_event(ana, "Feature Used")
    time.move(hours=1)
    measured()
    found = Signal.objects.order_by("definition__slug").values_list("definition__slug", "account", "person")
    assert list(found) == [("healthy", acme.pk, ana.pk), ("one-of-them", acme.pk, ana.pk)]
    time.move(hours=1)
    measured()
    assert Signal.objects.count() == 2


def test_of_two_accounts_that_become_one_the_newer_score_stays_until_it_is_measured(time: Time) -> None:
    kept, gone = an_account("kept", plan="free"), an_account("gone", plan="pro")
    a_definition(signs=[a_sign("fit", PAID, 1)])
    scored()
    merges.by_hand(kept.pk, gone.pk)
    assert Score.objects.get().account == kept
    time.move(hours=1)
    scored()
    assert Score.objects.get().account == kept
    assert _holds(PAID, Account.objects.get(pk=kept.pk)) == (Score.objects.get().value == 1)


def test_an_account_that_was_merged_has_no_score_of_its_own(time: Time) -> None:
    kept, gone = an_account("kept"), an_account("gone")
    a_definition(signs=[a_sign("fit", PAID, 1)])
    scored()
    Account.objects.filter(pk=gone.pk).update(merged_into=kept)
    time.move(hours=1)
    scored()
    assert set(Score.objects.values_list("account", flat=True)) == {kept.pk}


def test_the_starter_pack_brings_the_score_that_its_signal_asks_for(time: Time) -> None:
    call_command("load_starter_pack")
    slugs = set(ScoreDefinition.objects.values_list("slug", flat=True))
    assert SignalDefinition.objects.get(slug="health-score").config["name"] in slugs
    assert slugs == {"health", "propensity"}
    an_account(plan="pro")
    scored()
    assert Score.objects.count() == 2


def test_those_that_are_due_soon_go_along_so_that_they_are_due_together(time: Time) -> None:
    an_account(plan="pro")
    a_definition(signs=[a_sign("fit", PAID, 1)])
    scored()
    time.move(minutes=40)
    a_definition("second", signs=[a_sign("fit", PAID, 1)])
    compute.step()
    assert set(ScoreDefinition.objects.values_list("refreshed_at", flat=True)) == {time.now}


def test_with_somebody_the_scores_of_their_own_account_are_forgotten(time: Time) -> None:
    ana = a_person("ana", acme := an_account("acme", plan="pro"))
    own = Account.objects.create(personal_of=ana, created_at=time.now)
    a_definition(signs=[a_sign("fit", PAID, 1)])
    scored()
    privacy.forget([ana.pk], acme.pk, [], [])
    assert set(Score.objects.values_list("account", flat=True)) == {acme.pk}
    assert own.pk != acme.pk


def test_the_starter_scores_tell_a_busy_account_from_an_idle_one(time: Time) -> None:
    call_command("load_starter_pack")
    for definition in ScoreDefinition.objects.all():
        assert sound.problems(definition.slug, definition.signs) == []
    busy = an_account("busy", plan="pro", subscription_status="active", seats_used=5)
    idle = an_account("idle", plan="pro", subscription_status="canceled", cancelling=True, seats_used=1)
    ana = a_person("ana", busy)
    for day in range(1, 25):
        an_event(ana, "Feature Used", timedelta(days=day), tier="premium")
        an_event(ana, "Report Exported", timedelta(days=day))
    an_event(ana, "Pricing Viewed")
    measured()
    values = {(one.name, one.account_id): one.value for one in Score.objects.all()}
    assert values["health", busy.pk] >= Decimal("0.7") > Decimal("0.3") > values["health", idle.pk]
    assert values["propensity", busy.pk] > values["propensity", idle.pk]
    assert all(
        examples.has_history(sign) for sign in rules.of(ScoreDefinition.objects.get(slug="propensity")).signs
    )
    assert not Signal.objects.filter(definition__slug="health-score").exists()
    time.move(hours=24)
    measured()
    assert Signal.objects.get(definition__slug="health-score").account == busy
