"""All candidates are considered, one is drawn or none, and the stored row makes the same choice again."""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import bandit, decide, replayed, weighing
from offers_app.decide import Choice, Considered
from offers_app.models import Decision, Offer
from offers_app.policy import VERSION, Policy
from offers_app.ranking import Candidate
from people_app.models import Person
from tests.build import a_person, an_account
from tests.offers import logged
from upsell_project.lib.gates import Code, passed

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
database = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def person(db: None) -> Person:
    logged.a_catalog(pro=10, seats=5)
    return a_person(account=an_account())


def choose(person: Person, seed: int = 0, **fields: Any) -> Choice:
    ask = logged.an_ask(person, person.memberships.select_related("account").get().account, seed)
    for name, value in fields.items():
        setattr(ask, name, value)
    return decide.offer(ask, decide.catalog([ask], NOW))


def kept(choice: Choice, person: Person) -> Decision:
    """Through the database and back."""
    return Decision.objects.get(pk=logged.a_decision(choice, person, NOW).pk)


@pytest.mark.usefixtures("time")
def test_every_candidate_is_stored_with_its_gates_and_what_it_was_weighed_at(person: Person) -> None:
    Offer.objects.filter(slug="pro").update(live=False)
    decision = kept(choose(person), person)
    assert [one["offer"] for one in decision.candidates] == ["seats", "training", "pro"]
    first, second, shut = decision.candidates
    assert shut == {"offer": "pro", "gates": [shut["gates"][0]]}
    assert (shut["gates"][0]["gate"], shut["gates"][0]["passed"]) == ("offer_off", False)
    assert [gate["gate"] for gate in first["gates"]][-1] == "no_treatment"
    assert first["factors"] == {
        "propensity": pytest.approx(0.04),
        "context": 1.0,
        "value": 1.0,
        "lever": pytest.approx(2**0.5),
    }
    assert first["score"] > second["score"]
    assert first["chance"] + second["chance"] == pytest.approx(1)
    assert (first["chosen"], second["chosen"]) == (True, False)
    assert (decision.seed, decision.policy["version"]) == (0, VERSION)


@pytest.mark.usefixtures("time")
def test_each_is_drawn_as_often_as_its_chance_says(person: Person) -> None:
    drawn = [choose(person, bandit.SEEDS * part // 200) for part in range(200)]
    chances = {one.offer.slug: one.weighed.chance for one in drawn[0].considered if one.weighed}
    for slug, chance in chances.items():
        share = sum(choice.offer is not None and choice.offer.slug == slug for choice in drawn) / 200
        assert share == pytest.approx(chance, abs=0.01)


@pytest.mark.usefixtures("time")
def test_what_is_not_worth_it_is_not_offered(person: Person, settings: Any) -> None:
    settings.OFFERS_LEAST_SCORE = 10.0
    choice = choose(person)
    assert (choice.offer, choice.treatment) == (None, None)
    assert choice.candidate and choice.candidate.slug == "pro"
    assert (choice.gates[-1].gate, choice.gates[-1].threshold) == (Code.NOT_WORTH, 10.0)
    decision = kept(choice, person)
    assert [one["chance"] for one in decision.candidates] == [0, 0, 0]
    assert replayed.again(decision) == replayed.chosen(decision) == ""


@pytest.mark.usefixtures("time")
@pytest.mark.parametrize(
    ("fields", "context"),
    [
        ({"confidence": 0.5}, 0.5),
        ({"evidence": {"measured_at": (NOW - timedelta(days=7)).isoformat()}}, 0.5),
        ({"evidence": {"measured_at": "soon"}}, 1.0),
        ({"evidence": {"measured_at": "2026-03-01"}}, 1.0),
    ],
)
def test_the_context_is_of_the_signal(person: Person, fields: dict[str, Any], context: float) -> None:
    found = choose(person, **fields).considered[0].weighed
    assert found and found.factors.context == pytest.approx(context)


@pytest.mark.usefixtures("time")
def test_another_channel_than_the_preferred_one_counts_half(person: Person) -> None:
    person.preferred_channel = "email"
    found = choose(person).considered[0].weighed
    assert found and found.factors.context == 0.5


@pytest.mark.usefixtures("time")
def test_the_stored_row_chooses_what_was_chosen(person: Person) -> None:
    source = random.Random(1)
    for _ in range(20):
        choice = choose(person, source.randrange(bandit.SEEDS))
        decision = kept(choice, person)
        assert choice.offer
        Offer.objects.update(priority=source.randrange(50))
        assert replayed.again(decision) == replayed.chosen(decision) == choice.offer.slug


NUMBERS = st.floats(0.01, 500)
MONEY = st.decimals(0, 900, places=2)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.sampled_from("abcdefghijkl"),
        MONEY,
        MONEY,
        st.integers(-50, 50),
        st.tuples(NUMBERS, NUMBERS),
        st.sampled_from(["", "admins"]),
    ),
    max_size=12,
    unique_by=lambda one: one.offer,
)
POLICIES = st.builds(
    Policy, exploration=st.floats(0, 1), greedy=st.booleans(), least=st.sampled_from([0.0, 0.5, 20.0])
)


@given(CANDIDATES, POLICIES, st.integers(0, bandit.SEEDS - 1), st.floats(0, 1))
def test_so_it_does_for_any_candidates_policy_and_seed(
    candidates: list[Candidate], policy: Policy, seed: int, context: float
) -> None:
    weighed = weighing.weigh(candidates, context, policy)
    drawn = weighing.choose(weighed, seed)
    offers = {one.offer: Offer(slug=one.offer) for one in candidates}
    chosen = offers[drawn.candidate.offer] if drawn else None
    considered = [
        Considered(offers[one.candidate.offer], None, [passed(Code.OFFER_OFF)], one) for one in weighed
    ]
    columns = replayed.stored(Choice(chosen, None, [], chosen, considered, seed, policy))
    row = Decision(**json.loads(json.dumps(columns)))
    assert replayed.again(row) == replayed.chosen(row) == (chosen.slug if chosen else "")
    assert (drawn is None) == all(one.score <= policy.least for one in weighed)


def test_what_is_not_kept_cannot_be_made_again() -> None:
    for row in (
        Decision(),
        Decision(seed=1, policy={}),
        Decision(seed=1, policy={"version": 0}),
        Decision(seed=1, policy={"strange": 1}),
        Decision(seed=1, policy={"strength": "many"}),
    ):
        with pytest.raises(replayed.NotKept):
            replayed.again(row)


def test_an_offer_at_a_loss_is_never_chosen() -> None:
    loss = Candidate("a", Decimal(10), Decimal(11), 1_000, (900.0, 1.0))
    sound = Candidate("b", Decimal(0), Decimal(0), 0, (1.0, 900.0))
    for seed in (0, bandit.SEEDS // 2, bandit.SEEDS - 1):
        drawn = weighing.choose(weighing.weigh([loss, sound], 1.0, Policy(exploration=1)), seed)
        assert drawn and drawn.candidate.offer == "b"
    assert weighing.choose(weighing.weigh([loss], 1.0, Policy()), 0) is None
