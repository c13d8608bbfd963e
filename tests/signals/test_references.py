"""What is not there is refused when a rule is saved, what is needed does not go, and no date hides behind a name."""

from typing import Any

import pytest

from signals_app import knowing, references, sound
from signals_app.models import Score, ScoreDefinition, Segment, SignalDefinition
from signals_app.scores import sound as score_sound
from signals_app.segments import sound as segment_sound
from signals_app.subjects import Subject
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.signals.scores_world import a_sign, used
from tests.signals.segments_world import FREE, a_segment, within
from upsell_project.lib import clock
from upsell_project.lib.rules import ready

pytestmark = pytest.mark.django_db
RENEWS = {"fact": "trait", "of": "account", "name": "renews_at", "op": "within", "value": [-45, 0]}
DONE = {"fact": "events", "names": ["Feature Used"], "window": {"days": 7}, "op": "at_least", "value": 1}
TEXT = "a date alone is no reason to contact somebody: ask also for something they did"
MONTH = {"window": {"days": 30}}


def asked(slug: str, op: str = "at_most", value: float = 0) -> dict[str, Any]:
    return {"fact": "signal", "slug": slug, **MONTH, "op": op, "value": value}


def scored(name: str, value: float = 0.5) -> dict[str, Any]:
    return {"fact": "score", "name": name, "op": "at_least", "value": value}


def a_draft(rule: Any, **fields: Any) -> SignalDefinition:
    made = {"slug": "tried", "name": "Tried", "detector": "rule", "config": {"rule": rule}, "live": True}
    return SignalDefinition(**made | fields)


def live(slug: str, rule: Any, **fields: Any) -> SignalDefinition:
    made = a_draft(rule, slug=slug, **fields)
    made.save()
    return made


def wrong(rule: Any, **fields: Any) -> dict[str, list[str]]:
    return sound.problems(a_draft(rule, **fields))


def test_a_definition_refers_to_what_there_is() -> None:
    a_segment("vips", FREE)
    assert wrong({"all": [FREE, {"not": within("vipp")}]}) == {
        "config": ["config.rule.all[1].not.slug: There is no segment “vipp”. Did you mean “vips”?"]
    }
    assert wrong(DONE, condition=asked("at-risc")) == {"condition": ["slug: There is no signal “at-risc”."]}
    parts = {"mode": "any", "parts": [{"if": FREE}, {"if": scored("helth")}]}
    assert wrong(None, detector="composite", config=parts) == {
        "config": ["config.parts[1].if.name: There is no score “helth”."]
    }
    assert wrong(None, detector="score", config={"name": "helth", "at_least": 0.5}) == {
        "config": ["config.name: There is no score “helth”."]
    }
    assert wrong({"all": [DONE, asked("tried")]}) == {}, "it is there once it is saved"
    assert wrong({"any": [DONE, within("vips")]}) == {}


def test_a_date_is_looked_for_where_there_is_one() -> None:
    config = {"trait": "plan", "from": -7, "to": 0, "activity": {"at_least": 1, "days": 7}}
    ((field, (said,)),) = wrong(None, detector="calendar", config=config).items()
    assert field == "config"
    assert said.startswith("config.trait: “within” can never hold for the account's plan")
    assert wrong(None, detector="calendar", config={**config, "trait": "contract_ends"}) == {}


def test_what_is_switched_off_is_refused_of_what_is_live() -> None:
    a_segment("off", FREE, live=False)
    rule = {"all": [DONE, {"not": within("off")}]}
    assert "The segment “off” is switched off" in wrong(rule)["config"][0]
    assert wrong(rule, live=False) == {}


def test_a_score_refers_to_what_there_is_and_may_be_brought_from_elsewhere() -> None:
    signs = [a_sign("risk", asked("at-risc"))]
    live("at-risk", DONE)
    assert score_sound.problems("health", signs) == [
        "signs[0].if.slug: There is no signal “at-risc”. Did you mean “at-risk”?"
    ]
    assert score_sound.problems("health", [a_sign("risk", asked("at-risk"))]) == []
    assert "There is no score “crm”." in wrong(scored("crm"))["config"][0]
    Score.objects.create(account=an_account(), name="crm", value=1, at=clock.now())
    assert wrong(scored("crm")) == {}


def test_what_a_score_or_a_signal_asks_for_is_not_deleted() -> None:
    live("at-risk", DONE)
    ScoreDefinition.objects.create(slug="health", name="Health", signs=[a_sign("risk", asked("at-risk"))])
    assert references.refusals("signal", ["at-risk"], "deleted") == [
        "at-risk cannot be deleted: the score health refers to it."
    ]
    live("low", None, detector="score", config={"name": "health", "at_most": 0.5}, about="account")
    live("asleep", asked("at-risk"), live=False)
    assert references.referring("score", ["health"]) == {"health": ["the signal low"]}
    assert references.refusals("signal", ["low"], "deleted") == []


