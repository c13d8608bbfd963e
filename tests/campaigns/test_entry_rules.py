"""Who may enter a playbook by its rule: closed by what does not hold or is not known, and told with figures."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import advance, enroll, explain, playbook_files
from campaigns_app.models import Enrollment, Playbook
from people_app.models import Person
from tests.build import a_source
from tests.campaigns.gates import ENTRY
from tests.campaigns.rules import BANNER, EXPORTED, FREE, PAID, SAAS, TABLE, publish, told
from tests.conftest import Time
from tests.engine import MORNING, a_signal, account_of, enrolled, last_decision, receive, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time) -> None:
    time.set(MORNING)


def knock(*people: Person) -> None:
    enroll.from_signals([a_signal(one, account_of(one)) for one in people], clock.now())


@pytest.mark.parametrize(("rule", "holds"), TABLE)
def test_only_for_whom_it_holds(rule: Any, holds: bool | None) -> None:
    publish(entry=rule)
    person = somebody()
    knock(person)
    assert Enrollment.objects.filter(person=person).exists() is (holds is True)
    if holds is not True:
        assert last_decision(person).gate == "entry_rule"


def test_explain_says_which_condition_failed() -> None:
    publish(entry={"all": [FREE, SAAS, EXPORTED]})
    person = somebody()
    knock(person)
    (said,) = explain.evaluations(person)
    assert (said["outcome"], said["gate"]) == ("excluded", "entry_rule")
    assert said["reason"].endswith("asks for what is not so: Times Report Exported in 7 days >= 2.")
    assert told(said["gates"][-1]) == [
        ("Account plan is free", "free", True),
        ("Account industry is saas", None, None),
        ("Times Report Exported in 7 days >= 2", 0, False),
    ]
    assert said["gates"][-1]["threshold"].startswith("Account plan is free, and ")
    assert said["input"]["value"] == said["gates"][-1]["input"]


def test_by_what_it_let_somebody_in_is_told_with_the_first_offer() -> None:
    publish(entry=FREE)
    person = somebody()
    run = enrolled(person)
    met = [gate["gate"] for gate in run.entry_gates]
    assert met == [*ENTRY[:6], "entry_rule", *ENTRY[6:]]
    advance.due()
    (said,) = explain.evaluations(person)
    assert said["outcome"] == "delivered"
    assert told(said["gates"][6]) == [("Account plan is free", "free", True)]


def test_what_brings_the_signal_counts_for_the_rule() -> None:
    publish(entry={**EXPORTED, "value": 1})
    person = somebody()
    used(account_of(person), 15)
    receive(a_source(), {"type": "track", "userId": person.user_id, "event": "Report Exported"})
    assert Enrollment.objects.filter(person=person).exists()


def test_a_reason_fits_however_long_the_rule() -> None:
    long = [{**PAID["not"], "value": "x" * 150 + str(number)} for number in range(8)]
    publish(entry={"any": long})
    person = somebody()
    knock(person)
    decision = last_decision(person)
    assert len(decision.reason) <= 300
    assert decision.reason.endswith(".")
    assert len(decision.gates[-1]["input"]["conditions"]) == 8


def test_a_rule_that_cannot_be_read_lets_nobody_in() -> None:
    version = publish()
    version.entry = {"fact": "moon"}
    version.save()
    person = somebody()
    knock(person)
    assert last_decision(person).gate == "entry_rule"


def test_the_statements_do_not_grow_with_the_people() -> None:
    counts = []
    for entry in ({}, {"all": [EXPORTED, FREE]}):
        publish(entry=entry)
        for number in (1, 30):
            signals = [a_signal(one, account_of(one)) for one in (somebody() for _ in range(number))]
            with CaptureQueriesContext(connection) as captured:
                enroll.from_signals(signals, clock.now())
            counts.append(len([one for one in captured if "INSERT" not in one["sql"]]))
    bare, bare_many, ruled, ruled_many = counts
    assert bare_many <= bare
    assert ruled_many <= ruled <= bare + 5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"entry": {"all": [FREE, {**FREE, "op": "x"}]}}, r"^entry\.all\[1\]\.op must be one of"),
        ({"exit_when": {"not": {}}}, r"^exit_when\.not\.fact must be one of"),
        ({"entry": []}, "^entry must be an object"),
    ],
)
def test_a_file_with_a_rule_that_is_none_says_where(fields: Any, said: str) -> None:
    with pytest.raises(playbook_files.Invalid, match=said):
        publish(**fields)


def test_a_file_is_known_again_with_its_rules() -> None:
    steps = [BANNER, {"wait_until": {"hours": 12}}]
    document: dict[str, Any] = {"goal_event": "Plan Upgraded", "steps": steps, "entry": FREE}
    version = publish(steps, entry=FREE)
    assert playbook_files.same(version, document)
    assert not playbook_files.same(version, document | {"exit_when": PAID})
    assert not playbook_files.same(version, {**document, "entry": {}})


def test_a_revised_version_keeps_its_steps_and_who_is_inside_keeps_theirs() -> None:
    old = publish(entry=FREE, minimum_confidence=0.2)
    run = enrolled(somebody())
    playbook = Playbook.objects.get(slug="power-user-upsell")
    new = playbook_files.revise(playbook, {"minimum_confidence": 0.5, "exit_when": PAID})
    new.refresh_from_db()
    assert playbook_files.tree(new) == playbook_files.tree(old)
    assert (new.entry, new.exit_when, float(new.minimum_confidence)) == (FREE, PAID, 0.5)
    run.refresh_from_db()
    assert run.version == old
