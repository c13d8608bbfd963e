"""A rule names what a meter counts: it must be there, and the meter stays; staff read it as a sentence."""

from typing import Any

import pytest
from django.test import Client

from signals_app import references, sound
from signals_app.models import Meter, SignalDefinition
from tests.build import a_person, a_source, an_account
from tests.engine import receive
from tests.signals.metered_world import EVENT, RULE, a_meter
from tests.signals.segments_world import a_segment, inside
from upsell_project.lib.rules import ready

pytestmark = pytest.mark.django_db


def test_a_segment_follows_it_for_the_whole_account() -> None:
    a_meter(resource="exports").save()
    a_segment("busy", {**RULE, "value": 2})
    account = an_account("acme")
    for name in ("ana", "ben"):
        a_person(name, account)
    source = a_source("http")
    for _ in range(2):
        assert inside("busy") == set()
        call = {"type": "track", "event": EVENT, "userId": "ana", "context": {"groupId": "acme"}}
        receive(source, call)
    assert inside("busy") == {"ana", "ben"}


def test_a_segment_and_a_playbook_read_it_as_a_sentence() -> None:
    assert ready.of(RULE).sentence == "Exports used in 7 days >= 50"
    month = {**RULE, "resource": "api_calls", "window": {"this": "billing_period"}, "op": "less_than"}
    assert ready.of(month).sentence == "Api calls used this billing period < 50"


def wrong(rule: dict[str, Any]) -> dict[str, list[str]]:
    made = {"slug": "tried", "name": "Tried", "detector": "rule", "config": {"rule": rule}, "live": True}
    return sound.problems(SignalDefinition(**made))


def test_a_resource_that_no_meter_counts_is_refused_with_what_may_be_meant() -> None:
    assert wrong(RULE)["config"] == ["config.rule.resource: There is no meter “exports”."]
    a_meter(resource="exports").save()
    assert wrong(RULE) == {}
    assert wrong({"not": {**RULE, "resource": "exprots"}})["config"] == [
        "config.rule.not.resource: There is no meter “exprots”. Did you mean “exports”?"
    ]
    assert "is missing" in wrong({key: RULE[key] for key in RULE if key != "window"})["config"][0]


def test_a_meter_that_is_asked_for_is_neither_deleted_nor_renamed(admin_client: Client) -> None:
    meter = a_meter(resource="exports", label="reports")
    meter.save()
    a_segment("busy", RULE)
    said = "exports cannot be {}: the segment busy refers to it."
    assert references.refusals("meter", ["exports"], "deleted") == [said.format("deleted")]
    url = f"/admin/signals_app/meter/{meter.pk}"
    assert said.format("deleted") in admin_client.post(f"{url}/delete/", {"post": "yes"}).content.decode()
    fields = {
        "resource": "reports",
        "label": "reports",
        "verb": "wrote",
        "event": EVENT,
        "aggregate": "count",
    }
    answer = admin_client.post(f"{url}/change/", {**fields, "window": "calendar", "where": "{}"})
    assert said.format("renamed") in answer.content.decode()
    assert Meter.objects.get().resource == "exports"


def test_a_meter_that_nothing_asks_for_is_deleted(admin_client: Client) -> None:
    meter = a_meter(resource="exports")
    meter.save()
    limit = {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8}
    a_segment("near", limit)
    admin_client.post(f"/admin/signals_app/meter/{meter.pk}/delete/", {"post": "yes"})
    assert not Meter.objects.exists()


def test_the_editor_suggests_what_is_counted(admin_client: Client) -> None:
    a_meter(resource="exports").save()
    an_account(caps={"seats": 5})
    assert admin_client.get("/admin/signals_app/signaldefinition/choices/").json()["meters"] == ["exports"]