def holds(rule: Any, subject: Subject) -> bool | None:
    asks = ready.of(rule)
    (known,) = knowing.load([knowing.Asked(subject, asks.facts)], clock.now())
    return asks.holds(known.values, known.at)


def test_what_is_not_there_is_not_known(time: Time) -> None:
    """Of rules that an earlier version let be saved: beneath `not` they let nobody in."""
    acme = an_account("acme")
    ana = Subject(a_person("ana", acme).pk, acme.pk)
    a_segment("vips", FREE)
    live("at-risk", DONE)
    for there, gone in (
        (within("vips"), within("vipp")),
        (asked("at-risk", "at_least", 0.5), asked("at-risc", "at_least", 0.5)),
        (asked("at-risk", "more_than"), asked("at-risc", "more_than")),
    ):
        assert holds({"not": there}, ana) is True
        assert holds(there, ana) is False
        assert holds({"not": gone}, ana) is None
        assert holds(gone, ana) is None
        assert holds({"any": [there, {"not": gone}]}, ana) is None
    assert holds(asked("at-risk"), ana) is True
    assert holds(asked("at-risc"), ana) is None
    assert holds({"not": scored("helth")}, ana) is None
    meant = {"fact": "intent", **MONTH, "op": "at_least", "value": 0.5}
    assert holds({"not": {**meant, "label": "leaving"}}, ana) is True
    assert holds({"not": {**meant, "label": "leafing"}}, ana) is None


def test_a_date_alone_does_not_hide_in_a_segment() -> None:
    a_segment("at-renewal", {"all": [RENEWS, FREE]})
    a_segment("soon", {"any": [within("at-renewal")]})
    for slug in ("at-renewal", "soon"):
        assert wrong(within(slug)) == {"config": [f"config: {TEXT}"]}
        assert wrong({"all": [within(slug), DONE]}) == {}
    assert wrong(FREE, condition=within("soon")) == {"condition": [TEXT]}
    assert wrong(FREE, condition=RENEWS) == {"condition": [TEXT]}
    assert wrong(DONE, condition=within("soon")) == {}


def test_a_date_alone_does_not_hide_in_a_signal_or_a_score() -> None:
    live("dated", within("at-renewal"))
    a_segment("at-renewal", RENEWS)
    assert wrong(asked("dated", "at_least", 0.5)) == {"config": [f"config: {TEXT}"]}
    signs = [a_sign("fit", RENEWS, 3), a_sign("usage", used(1), 1)]
    ScoreDefinition.objects.create(slug="soon", name="Soon", signs=signs)
    config = {"name": "soon", "at_least": 0.7}
    assert wrong(None, detector="score", config=config, about="account") == {"config": [f"config: {TEXT}"]}
    assert wrong(None, detector="score", config={**config, "at_least": 0.8}, about="account") == {}


def test_a_change_that_makes_a_live_signal_a_date_is_refused() -> None:
    a_segment("group", DONE)
    live("of-group", within("group"))
    said = (
        "A date alone would then make the signal “of-group” be found: ask here also for something they did."
    )
    assert segment_sound.problems("group", "rule", RENEWS) == [("rule", said)]
    assert segment_sound.problems("group", "rule", {"all": [RENEWS, DONE]}) == []
    assert segment_sound.problems("group", "rule", RENEWS, live=False) == []
    SignalDefinition.objects.update(live=False)
    assert segment_sound.problems("group", "rule", RENEWS) == []


def test_so_is_one_of_a_score_and_of_a_signal() -> None:
    signs = [a_sign("usage", used(1), 1)]
    ScoreDefinition.objects.create(slug="score", name="Score", signs=signs)
    live("first", DONE)
    live("high", None, detector="score", config={"name": "score", "at_least": 0.7}, about="account")
    live("near", {"all": [RENEWS, asked("first", "at_least", 0.5)]})
    ((said),) = score_sound.problems("score", [*signs, a_sign("fit", RENEWS, 3)])
    assert said.startswith("signs: A date alone would then make the signal “high” be found")
    assert "make the signal “near” be found" in wrong(FREE, slug="first")["config"][0]
    assert wrong(FREE, slug="other") == {}


def test_a_definition_that_was_a_date_before_holds_up_nobody_else() -> None:
    a_segment("at-renewal", RENEWS)
    live("old", within("at-renewal"))
    assert segment_sound.problems("at-renewal", "rule", RENEWS) == []
    assert wrong(DONE) == {}
    assert Segment.objects.exists()


def test_what_a_measure_ignores_is_refused_wherever_a_rule_is_saved() -> None:
    idle = DONE | {"path": "rows"}
    said = "path: The measure count ignores it"
    assert segment_sound.problems("busy", "rule", idle)[0][1].startswith(said)
    assert score_sound.problems("busy", [a_sign("fit", idle | {"of": "account"})])[0].startswith(
        f"signs[0].if.{said}"
    )
    assert references.faults({"not": idle}, "entry")[0].startswith(f"entry.not.{said}")
