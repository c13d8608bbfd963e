"""What answers to offers say of a score's signs: learned, checked on what was not seen, used only where it is sound."""

import random
from collections.abc import Callable
from datetime import timedelta
from math import exp, log
from typing import Any

import pytest

from signals_app.models import Answer, Event, Score, ScoreDefinition
from signals_app.scores import calibration, examples, rules, sound, training
from signals_app.scores.calibration import area, check, folded, out_of_fold, wilson
from signals_app.scores.propensity import Model, fit
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.signals.scores_world import ACTIVE, PAID, a_definition, a_sign, members, scored, used

WEIGHTS = (1.5, -1.0, 0.0, 0.7)
INTERCEPT = -0.5


def logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def drawn(count: int, seed: int = 1) -> tuple[list[tuple[bool, ...]], list[bool]]:
    """Rows and answers of a known model."""
    dice, true = random.Random(seed), Model(INTERCEPT, WEIGHTS)
    rows = [tuple(dice.random() < 0.5 for _ in WEIGHTS) for _ in range(count)]
    return rows, [dice.random() < true.chance(row) for row in rows]


def test_it_finds_the_weights_that_the_answers_were_drawn_by() -> None:
    found = fit(*drawn(20_000))
    assert found.intercept == pytest.approx(INTERCEPT, abs=0.1)
    assert found.weights == pytest.approx(WEIGHTS, abs=0.1)
    assert found == fit(*drawn(20_000))


def test_one_sign_alone_without_a_penalty_is_its_odds() -> None:
    rows = [(True,)] * 40 + [(False,)] * 60
    answers = [True] * 30 + [False] * 10 + [True] * 20 + [False] * 40
    found = fit(rows, answers, strength=1e-12)
    assert found.intercept == pytest.approx(log(20 / 40), abs=1e-6)
    assert found.weights[0] == pytest.approx(log(30 / 10) - log(20 / 40), abs=1e-6)


def test_the_penalty_keeps_a_perfect_sign_finite_and_it_is_at_its_least() -> None:
    rows, answers = [(True, False)] * 30 + [(False, True)] * 30, [True] * 30 + [False] * 30
    found = fit(rows, answers)
    for place in range(2):
        slope = found.weights[place] or 0
        for row, answer in zip(rows, answers, strict=True):
            slope += row[place] * (found.chance(row) - answer)
        assert slope == pytest.approx(0, abs=1e-4)


def test_all_yes_or_all_no_is_refused() -> None:
    with pytest.raises(ValueError, match="yes and a no"):
        fit([(True,), (False,)], [True, True])


def test_signs_that_never_differ_are_no_trouble() -> None:
    rows, answers = drawn(200)
    assert fit([(*row, True, True, False) for row in rows], answers).weights[-1] == 0


CHANCES = [logistic(-3 + 6 * place / 4_000) for place in range(4_000)]
"""Over nearly all there are."""


def answered(seed: int = 3) -> list[bool]:
    dice = random.Random(seed)
    return [dice.random() < chance for chance in CHANCES]


def test_the_chances_by_which_answers_were_drawn_are_calibrated() -> None:
    verdicts = [check(CHANCES, answered(seed)).calibrated for seed in range(60)]
    assert sum(verdicts) >= 57


@pytest.mark.parametrize(
    "broken",
    [
        lambda chance: 0.5 + (chance - 0.5) / 2,
        lambda chance: logistic(2 * log(chance / (1 - chance))),
        lambda chance: min(0.999, chance + 0.1),
        lambda chance: 1 - chance,
    ],
    ids=["too timid", "too sure", "too high", "upside down"],
)
def test_broken_chances_are_not_calibrated(broken: Callable[[float], float]) -> None:
    for seed in range(20):
        assert not check([broken(chance) for chance in CHANCES], answered(seed)).calibrated


