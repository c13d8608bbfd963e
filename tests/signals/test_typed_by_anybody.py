"""Ids that anybody can write into the address of a form or a checkout find somebody, and make and join nobody."""

import json
from typing import Any

import pytest

from campaigns_app import pipeline
from consent_app import permission
from people_app.models import Account, Identity, Person
from signals_app import ingest
from signals_app.connectors import CONNECTORS
from signals_app.models import Event, Source
from tests.build import a_person, a_source, an_account
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
AT = 1_767_225_600


def hook(source: Source, body: dict[str, Any]) -> None:
    ingest.accept(source.pk, "hook", json.dumps(body).encode(), {})
    while pipeline.process(20):
        pass


def form(token: str, **hidden: str) -> dict[str, Any]:
    answer = {"type": "number", "number": 1, "field": {"id": "a", "type": "nps", "ref": "r"}}
    said = {"form_id": "f", "token": token, "answers": [answer], "hidden": hidden}
    return {"event_id": token, "form_response": {**said, "submitted_at": "2026-01-01T00:00:00Z"}}


def survey(id: str, kind: str = "survey_response.created", person: str = "9", **own: str) -> dict[str, Any]:
    who = {"id": person, "email": "a@corp.test", "properties": {}}
    data = {"id": id, "score": 2, "survey_type": "nps", "person": who, "person_properties": own}
    return {"event_type": kind, "event_id": id, "event_data": {**data, "created_at": AT}}


def test_a_hidden_user_id_finds_who_has_it() -> None:
    a_person("ana", account=an_account("acme"))
    hook(a_source("typeform"), form("1", user_id="ana"))
    assert Event.objects.get(name="NPS Submitted").person == Person.objects.get(user_id="ana")


def test_a_hidden_user_id_makes_nobody() -> None:
    for source, body in (
        (a_source("typeform"), form("1", user_id="made-up")),
        (a_source("delighted"), survey("2", user_id="made-up")),
    ):
        hook(source, body)
    assert not Person.objects.filter(user_id="made-up").exists()
    assert not Identity.objects.filter(kind="user").exists()
    assert Event.objects.filter(name="NPS Submitted").count() == 2


def test_a_typed_user_id_joins_nobody_to_the_one_who_answered() -> None:
    a_person("victim", account=an_account("acme"))
    source = a_source("delighted")
    hook(source, survey("1", user_id="victim"))
    hook(source, survey("2"))
    victim = Person.objects.get(user_id="victim")
    assert not Identity.objects.filter(person=victim, kind="delighted_person_id").exists()
    assert Event.objects.filter(name="NPS Submitted", person=victim).count() == 1


def test_a_typed_account_id_makes_nobody_a_member_and_no_account() -> None:
    ana = a_person("ana", account=an_account("acme"))
    an_account("evil")
    for number, account in enumerate(("evil", "unheard-of")):
        hook(a_source("delighted"), survey(str(number), user_id="ana", account_id=account))
    assert list(ana.memberships.values_list("account__group_id", flat=True)) == ["acme"]
    assert not Account.objects.filter(group_id="unheard-of").exists()


def test_who_unsubscribes_is_the_address_and_not_whoever_was_typed() -> None:
    a_person("ana", account=an_account("acme"), email="a@corp.test")
    victim = a_person("victim", account=an_account("bolt"))
    hook(a_source("delighted"), survey("1", "unsubscribe.created", user_id="victim"))
    ana = Person.objects.get(user_id="ana")
    assert permission.of(ana.pk, clock.now()).no("email", "*")
    assert not permission.of(victim.pk, clock.now()).no("email", "*")


def checkout(**session: Any) -> list[Any]:
    said = {"id": "cs_1", "object": "checkout.session", "payment_status": "paid", "customer": "cus_1"}
    event = {"id": "evt_1", "object": "event", "created": AT, "type": "checkout.session.completed"}
    body = json.dumps({**event, "data": {"object": {**said, **session}}}).encode()
    return CONNECTORS["stripe"].parse(body, {}, clock.now()).items


def test_the_reference_of_a_payment_link_claims_no_customer() -> None:
    facts, order = checkout(client_reference_id="acme", payment_link="plink_1")
    assert (facts.group_id, facts.account_ids) == (None, {"stripe_customer_id": "cus_1"})
    assert (order.name, order.group_id, order.account_ids) == ("Order Completed", None, {"group_id": "acme"})


def test_the_reference_that_a_server_gave_its_checkout_does() -> None:
    facts, order = checkout(client_reference_id="acme")
    assert {facts.group_id, order.group_id} == {"acme"}
    assert order.account_ids == {"stripe_customer_id": "cus_1"}
