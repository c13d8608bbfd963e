"""What staff own is written here: offers, templates, definitions, meters, playbooks."""

import json
from typing import Any

import pytest

from campaigns_app.models import Lane, Playbook, Step
from offers_app.models import Offer, Template
from signals_app import sound
from signals_app.models import Meter, SignalDefinition
from tests.api.caller import Caller, a_playbook, an_offer
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db

RULE = {
    "slug": "near",
    "name": "Near",
    "detector": "threshold",
    "config": {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7},
}


def body(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def test_a_changed_offer_is_marked_as_edited(editor: Caller) -> None:
    an_offer("pro")
    assert body(editor.patch("/api/offers/pro/", {"live": False}))["live"] is False
    offer = Offer.objects.get()
    assert (offer.live, offer.edited) == (False, True)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.test", "ftp://a.test", "data:text/html,x"])
def test_a_link_leads_to_the_web(editor: Caller, url: str) -> None:
    assert editor.post("/api/offers/", {"slug": "pro", "name": "Pro", "url": url}).status_code == 400


def test_a_templates_treatments_are_replaced_together(editor: Caller) -> None:
    one = {"channel": "in_app", "headline": "Hi", "body": "<p>{{ person.first_name }}</p>"}
    made = body(editor.post("/api/templates/", {"slug": "nudge", "name": "Nudge", "treatments": [one]}), 201)
    assert made["treatments"] == [
        one | {"locale": "en", "why": "", "cta_label": "", "secondary_label": "", "media": {}, "form": {}}
    ]
    two = one | {"channel": "email"}
    changed = body(editor.patch("/api/templates/nudge/", {"treatments": [two, two | {"locale": "de"}]}))
    assert [(row["channel"], row["locale"]) for row in changed["treatments"]] == [
        ("email", "en"),
        ("email", "de"),
    ]
    assert body(editor.patch("/api/templates/nudge/", {"name": "New"}))["treatments"] == changed["treatments"]
    assert Template.objects.get().edited


def test_a_refused_template_changes_nothing(editor: Caller) -> None:
    one = {"channel": "in_app", "headline": "Hi", "body": "Hi"}
    said = {"slug": "nudge", "name": "Nudge", "treatments": [one, one]}
    assert editor.post("/api/templates/", said).status_code == 400
    assert not Template.objects.exists()


def test_a_changed_rule_is_a_new_version(editor: Caller) -> None:
    assert body(editor.post("/api/signal-definitions/", RULE), 201)["version"] == 1
    path = "/api/signal-definitions/near/"
    assert body(editor.patch(path, {"name": "Nearly", "config": RULE["config"]}))["version"] == 1
    changed = body(editor.patch(path, {"config": {"resources": ["*"], "fire_at": 0.9, "rearm_below": 0.7}}))
    assert changed["version"] == 2
    assert SignalDefinition.objects.get().edited


def test_a_condition_is_read_and_makes_a_new_version_that_is_looked_for_anew(editor: Caller) -> None:
    path, plan = "/api/signal-definitions/near/", {"fact": "trait", "of": "account", "name": "plan"}
    body(editor.post("/api/signal-definitions/", RULE | {"about": "account"}), 201)
    refused = editor.patch(path, {"condition": {"all": [{**plan, "op": "was", "value": "free"}]}})
    said = body(refused, 400)
    assert "all[0].op" in json.dumps(said)
    SignalDefinition.objects.update(swept_at=clock.now())
    changed = body(editor.patch(path, {"condition": {**plan, "op": "is", "value": "free"}}))
    assert (changed["version"], changed["swept_at"]) == (2, None)
    role = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "admin"}
    assert "whole account" in json.dumps(body(editor.patch(path, {"condition": role}), 400))
    assert body(editor.patch(path, {"name": "Nearly"}))["version"] == 2


def test_what_would_be_ignored_is_refused_at_its_place(editor: Caller) -> None:
    path, done = "/api/signal-definitions/near/", {"fact": "events", "names": ["E"], "window": {"days": 7}}
    body(editor.post("/api/signal-definitions/", RULE), 201)
    said = body(editor.patch(path, {"about": "person", "route_to": ["admin"]}), 400)
    assert "route_to" in json.dumps(said) and sound.OF_ACCOUNTS in json.dumps(said)
    rule = done | {"path": "rows", "op": "at_least", "value": 1}
    asked = {"detector": "rule", "config": {"rule": rule}}
    assert "config.rule.path: The measure count ignores it" in json.dumps(
        body(editor.patch(path, asked), 400)
    )
    assert body(editor.patch(path, {"about": "account", "route_to": ["admin"]}))["route_to"] == ["admin"]


@pytest.mark.parametrize(
    "config", [{}, {"fire_at": 2}, [], {"resources": ["*"], "fire_at": 1, "rearm_below": 2}]
)
def test_a_rule_that_cannot_be_evaluated_is_refused(editor: Caller, config: Any) -> None:
    assert editor.post("/api/signal-definitions/", RULE | {"config": config}).status_code == 400
    body(editor.post("/api/signal-definitions/", RULE), 201)
    assert editor.patch("/api/signal-definitions/near/", {"detector": "frequency"}).status_code == 400


def test_a_meter(editor: Caller) -> None:
    said = {"resource": "rows", "label": "rows", "verb": "imported", "event": "Rows Imported"}
    body(editor.post("/api/meters/", said), 201)
    assert editor.patch("/api/meters/rows/", {"aggregate": "sum"}).status_code == 400
    body(editor.patch("/api/meters/rows/", {"aggregate": "sum", "property": "count"}))
    assert Meter.objects.get().aggregate == "sum"


def test_a_playbook_is_switched_off_and_on(editor: Caller) -> None:
    a_playbook()
    body(editor.post("/api/signal-definitions/", RULE), 201)
    path = "/api/playbooks/power-user-upsell/"
    changed = body(editor.patch(path, {"live": False, "signals": ["near"], "name": "Power"}))
    assert (changed["live"], changed["signals"], changed["name"]) == (False, ["near"], "Power")
    assert body(editor.patch(path, {"live": True}))["live"] is True
    assert editor.patch(path, {"signals": ["no-such-signal"]}).status_code == 400
    assert Playbook.objects.get().edited


def test_a_playbook_shows_the_steps_in_force(viewer: Caller) -> None:
    version = a_playbook().live_version
    assert version is not None
    step = Step.objects.create(version=version, position=1, kind="branch")
    lane = Lane.objects.create(step=step, position=1, condition="otherwise")
    inner = Step.objects.create(version=version, lane=lane, position=1, kind="exit")
    shown = body(viewer.get("/api/playbooks/power-user-upsell/"))["live_version"]
    assert [(row["id"], row["lane"]) for row in shown["steps"]] == [(step.pk, None), (inner.pk, lane.pk)]
    assert [row["condition"] for row in shown["steps"][0]["lanes"]] == ["otherwise"]
