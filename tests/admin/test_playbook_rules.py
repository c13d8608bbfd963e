"""Rules of offers and playbooks in the admin: refused with their place, shown as sentences, published as a version."""

import json
from typing import Any

import pytest
from django.test import Client

from campaigns_app.models import Lane, Playbook, PlaybookVersion
from offers_app.models import Offer
from tests.admin.test_editing import _save as save
from tests.admin.world import a_world
from tests.campaigns.rules import FREE, PAID

pytestmark = pytest.mark.django_db
WRONG = json.dumps({"all": [FREE, {**FREE, "op": "isnt"}]})


def page_of(playbook: Playbook) -> str:
    return f"/admin/campaigns_app/playbook/{playbook.pk}/change/"


def shown(client: Client, page: str) -> str:
    return str(client.get(page).content.decode())


def errors(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_offer_says_for_whom_it_is(admin_client: Client) -> None:
    offer = a_world().offer
    page = f"/admin/offers_app/offer/{offer.pk}/change/"
    assert "all[1].op must be one of" in errors(save(admin_client, page, eligibility=WRONG))
    assert save(admin_client, page, eligibility=json.dumps(FREE)).status_code == 302
    assert Offer.objects.get(pk=offer.pk).eligibility == FREE
    assert "Account plan is free" in shown(admin_client, page)
    assert "Account plan is free" in shown(admin_client, "/admin/offers_app/offer/")


def test_what_a_playbook_asks_is_changed_by_a_new_version_with_its_steps(admin_client: Client) -> None:
    old = a_world().version
    page = page_of(old.playbook)
    asked = {"minimum_confidence": "0.4", "entry": json.dumps(FREE), "exit_when": json.dumps(PAID)}
    assert save(admin_client, page, **asked).status_code == 302
    playbook = Playbook.objects.get(pk=old.playbook_id)
    new = playbook.live_version
    assert new
    assert (new.number, new.entry, new.exit_when, float(new.minimum_confidence)) == (2, FREE, PAID, 0.4)
    assert [step.kind for step in new.steps.order_by("pk")] == [s.kind for s in old.steps.order_by("pk")]
    assert playbook.edited
    html = shown(admin_client, page)
    assert "Signals of at least 40 % confidence may start it" in html
    assert "Only for whom this holds: Account plan is free" in html
    assert "Ends at once when this holds: Not: account plan is free" in html


def test_saving_something_else_publishes_nothing(admin_client: Client) -> None:
    version = a_world().version
    assert save(admin_client, page_of(version.playbook), name="Other").status_code == 302
    assert PlaybookVersion.objects.count() == 1


def test_a_wrong_rule_is_refused_with_its_place(admin_client: Client) -> None:
    version = a_world().version
    said = errors(save(admin_client, page_of(version.playbook), entry=WRONG))
    assert "all[1].op must be one of" in said
    assert PlaybookVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("condition", "rule", "fits"), [("rule", FREE, True), ("rule", {}, False), ("clicked", FREE, False)]
)
def test_a_lane_of_a_draft_asks_by_a_rule_or_by_a_condition(
    admin_client: Client, condition: str, rule: Any, fits: bool
) -> None:
    version = a_world().version
    PlaybookVersion.objects.update(published_at=None)
    step = version.steps.filter(kind="wait_until").first()
    data = {"step": step.pk if step else 0, "position": 9, "condition": condition, "rule": json.dumps(rule)}
    answer = admin_client.post("/admin/campaigns_app/lane/add/", data)
    assert answer.status_code == (302 if fits else 200)
    assert Lane.objects.filter(position=9).exists() is fits
