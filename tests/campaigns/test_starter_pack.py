"""The starter pack: complete, idempotent, respectful of what staff changed, and rendered without a hole."""

import json
import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from campaigns_app import playbook_files, starter_pack
from campaigns_app.models import ContactPolicy, Playbook, PlaybookVersion
from offers_app import personalize, wording
from offers_app.models import Offer, Placement, Template, Treatment
from people_app.models import Account, Person
from signals_app.models import Meter, SignalDefinition

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
EXPORTS = {
    "resource": "exports",
    "resource_label": "reports",
    "verb": "exported",
    "used": 17,
    "cap": 20,
    "period": "2026-03-01",
}
SEATS = EXPORTS | {"resource": "seats", "resource_label": "seats", "verb": "filled", "used": 10, "cap": 10}
OTHER = EXPORTS | {
    "resource": "credits",
    "resource_label": "credits",
    "verb": "used",
    "used": 950,
    "cap": 1000,
}
PREMIUM = {"event": "Feature Used", "feature": "cohorts", "count": 5, "days": 14}
EVIDENCE: dict[str, list[dict[str, Any]]] = {
    "smart-nudge": [EXPORTS, EXPORTS | {"used": 20}, SEATS, OTHER],
    "advanced-unlock": [PREMIUM, PREMIUM | {"feature": ""}],
}


@pytest.fixture
def pack() -> starter_pack.Summary:
    return starter_pack.load()


def rendered(treatment: Treatment, evidence: dict[str, Any], **person: Any) -> dict[str, Any]:
    offer = Offer.objects.get(slug="pro-plan")
    name = person.pop("account_name", "Acme" if person else "")
    who = Person(user_id="u1", locale=treatment.locale, **person)
    account = Account(group_id="acme", name=name)
    context = personalize.context(who, account, offer, evidence, NOW, treatment.locale)
    return wording.proposition_content(
        treatment, offer, context, channel=treatment.channel, proposition_id="p-1"
    )


PAYLOADS = ("https://evil.com/login - your account is locked", "Vic! Verify login at evil.com/x now")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_shipped_text_carries_an_address_that_a_browser_sent(
    pack: starter_pack.Summary, payload: str
) -> None:
    evil = {"feature": payload, "event": payload, "resource_label": payload, "verb": payload}
    treatments, sent = Treatment.objects.select_related("template"), 0
    for treatment in treatments:
        for evidence in EVIDENCE[treatment.template.slug]:
            for changes in ({"feature": payload, "event": payload}, evil):
                try:
                    shown = rendered(treatment, evidence | changes, first_name=payload, account_name=payload)
                except wording.Missing:
                    continue  # a word without a default: nothing is sent at all
                sent += 1
                assert not re.search("evil|locked|verify", json.dumps(shown), re.IGNORECASE)
    assert sent >= len(treatments), "a default takes its place"


def all_renderings() -> list[dict[str, Any]]:
    return [
        rendered(treatment, evidence, **person)
        for slug, evidences in EVIDENCE.items()
        for treatment in Treatment.objects.filter(template__slug=slug)
        for evidence in evidences
        for person in ({}, {"first_name": "Ana"})
    ]


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
    assert Treatment.objects.filter(template__slug="smart-nudge", headline="Ours").count() == 6
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


def test_every_text_renders_for_every_evidence_with_and_without_a_name(pack: starter_pack.Summary) -> None:
    for content in all_renderings():
        text = json.dumps(content, ensure_ascii=False)
        assert not re.search(r"{{|{%|None|\s,|\s\.|\b(Hi|Hello|Hallo),? ?[,.!]|undefined", text), text


def test_every_text_opens_with_the_evidence_and_ends_with_a_choice(pack: starter_pack.Summary) -> None:
    choices = ("chat", "Gern jetzt", "fragen Sie uns", "sprechen Sie erst mit uns")
    for content in all_renderings():
        body = content.get("body_html") or content.get("html") or content["body"]
        assert content["why"] in wording.to_text(body), body
        assert any(choice in body for choice in choices), body


def test_the_evidence_reads_as_promised(pack: starter_pack.Summary) -> None:
    nudge = Treatment.objects.filter(template__slug="smart-nudge", channel="in_app")
    unlock = Treatment.objects.get(template__slug="advanced-unlock", channel="in_app")
    english, german = nudge.get(locale="en"), nudge.get(locale="de")
    assert rendered(english, EXPORTS)["why"] == "You've exported 17 of 20 reports this month"
    assert rendered(english, SEATS)["why"] == "You've filled 10 of 10 seats"
    assert rendered(german, EXPORTS)["why"] == "Sie haben diesen Monat 17 von 20 Berichten exportiert"
    assert rendered(unlock, PREMIUM)["why"] == (
        "You've used premium features 5 times in the last 14 days, most recently cohorts"
    )


def test_no_claim_without_a_source_and_no_false_urgency(pack: starter_pack.Summary) -> None:
    banned = (
        r"most teams|teams like yours|namiable|Absolutely|last chance|only today|hurry|expires|don't lose"
    )
    for content in all_renderings():
        assert not re.search(banned, json.dumps(content), re.IGNORECASE)


def test_the_mail_states_price_and_incentive_from_the_data(pack: starter_pack.Summary) -> None:
    mail = Treatment.objects.get(template__slug="smart-nudge", channel="email", locale="en")
    content = rendered(mail, EXPORTS, first_name="Ana")
    assert content["subject"] == "Almost out of reports: keep your workflow going"
    assert content["text"].startswith("Hi Ana,\n\nYou've exported 17 of 20 reports this month. That leaves 3")
    assert "plus 20% off" in content["text"]
    assert content["terms_line"].startswith("€49 per month")


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
