"""Rules of offers and playbooks over the API: refused with their place, shown as sentences, published as a version."""

import json
from typing import Any

import pytest

from campaigns_app.models import Playbook, PlaybookVersion
from offers_app.models import Offer
from tests.api.caller import Caller, a_playbook, an_offer
from tests.campaigns.rules import FREE, PAID

pytestmark = pytest.mark.django_db
WRONG = {"all": [FREE, {**FREE, "op": "isnt"}]}
PLAYBOOK = "/api/playbooks/power-user-upsell/"


@pytest.fixture
def editor() -> Caller:
    return Caller("editor")


def patched(editor: Caller, path: str, body: Any, status: int = 200) -> dict[str, Any]:
    answer = editor.patch(path, body)
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def test_an_offer_says_for_whom_it_is(editor: Caller) -> None:
    an_offer()
    assert patched(editor, "/api/offers/pro-plan/", {"eligibility": FREE})["eligibility"] == FREE
    problem = json.dumps(patched(editor, "/api/offers/pro-plan/", {"eligibility": WRONG}, 400))
    assert "all[1].op must be one of" in problem
    assert "#/eligibility" in problem
    assert patched(editor, "/api/offers/pro-plan/", {"eligibility": {}})["eligibility"] == {}
    assert Offer.objects.get().eligibility == {}


def test_what_a_playbook_asks_is_changed_by_a_new_version(editor: Caller) -> None:
    a_playbook()
    said = patched(editor, PLAYBOOK, {"minimum_confidence": 0.25, "entry": FREE, "exit_when": PAID})
    assert (said["minimum_confidence"], said["entry"], said["exit_when"]) == (0.25, FREE, PAID)
    assert said["edited"]
    assert said["live_version"]["number"] == 2
    assert said["live_version"]["rules"] == [
        "Signals of at least 25 % confidence may start it",
        "Only for whom this holds: Account plan is free",
        "Ends at once when this holds: Not: account plan is free",
    ]
    live = Playbook.objects.get().live_version
    assert live
    assert (live.number, float(live.minimum_confidence), live.entry, live.exit_when) == (2, 0.25, FREE, PAID)


def test_the_same_again_publishes_nothing(editor: Caller) -> None:
    a_playbook()
    patched(editor, PLAYBOOK, {"entry": FREE})
    patched(editor, PLAYBOOK, {"entry": FREE, "minimum_confidence": 0, "name": "Other"})
    assert PlaybookVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"entry": WRONG}, "all[1].op must be one of"),
        ({"exit_when": []}, "The rule must be an object"),
        ({"minimum_confidence": 1.1}, "minimum_confidence"),
    ],
)
def test_what_is_wrong_is_refused(editor: Caller, body: dict[str, Any], said: str) -> None:
    a_playbook()
    assert said in json.dumps(patched(editor, PLAYBOOK, body, 400))
    assert PlaybookVersion.objects.count() == 1


def test_a_playbook_without_a_version_asks_nothing(editor: Caller) -> None:
    answer = editor.post("/api/playbooks/", {"slug": "new", "name": "New"}, Idempotency_Key="k1")
    assert answer.status_code == 201, answer.content
    problem = json.dumps(patched(editor, "/api/playbooks/new/", {"entry": FREE}, 400))
    assert "needs a published version first" in problem
