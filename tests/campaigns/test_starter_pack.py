"""The starter pack: complete, idempotent, respectful of what staff changed, and rendered without a hole."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from campaigns_app import playbook_files, starter_pack
from campaigns_app.models import ContactPolicy, Playbook, PlaybookVersion
from offers_app.models import Offer, Placement, Template, Treatment
from signals_app.models import Meter, SignalDefinition

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack() -> starter_pack.Summary:
    return starter_pack.load()


def test_it_loads_everything_published_and_live(pack: starter_pack.Summary) -> None:
    assert set(Placement.objects.values_list("slug", flat=True)) == {"app-modal", "app-banner", "app-sidebar"}
    assert Offer.objects.filter(live=True).count() == 12
    signals = SignalDefinition.objects.filter(live=True)
    assert signals.count() == 28
    assert Meter.objects.get(resource="exports").event == "Report Exported"
    playbook = Playbook.objects.get(slug="power-user-upsell")
    assert playbook.live
    assert playbook.live_version is not None
    assert playbook.live_version.published_at is not None
    assert playbook.signals.count() == 2
    assert ContactPolicy.objects.get().version == 1
    assert not pack.updated
    assert not pack.kept


def test_a_second_load_changes_nothing(pack: starter_pack.Summary) -> None:
    again = starter_pack.load()
    assert not again.created
    assert not again.updated
    assert len(again.unchanged) == len(pack.created)
    assert PlaybookVersion.objects.count() == 1


def test_a_text_of_staff_that_is_refused_does_not_stop_an_update(
    pack: starter_pack.Summary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = Playbook.objects.get().live_version_id
    Template.objects.filter(slug="smart-nudge").update(edited=True)
    Treatment.objects.filter(template__slug="smart-nudge").update(body="<p>Only 3 seats left!</p>")
    monkeypatch.setattr(playbook_files, "same", lambda *_: False)
    again = starter_pack.load()
    assert "playbook power-user-upsell" in again.kept
    assert Playbook.objects.get().live_version_id == before
    assert "false-scarcity" in caplog.text


def test_what_staff_edited_stays(pack: starter_pack.Summary) -> None:
    Offer.objects.update(name="Ours", edited=True)
    Template.objects.filter(slug="smart-nudge").update(edited=True)
    Treatment.objects.update(headline="Ours")
    SignalDefinition.objects.update(config={"ours": True}, edited=True)
    Playbook.objects.update(name="Ours", live_version=None, edited=True)
    again = starter_pack.load()
    assert set(Offer.objects.values_list("name", flat=True)) == {"Ours"}
    assert set(SignalDefinition.objects.values_list("version", flat=True)) == {1}
    assert PlaybookVersion.objects.count() == 1
    assert "playbook power-user-upsell" in again.kept
    assert Treatment.objects.filter(template__slug="smart-nudge", headline="Ours").count() == 20
    assert not Treatment.objects.filter(template__slug="advanced-unlock", headline="Ours").exists()


def test_what_drifted_without_staff_is_brought_back(pack: starter_pack.Summary) -> None:
    SignalDefinition.objects.filter(slug="usage-limit-near").update(config={"fire_at": 0.5})
    assert starter_pack.load().updated == ["signaldefinition usage-limit-near"]
    definition = SignalDefinition.objects.get(slug="usage-limit-near")
    assert definition.config == {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}
    assert definition.version == 2


def test_changed_steps_make_a_new_version_and_leave_the_old_one(pack: starter_pack.Summary) -> None:
    first = PlaybookVersion.objects.get()
    before = playbook_files.tree(first)
    step = first.steps.get(kind="wait_until", lane=None, position=2)
    step.config = {"hours": 1}
    step.save()
    starter_pack.load()
    playbook = Playbook.objects.get()
    assert playbook.live_version is not None
    assert playbook.live_version.number == 2
    assert playbook_files.tree(playbook.live_version) == before
    assert playbook_files.tree(first) != before


def test_the_playbook_is_the_blueprints(pack: starter_pack.Summary) -> None:
    version = Playbook.objects.get().live_version
    assert version is not None
    steps = playbook_files.tree(version)
    assert [next(iter(step)) for step in steps] == [
        "message",
        "wait_until",
        "message",
        "wait_until",
        "branch",
        "action",
        "exit",
    ]
    assert steps[0]["message"]["placement"] == "app-banner"
    assert steps[1]["wait_until"]["hours"] == 12
    assert steps[2]["message"]["channel"] == "email"
    chat = steps[4]["branch"]["lanes"][0]
    assert chat["when"] == "opened_no_click_high_value"
    assert chat["steps"][0]["message"]["channel"] == "chat"
    assert steps[5]["action"] == {"pause_days": 21, "do_not_disturb": True}
    assert version.goal_event == "Plan Upgraded"


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ([{"dance": {}}], r"steps\[0\]"),
        ([{"wait_until": {}}], "longest time"),
        ([{"branch": {"lanes": [{"when": "clicked"}]}}], "otherwise"),
        (
            [{"branch": {"lanes": [{"when": "otherwise", "steps": [{"exit": {}, "message": {}}]}]}}],
            r"lanes\[0\]",
        ),
        ([{"message": {"channel": "email"}}], "after the last message comes a wait"),
        ([{"branch": {"lanes": [{"when": "rich"}, {"when": "otherwise"}]}}], "`when` is one of clicked"),
    ],
)
def test_a_faulty_playbook_file_is_refused_with_the_place(steps: Any, place: str) -> None:
    playbook = Playbook.objects.create(slug="x", name="X")
    with pytest.raises(playbook_files.Invalid, match=place):
        playbook_files.publish(playbook, {"goal_event": "Plan Upgraded", "steps": steps})
    assert not playbook.versions.exists()


def test_the_command_says_what_it_did() -> None:
    out = StringIO()
    call_command("load_starter_pack", stdout=out)
    call_command("load_starter_pack", stdout=out)
    assert "created playbook power-user-upsell" in out.getvalue()
    assert out.getvalue().rstrip().endswith(f"{out.getvalue().count('created ')} unchanged")
