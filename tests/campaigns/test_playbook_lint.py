"""What the lint says of the steps of a playbook, rule by rule: each breach, and the honest one beside it."""

from typing import Any

import pytest

from campaigns_app import pressure
from campaigns_app.playbook_lint import check, refusing, walking
from campaigns_app.playbook_lint.written import Written
from upsell_project.lib.rules import reading

Step = dict[str, Any]
BOTH = frozenset({"in_app", "email", "chat"})
WAIT: Step = {"wait_until": {"hours": 25}}
END: Step = {"exit": {"reason": "no_engagement"}}
QUIET: Step = {"action": {"pause_days": 21, "do_not_disturb": True}}
OTHERS = {"when": "otherwise"}
FORMATS = {"app-banner": "banner", "app-modal": "modal", "top": "modal", "rail": "sidebar"}


def message(channel: str = "email", placement: str = "", template: str = "nudge", **more: Any) -> Step:
    return {"message": {"channel": channel, "placement": placement, "templates": {"s": template}, **more}}


def banner(**more: Any) -> Step:
    return message("in_app", "app-banner", **more)


def branch(when: Any, *steps: Step) -> Step:
    return {"branch": {"lanes": [{"when": when, "steps": list(steps)}, OTHERS]}}


def said(answer: str, op: str = "at_least", value: int = 1) -> dict[str, Any]:
    return {"fact": "answer", "answer": answer, "window": {"days": 30}, "op": op, "value": value}


def _events(name: str) -> dict[str, Any]:
    return {"fact": "events", "names": [name], "window": {"days": 30}, "op": "at_least", "value": 1}


def found(*steps: Step, **more: Any) -> list[tuple[str, str]]:
    """(rule, place) of whatever is wrong in a deployment with the template `nudge` and the default policy."""
    known: dict[str, Any] = {"prepared": {"nudge": BOTH}, "spoken": {"nudge": BOTH}, "formats": FORMATS}
    written = Written(steps, caps=pressure.DEFAULT_CAPS, pause_days=21, **known | more)
    return [(one.rule, one.field) for one in check.findings(written)]


def test_a_sequence_like_the_shipped_one_is_fine() -> None:
    chat = branch("opened_no_click_high_value", message("chat"), WAIT)
    assert found(banner(), WAIT, message(after_dismissal=True), WAIT, chat, QUIET, END) == []


FIRST, THIRD = "steps[0].message", "steps[2].message"
LANE = "steps[2].branch.lanes[0]"
IN_LANE = f"{LANE}.steps[0].message"


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([branch({"rule": said("declined")}, message(), WAIT), banner(), WAIT, END], "after-no"),
        ([branch({"rule": said("opted_out")}, END), message(), WAIT, banner(), WAIT], ""),
        ([branch({"rule": said("mistimed")}), message(), WAIT, banner(), WAIT], "after-no"),
        ([branch({"rule": {"not": said("declined")}}, message(), WAIT), banner(), WAIT], ""),
        ([branch({"rule": said("declined", "at_most", 0)}, message(), WAIT), banner(), WAIT], ""),
        ([branch({"rule": {"not": said("intrusive", "at_most", 0)}}, message(), WAIT), END], "after-no"),
        ([branch({"rule": said("accepted")}, message(), WAIT), banner(), WAIT], ""),
    ],
)
def test_a_message_to_whoever_said_no_is_an_error(steps: list[Step], wrong: str) -> None:
    rules = {rule for rule, _ in found(*steps)}
    assert ("message-after-no" in rules) is bool(wrong)


def test_the_place_of_the_rule_that_leads_there_is_said() -> None:
    written = Written([branch({"rule": said("declined")}, message(), WAIT)])
    (one,) = [each for each in check.findings(written) if each.rule == "message-after-no"]
    assert one.field == "steps[0].branch.lanes[0].steps[0].message"
    assert "by the rule at steps[0].branch.lanes[0]." in one.message
    assert one.blocks


