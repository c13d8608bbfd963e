"""A playbook whose steps would press people goes live by no way in; what is live already is shown with its faults."""

import json
from typing import Any

import pytest
from django.test import Client

from campaigns_app import playbook_files
from campaigns_app.models import ContactPolicy, Playbook, PlaybookVersion
from offers_app.models import Placement, Treatment
from signals_app.models import Segment, SignalDefinition
from tests.api.caller import Caller
from tests.build import the_starter_pack
from tests.campaigns.rules import BANNER, MAIL, publish
from tests.conftest import Time

pytestmark = pytest.mark.django_db
WAIT = {"wait_until": {"hours": 25}}
DECLINED = {"fact": "answer", "answer": "declined", "window": {"days": 30}, "op": "at_least", "value": 1}
TO_THE_DECLINED: list[dict[str, Any]] = [
    {"branch": {"lanes": [{"when": {"rule": DECLINED}, "steps": [BANNER, WAIT]}, {"when": "otherwise"}]}},
    MAIL,
    WAIT,
]
LED = r"steps\[0\]\.branch\.lanes\[0\]\.steps\[0\]\.message: It is sent to whoever said no.*message-after-no"


@pytest.fixture(autouse=True)
def pack(time: Time) -> None:
    the_starter_pack()


def playbook() -> Playbook:
    return Playbook.objects.get(slug="power-user-upsell")


def stored_as_before(steps: list[dict[str, Any]]) -> Playbook:
    """As a release without these rules had published it."""
    PlaybookVersion.objects.all().delete()
    version = PlaybookVersion.objects.create(playbook=playbook(), number=1, goal_event="Plan Upgraded")
    playbook_files._write(version, steps, lane=None)
    Playbook.objects.update(live_version=version, live=False)
    return playbook()


def test_the_shipped_playbook_has_no_fault_at_all() -> None:
    version = playbook().live_version
    assert version
    assert playbook_files.findings(version) == []
    assert playbook_files.refusals(version) == []


def test_a_version_that_writes_to_whoever_declined_is_not_published() -> None:
    with pytest.raises(playbook_files.Invalid, match=LED):
        publish(TO_THE_DECLINED)
    assert PlaybookVersion.objects.count() == 1


def test_one_that_breaks_the_caps_in_force_is_not_published() -> None:
    steps = [BANNER, {"wait_until": {"hours": 12}}, MAIL, WAIT]
    publish(steps)
    caps = [{"channel": "*", "limit": 1, "hours": 24}]
    policy = ContactPolicy.objects.get()
    policy.pk, policy.version, policy.caps = None, 2, caps
    policy.save()
    said = r"steps\[2\]\.message: 12 hours after the beginning it is too much: 1 contacts on all channels"
    with pytest.raises(playbook_files.Invalid, match=said):
        publish(steps)


def test_one_without_a_text_in_a_language_of_last_resort_is_not_published(settings: Any) -> None:
    settings.DEFAULT_LOCALE = "fr"
    steps = [BANNER, WAIT, MAIL, WAIT]
    Treatment.objects.filter(template__slug="smart-nudge", channel="email").exclude(locale="de").delete()
    with pytest.raises(
        playbook_files.Invalid, match=r"steps\[2\]\.message: .*smart-nudge has no text for email"
    ):
        publish(steps)
    settings.DEFAULT_LOCALE = "de"
    publish(steps)


def test_a_template_that_there_is_not_is_a_text_that_there_is_not() -> None:
    lost = {"message": {**BANNER["message"], "templates": {"usage-limit-near": "smart-nugde"}}}
    with pytest.raises(playbook_files.Invalid, match="The template smart-nugde has no text for in_app"):
        publish([lost, WAIT])


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"channel": "pigeon", "templates": {"a": "b"}}, "`channel` is one of"),
        ({"channel": "email"}, "`templates` names a template"),
        ({"channel": "email", "templates": []}, "`templates` names a template"),
        ({"channel": "email", "templates": {"a": 3}}, "`templates` has a template's slug"),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused_with_its_place(config: dict[str, Any], said: str) -> None:
    with pytest.raises(playbook_files.Invalid, match=rf"steps\[0\]: {said}"):
        publish([{"message": config}, WAIT])


@pytest.mark.parametrize("hours", [0, -1, "12", True, None, 10_000])
def test_a_wait_without_a_longest_time_is_refused(hours: Any) -> None:
    with pytest.raises(playbook_files.Invalid, match="a wait needs its longest time in hours"):
        publish([BANNER, {"wait_until": {"hours": hours}}])