def test_each_bin_tells_what_was_predicted_and_observed() -> None:
    chances, answers = [0.05, 0.15, 0.15, 0.15, 0.15, 1.0], [False, True, False, False, False, True]
    first, second, last = check(chances, answers).bins
    assert (first.first, first.last, first.count, first.observed) == (0, 0.1, 1, 0)
    assert (second.count, second.observed) == (4, 0.25)
    assert second.predicted == pytest.approx(0.15)
    assert (second.low, second.high) == wilson(1, 4)
    assert (last.first, last.last, last.high) == (0.9, 1, 1)


def test_figures_are_those_of_the_books() -> None:
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert area([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert area([0.5, 0.5, 0.5], [True, False, False]) == 0.5
    found = check([0.8, 0.3, 0.3], [True, False, True])
    assert found.brier == pytest.approx((0.04 + 0.09 + 0.49) / 3)
    assert found.base_brier == pytest.approx(2 / 9)


def test_all_of_an_account_are_in_one_fold_and_folds_are_even() -> None:
    whose = [account for account in range(50) for _ in range(3)]
    folds = folded(whose)
    assert all(len(set(folds[start : start + 3])) == 1 for start in range(0, 150, 3))
    assert {folds.count(fold) for fold in range(5)} == {30}
    assert folds == folded(whose)


def test_what_is_learned_by_heart_does_not_help_where_it_was_not_seen() -> None:
    """A sign of each account, whose answers are all alike: perfect on what it saw."""
    dice = random.Random(5)
    whose = [account for account in range(40) for _ in range(5)]
    says = [dice.random() < 0.5 for _ in range(40)]
    rows = [tuple(account == place for place in range(40)) for account in whose]
    answers = [says[account] for account in whose]
    seen, unseen = (
        check([fit(rows, answers).chance(row) for row in rows], answers),
        check(out_of_fold(rows, answers, whose), answers),
    )
    assert seen.brier < seen.base_brier / 2
    assert unseen.brier >= unseen.base_brier * 0.95


def answers(
    count: int, says: Callable[[int, bool], str], time: Time, definition: ScoreDefinition
) -> dict[str, Any]:
    """Accounts, each second one active; and what one of each answers. The training."""
    source, joined = a_source(), list(enumerate(members(count)))
    active = [one for number, one in joined if number % 2 == 0]
    # What comes with the answer, and what an account became by it, foretell nothing.
    did = [(one, time.now - timedelta(days=1)) for one in active] + [(one, time.now) for _, one in joined]
    Event.objects.bulk_create(
        Event(
            source=source, message_id=f"m{number}", kind="track", name="Feature Used", person_id=one.person_id,
            account_id=one.account_id, occurred_at=at, received_at=at,
        )
        for number, (one, at) in enumerate(did)
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(
            person_id=one.person_id, account_id=one.account_id, offer="pro",
            answer=says(number, number % 2 == 0), at=time.now,
        )
        for number, one in joined
    )  # fmt: skip
    training.ask(definition)
    training.run()
    definition.refresh_from_db()
    assert definition.training_asked_at is None
    return dict(definition.training)


def mostly(number: int, active: bool) -> str:
    return (
        "accepted"
        if (number // 2 % 10 < (8 if active else 2))
        else ("declined", "ignored", "dismissed")[number % 3]
    )


@pytest.mark.django_db
def test_it_learns_from_what_was_known_before_each_answer(time: Time) -> None:
    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1), a_sign("fit", PAID, 3)])
    found = answers(120, mostly, time, definition)
    assert (found["answers"], found["yes"], found["accounts"]) == (120, 60, 120)
    assert found["unused"] == ["fit 3"]
    assert found["weights"][0] > 1.5 and found["weights"][1] is None
    assert found["brier"] < 0.2 < found["base_brier"] == 0.25
    assert found["calibrated"] and found["area"] > 0.7
    assert sum(one["count"] for one in found["bins"]) == 120
    assert sound.untrained(definition, definition.signs) == ""