def test_who_said_no_may_not_be_let_in() -> None:
    assert ("message-after-no", FIRST) in found(banner(), WAIT, message(), WAIT, entry=said("declined"))
    assert found(banner(), WAIT, message(), WAIT, entry={"not": said("declined")}) == []


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        (said("declined"), True),
        (said("declined", "at_most", 0), False),
        (said("declined", "less_than", 1), False),
        ({"not": said("declined")}, False),
        ({"not": said("declined", "at_most", 0)}, True),
        ({"any": [said("accepted"), said("opted_out")]}, True),
        ({"all": [said("accepted"), {"not": said("opted_out")}]}, False),
        ({"weighed": [{"weight": 1, "if": said("intrusive")}], "at_least": 0.5}, True),
        (said("snoozed"), False),
        ({}, False),
        ({"no": "rule"}, False),
    ],
)
def test_whether_a_no_can_make_a_rule_hold(rule: dict[str, Any], asks: bool) -> None:
    assert refusing.asks_for_no(rule, {}) is asks


NAYSAYERS: Step = {"fact": "segment", "slug": "naysayers", "op": "is", "value": True}
OPEN: Step = {"fact": "segment", "slug": "open", "op": "is", "value": True}
FOUND: Step = {"fact": "signal", "slug": "no-again", "window": {"days": 30}, "op": "more_than", "value": 0}
BELOW: Step = {"fact": "score", "name": "mood", "op": "less_than", "value": 0.5}
BEHIND = {
    ("segment", "naysayers"): [reading.read(said("declined"))],
    ("segment", "open"): [reading.read({"not": said("declined")}), reading.read(OPEN)],
    ("signal", "no-again"): [reading.read(NAYSAYERS)],
    ("score", "mood"): [reading.read({"not": said("intrusive")})],
}


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        (NAYSAYERS, True),
        ({"not": NAYSAYERS}, False),
        (OPEN, False),
        ({"not": OPEN}, True),
        (FOUND, True),
        ({**FOUND, "op": "at_most"}, False),
        (BELOW, True),
        ({**BELOW, "op": "at_least"}, False),
        ({"fact": "segment", "slug": "nobody-knows", "op": "is", "value": True}, False),
        (_events("Unsubscribed"), True),
        ({"not": _events("Spam Reported")}, False),
        (_events("Report Exported"), False),
    ],
)
def test_a_no_is_seen_behind_what_a_rule_refers_to(rule: dict[str, Any], asks: bool) -> None:
    assert refusing.asks_for_no(rule, BEHIND) is asks


def test_a_signal_that_is_found_of_whoever_said_no_begins_nothing() -> None:
    steps = [banner(), WAIT, message(), WAIT]
    assert ("message-after-no", FIRST) in found(*steps, signals=["no-again"], behind=BEHIND)
    assert found(*steps, signals=["no-again"]) == []


@pytest.mark.parametrize(
    ("then", "wrong"),
    [
        (message("chat", after_dismissal=True), [("dismissal-raises", THIRD)]),
        (message("in_app", "app-modal", after_dismissal=True), [("dismissal-raises", THIRD)]),
        (message("in_app", "top", after_dismissal=True), [("dismissal-raises", THIRD)]),
        (message("in_app", "nowhere", after_dismissal=True), [("dismissal-raises", THIRD)]),
        (message("in_app", "rail", after_dismissal=True), []),
        (message("email", after_dismissal=True), []),
        (message("chat"), []),
        (branch("dismissed", message("chat", after_dismissal=True), WAIT), [("dismissal-raises", IN_LANE)]),
        (branch("dismissed", message("email", after_dismissal=True), WAIT), []),
        (branch("dismissed", message("email"), WAIT), [("never-sent", IN_LANE)]),
    ],
)
def test_nothing_more_intrusive_follows_a_dismissal(then: Step, wrong: list[tuple[str, str]]) -> None:
    assert [one for one in found(banner(), WAIT, then, WAIT) if one[0] != "single-channel"] == wrong


@pytest.mark.parametrize(
    ("hours", "channel", "wrong"),
    [
        (24, "in_app", False),
        (23, "in_app", True),
        (12, "email", False),
    ],
)
def test_a_message_that_the_caps_must_refuse_is_an_error(hours: int, channel: str, wrong: bool) -> None:
    steps = [banner(), {"wait_until": {"hours": hours}}, message(channel, "app-banner"), WAIT]
    assert (("over-caps", THIRD) in found(*steps)) is wrong