def test_who_declined_is_let_in_by_no_way(admin_client: Client) -> None:
    with pytest.raises(playbook_files.Invalid, match="It lets in whoever said no"):
        playbook_files.revise(playbook(), {"entry": DECLINED})
    answer = Caller("editor").patch("/api/playbooks/power-user-upsell/", {"entry": DECLINED})
    assert answer.status_code == 400
    (error,) = json.loads(answer.content)["errors"]
    assert (error["pointer"], error["code"]) == ("#/entry", "lint")
    assert "It lets in whoever said no" in error["message"]
    kept_out = {"entry": {"not": DECLINED}}
    assert Caller("editor").patch("/api/playbooks/power-user-upsell/", kept_out).status_code == 200


def test_an_older_version_with_such_a_step_is_not_switched_on(admin_client: Client) -> None:
    stored_as_before(TO_THE_DECLINED)
    answer = Caller("editor").patch("/api/playbooks/power-user-upsell/", {"live": True})
    assert answer.status_code == 400
    in_the_lane, behind_it = json.loads(answer.content)["errors"]
    assert {error["pointer"] for error in (in_the_lane, behind_it)} == {"#/live"}
    assert {error["code"] for error in (in_the_lane, behind_it)} == {"lint"}
    assert "message-after-no" in in_the_lane["message"]
    assert behind_it["message"].startswith("steps[1].message: ")
    assert not playbook().live


def test_the_page_of_a_playbook_shows_what_is_wrong_with_its_steps(admin_client: Client) -> None:
    row = stored_as_before(TO_THE_DECLINED)
    page = admin_client.get(f"/admin/campaigns_app/playbook/{row.pk}/change/").content.decode()
    assert "It is sent to whoever said no" in page
    assert "Digital Services Act" in page
    assert "steps[0].branch.lanes[0].steps[0].message" in page


def test_a_place_that_staff_made_raises_by_its_form_after_a_dismissal() -> None:
    Placement.objects.create(slug="top", name="Top", format="modal")
    then = {"message": {**BANNER["message"], "placement": "top", "after_dismissal": True}}
    with pytest.raises(playbook_files.Invalid, match=r"steps\[2\]\.message: .*dismissal-raises"):
        publish([BANNER, WAIT, then, WAIT, MAIL, WAIT])
    Placement.objects.filter(slug="top").update(format="sidebar")
    publish([BANNER, WAIT, then, WAIT, MAIL, WAIT])


@pytest.fixture
def naysayers() -> dict[str, Any]:
    """A segment of a segment of those who declined, and a rule that asks for it."""
    Segment.objects.create(slug="declined", name="Declined", rule=DECLINED)
    inner = {"fact": "segment", "slug": "declined", "op": "is", "value": True}
    Segment.objects.create(slug="naysayers", name="Naysayers", rule=inner)
    return {"fact": "segment", "slug": "naysayers", "op": "is", "value": True}


def test_who_declined_is_let_in_by_no_segment_of_segments(naysayers: dict[str, Any]) -> None:
    answer = Caller("editor").patch("/api/playbooks/power-user-upsell/", {"entry": naysayers})
    assert b"It lets in whoever said no" in answer.content
    kept_out = {"entry": {"not": naysayers}}
    assert Caller("editor").patch("/api/playbooks/power-user-upsell/", kept_out).status_code == 200


def test_a_lane_of_a_segment_of_whoever_declined_is_not_published(naysayers: dict[str, Any]) -> None:
    lanes = [{"when": {"rule": naysayers}, "steps": [BANNER, WAIT]}, {"when": "otherwise"}]
    with pytest.raises(playbook_files.Invalid, match=LED):
        publish([{"branch": {"lanes": lanes}}, MAIL, WAIT])


@pytest.mark.parametrize("event", ["Unsubscribed", "Spam Reported"])
def test_a_signal_of_a_no_begins_no_playbook(event: str, admin_client: Client) -> None:
    config = {"events": [event], "count": 1, "days": 7}
    SignalDefinition.objects.create(slug="left", name="Left", detector="frequency", config=config, live=True)
    answer = Caller("editor").patch("/api/playbooks/power-user-upsell/", {"signals": ["left"]})
    (error,) = json.loads(answer.content)["errors"]
    assert (answer.status_code, error["pointer"]) == (400, "#/signals")
    assert "The signal left is found of whoever said no" in error["message"]
    playbook().signals.set(SignalDefinition.objects.filter(slug="left"))
    with pytest.raises(playbook_files.Invalid, match="whoever said no, by the rule at the signal left"):
        publish([BANNER, WAIT, MAIL, WAIT])