@pytest.mark.django_db
def test_it_is_used_only_where_staff_say_so(time: Time) -> None:
    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1), a_sign("fit", PAID, 3)])
    found = answers(120, mostly, time, definition)
    scored()
    assert {float(one.value) for one in Score.objects.all()} == {1.0}
    ScoreDefinition.objects.update(trained=True)
    time.move(days=7)
    scored()
    expected = logistic(found["intercept"])
    row = Score.objects.first()
    assert row and float(row.value) == pytest.approx(expected, abs=1e-5)
    assert row.parts["trained"]
    assert [sign["weight"] for sign in row.parts["signs"]] == found["weights"]


@pytest.mark.django_db
def test_signs_that_changed_since_go_by_the_points_again(time: Time) -> None:
    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1)], trained=True)
    answers(120, mostly, time, definition)
    assert rules.of(definition).model
    definition.signs = [a_sign("usage", ACTIVE, 5, "Another name")]
    assert rules.of(definition).model
    definition.signs = [a_sign("usage", used(2), 5)]
    assert not rules.of(definition).model
    assert "train it again" in sound.untrained(definition, definition.signs)


@pytest.mark.django_db
def test_what_predicts_no_better_than_the_plain_share_is_not_used(time: Time) -> None:
    def at_random(number: int, active: bool) -> str:
        return "accepted" if number // 2 % 2 else "declined"

    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1)], trained=True)
    found = answers(120, at_random, time, definition)
    assert found["brier"] >= found["base_brier"]
    assert not rules.of(definition).model
    assert "no better" in sound.untrained(definition, definition.signs)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("count", "says", "sentence"),
    [
        (99, mostly, "There are 99 answers of accounts (50 yes, 49 no); it needs 100"),
        (110, lambda number, active: "accepted" if number < 19 else "declined", "(19 yes, 91 no)"),
        (110, lambda number, active: "snoozed", "There are 0 answers"),
    ],
)
def test_with_too_few_answers_nothing_is_learned_and_it_says_what_is_missing(
    time: Time, count: int, says: Any, sentence: str
) -> None:
    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1)], trained=True)
    found = answers(count, says, time, definition)
    assert sentence in found["problem"]
    assert "weights" not in found
    assert not rules.of(definition).model
    assert found["problem"] in sound.untrained(definition, definition.signs)


@pytest.mark.django_db
def test_signs_that_a_purchase_changes_teach_nothing(time: Time) -> None:
    ratio = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8}
    definition = a_definition(signs=[a_sign("fit", PAID, 1), a_sign("usage", ratio, 1)])
    assert "No sign can be known of the past" in answers(100, mostly, time, definition)["problem"]


@pytest.mark.django_db
def test_a_few_accounts_that_gave_all_answers_of_one_sort_are_too_few(time: Time) -> None:
    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1)])
    person = a_person(account=(one := an_account()))
    for number in range(30):
        at = time.now - timedelta(days=number)
        Answer.objects.create(person=person, account=one, offer="pro", answer="accepted", at=at)
    found = answers(100, lambda number, active: "declined", time, definition)
    assert "come from a few accounts" in found["problem"]


@pytest.mark.django_db
def test_who_did_too_much_is_left_out(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals_app.rehearse.history.MOST_EVENTS", 1)
    found = answers(120, mostly, time, a_definition(signs=[a_sign("usage", ACTIVE, 1)]))
    assert (found["left_out"], found["answers"]) == (60, 60)


@pytest.mark.django_db
def test_one_that_breaks_off_says_so(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    definition = a_definition(signs=[a_sign("usage", ACTIVE, 1)])
    monkeypatch.setattr(examples, "of", broken)
    training.ask(definition)
    training.run()
    definition.refresh_from_db()
    assert definition.training["problem"] == "It broke off; the worker's log says why."
    assert not training.waiting()


def test_too_few_of_one_fold_is_a_sentence() -> None:
    with pytest.raises(calibration.TooFew, match="a few accounts"):
        out_of_fold([(True,), (False,)] * 10, [True, False] * 10, [1, 2] * 10)