def test_a_fifth_message_within_a_week_is_one_too_many_and_later_it_is_not() -> None:
    many = [step for channel in ("email", "in_app") * 2 for step in (message(channel), WAIT)]
    assert found(*many, message(), WAIT) == [("over-caps", "steps[8].message")]
    assert found(*many, {"wait_until": {"hours": 100}}, message(), WAIT) == []


def test_a_message_is_judged_on_every_way_to_it() -> None:
    at_once = branch("high_value", {"wait_until": {"hours": 30}}, message(), {"wait_until": {"hours": 1}})
    assert found(banner(), WAIT, at_once, message(), WAIT) == [("over-caps", "steps[3].message")]


@pytest.mark.parametrize(
    ("prepared", "spoken", "wrong"),
    [
        (BOTH, BOTH, set()),
        (BOTH, {"in_app"}, {"no-fallback-text"}),
        ({"email"}, {"email"}, {"one-channel", "no-fallback-text"}),
        (set(), set(), {"one-channel", "no-fallback-text"}),
    ],
)
def test_each_template_needs_a_text_that_everybody_can_get_and_all_of_them_two_channels(
    prepared: set[str], spoken: set[str], wrong: set[str]
) -> None:
    known: dict[str, Any] = {
        "prepared": {"nudge": frozenset(prepared)},
        "spoken": {"nudge": frozenset(spoken)},
    }
    assert {rule for rule, _ in found(banner(), WAIT, message(), WAIT, **known)} == wrong


@pytest.mark.parametrize(
    ("steps", "warned"),
    [
        ([banner(), message(), WAIT], [("no-time-to-answer", "steps[1].message")]),
        ([message(), WAIT, message(), WAIT], [("single-channel", "steps")]),
        ([banner(), WAIT, END, message(), WAIT], [("never-sent", "steps[3].message")]),
        ([banner(), WAIT, QUIET, message(), WAIT], [("never-sent", "steps[3].message")]),
        (
            [banner(), WAIT, message(), WAIT, {"action": {"pause_days": 7}}],
            [("pause-shortened", "steps[4].action")],
        ),
        ([END], []),
        ([], []),
    ],
)
def test_what_would_be_better_is_a_warning(steps: list[Step], warned: list[tuple[str, str]]) -> None:
    assert found(*steps) == warned
    assert not any(check.rules()[rule].severity == "error" for rule, _ in warned)


def test_every_rule_says_what_it_forbids_what_to_do_and_why() -> None:
    assert all(rule.because and rule.fix and rule.forbids for rule in check.rules().values())


def test_many_branches_are_looked_at_in_little_time() -> None:
    """30 forks have a billion ways through them; only so many are kept."""
    forks = [{"branch": {"lanes": [{"when": "clicked", "steps": [WAIT]}, OTHERS]}}] * 30
    met = list(walking.met(Written([*forks, banner(), WAIT])))
    assert max(len(one.ways) for one in met) <= walking.MOST_WAYS


def _forks() -> list[Step]:
    """A thousand ways of different lengths."""
    return [branch("clicked", {"wait_until": {"hours": 2**number}}) for number in range(10)]


def test_who_said_no_is_not_forgotten_among_many_ways() -> None:
    """Although these others got more messages before."""
    no: Step = {"when": {"rule": said("declined")}, "steps": []}
    others: Step = {"when": "otherwise", "steps": [banner(), WAIT, message(), WAIT]}
    rules = found({"branch": {"lanes": [no, others]}}, *_forks(), message(), WAIT)
    assert ("message-after-no", "steps[11].message") in rules


@pytest.mark.parametrize("warned", [True, False])
def test_nor_is_who_is_left_alone_or_who_is_not(warned: bool) -> None:
    lane = branch("clicked", *([] if warned else [banner(), WAIT]))
    quiet = [QUIET] if warned else [branch("high_value", banner(), WAIT, QUIET)]
    rules = found(lane, *quiet, *_forks(), message(), WAIT)
    assert ("never-sent" in {rule for rule, _ in rules}) is warned
