"""`/api/explain/` tells stored decisions exactly as the contract writes them."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.caller import Caller, a_decision
from tests.build import a_person
from tests.conftest import Time
from upsell_project.lib.gates import Code, failed, passed

pytestmark = pytest.mark.django_db


def told(caller: Caller, **query: str) -> list[dict[str, Any]]:
    parameters = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    answer = caller.get(f"/api/explain/?{parameters}")
    assert answer.status_code == 200, answer.content
    body = json.loads(answer.content)
    assert body["person"] == query["person"]
    return list(body["evaluations"])


def test_it_tells_every_gate_in_order(viewer: Caller, time: Time) -> None:
    gates = [
        passed(Code.OPTED_OUT),
        failed(Code.CAP, "Two mails in seven days", input=2, threshold=2, next_eligible_at=time.now),
    ]
    a_decision(
        a_person("u_1"),
        outcome="excluded",
        gates=[gate.as_json() for gate in gates],
        gate="cap",
        reason="Two mails in seven days",
        input={"sent": 2},
        threshold={"limit": 2},
        next_eligible_at=time.now,
        policy_version=3,
    )
    assert told(viewer, person="u_1") == [
        {
            "at": "2026-03-10T10:00:00Z",
            "playbook": "power-user-upsell",
            "offer": "pro-plan",
            "channel": "in_app",
            "outcome": "excluded",
            "gates": [
                {"gate": "opted_out", "passed": True, "input": None, "threshold": None},
                {
                    "gate": "cap",
                    "passed": False,
                    "input": 2,
                    "threshold": 2,
                    "reason": "Two mails in seven days",
                    "next_eligible_at": "2026-03-10T10:00:00+00:00",
                },
            ],
            "gate": "cap",
            "reason": "Two mails in seven days",
            "input": {"sent": 2},
            "threshold": {"limit": 2},
            "next_eligible_at": "2026-03-10T10:00:00Z",
            "policy_version": 3,
            "must_happen": "Earlier contacts must lie far enough back (that was 2026-03-10 10:00 UTC).",
            "candidates": [],
            "derived": False,
            "not_known": [],
        }
    ]


def test_the_newest_comes_first(viewer: Caller, time: Time) -> None:
    person = a_person("u_1")
    for offer in ("one", "two", "three"):
        a_decision(person, offer=offer)
        time.move(hours=1)
    assert [row["offer"] for row in told(viewer, person="u_1")] == ["three", "two", "one"]
    assert [row["offer"] for row in told(viewer, person="u_1", limit="1")] == ["three"]


def test_at_looks_back(viewer: Caller, time: Time) -> None:
    person, noon = a_person("u_1"), "2026-03-10T10:00:00+00:00"
    a_decision(person, offer="one")
    time.move(hours=1)
    a_decision(person, offer="two")
    for moment in (noon, noon.replace("+", " "), "2026-03-10T11:59:59+01:00", "2026-03-10T10:59:59"):
        assert [row["offer"] for row in told(viewer, person="u_1", at=moment)] == ["one"]


def test_offer_and_playbook_narrow_it(viewer: Caller) -> None:
    person, other = a_person("u_1"), a_person("u_2")
    a_decision(person, offer="one", playbook="a")
    a_decision(person, offer="two", playbook="b")
    a_decision(other, offer="one", playbook="a")
    assert [row["offer"] for row in told(viewer, person="u_1", playbook="b")] == ["two"]
    assert [row["playbook"] for row in told(viewer, person="u_1", offer="one")] == ["a"]
    (nothing,) = told(viewer, person="u_1", offer="two", playbook="a")
    assert (nothing["gate"], nothing["reason"]) == ("playbook_off", "There is no playbook a.")


def test_an_unknown_person_is_404_and_a_missing_one_400(viewer: Caller) -> None:
    assert viewer.get("/api/explain/?person=nobody").status_code == 404
    assert viewer.get("/api/explain/").status_code == 400
    assert viewer.get("/api/explain/?person=").status_code == 400
