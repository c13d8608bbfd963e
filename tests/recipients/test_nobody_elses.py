"""Of what a colleague did no more is told than how much it was, on the page that says why."""

from typing import Any

import pytest
from django.test import Client

from campaigns_app import starter_pack, sweeps
from consent_app import links
from signals_app.models import AskAgain, Signal, SignalDefinition, Source
from tests.build import a_source
from tests.campaigns.test_noticed_at_once import a_definition, group
from tests.conftest import Time
from tests.engine import receive
from tests.recipients.offers import a_proposition

pytestmark = pytest.mark.django_db
SECRET = "Severance calculator: Bob Miller"
Rule = dict[str, Any]


@pytest.fixture
def source(time: Time) -> Source:
    starter_pack.load()
    SignalDefinition.objects.update(live=False)
    return a_source("http")


def of_account(name: str, **more: Any) -> Rule:
    asked = {"fact": "events", "names": [name], "of": "account", "window": {"days": 14}}
    return asked | {"op": "at_least", "value": 1} | more


def did(user: str, name: str, **properties: Any) -> dict[str, Any]:
    context = {"groupId": "acme"}
    return {"type": "track", "event": name, "userId": user, "context": context, "properties": properties}


def told(source: Source, rule: Rule, about: str, *calls: Any, **definition: Any) -> dict[str, Signal]:
    """What is found of it, by whom it is told: for Ana, after what Bob did."""
    a_definition("rule", {"rule": rule}, about=about)
    SignalDefinition.objects.filter(slug="moment").update(**definition)
    receive(source, group("ana", role="boss"), group("bob"))
    sweeps.run()
    receive(source, *calls)
    while AskAgain.objects.exists():
        sweeps.run()
    return {signal.person.user_id or "": signal for signal in Signal.objects.all() if signal.person}


def page(signal: Signal, client: Client) -> str:
    assert signal.person
    link = links.make_why(a_proposition(signal.person, evidence=signal.evidence).pk)
    answer = client.get(f"/why/{link}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_a_colleague_used_is_told_to_them_alone(source: Source, client: Client) -> None:
    found = told(source, of_account("Docs Viewed"), "person", did("bob", "Docs Viewed", feature=SECRET))
    assert SECRET not in str(found["ana"].evidence)
    assert SECRET not in page(found["ana"], client)
    assert found["bob"].evidence["feature"] == SECRET


def test_also_where_it_goes_to_a_role(source: Source, client: Client) -> None:
    rule = of_account("Very Special", measure="distinct", path="feature")
    call = did("bob", "Very Special", feature=SECRET, seats=5)
    found = told(source, rule, "account", call, route_to=["boss"])
    assert found["ana"].evidence["seats"] == 5, "how much is asked for is what it is about"
    assert SECRET not in str(found["ana"].evidence)
    assert SECRET not in page(found["ana"], client)


@pytest.mark.parametrize("measure", ["last", "sum"])
def test_no_value_of_a_single_colleague(source: Source, client: Client, measure: str) -> None:
    rule = of_account("Report Exported", measure=measure, path="salary")
    found = told(source, rule, "account", did("bob", "Report Exported", salary=81_234), route_to=["boss"])
    assert "81,234" not in page(found["ana"], client)


def test_evidence_of_before_names_no_colleagues_feature(source: Source, client: Client) -> None:
    rule = of_account("Very Special")
    found = told(source, rule, "account", did("bob", "Very Special"), route_to=["boss"])["ana"]
    found.evidence["feature"] = SECRET
    assert SECRET not in page(found, client)
    found.evidence["facts"][0]["asked"]["of"] = "person"
    assert SECRET in page(found, client), "what they did themselves is theirs to see"


@pytest.mark.parametrize("value", [1e30, -1e40, 10**14])
def test_no_number_is_too_large_to_be_read(source: Source, client: Client, value: float) -> None:
    once = of_account("Report Exported", of="person")
    mine = {"all": [once, once | {"measure": "sum", "path": "rows", "value": -(10**50)}]}
    call = did("ana", "Report Exported", rows=value, feature=value)
    found = told(source, mine, "person", call)["ana"]
    page(found, client)
    assert ("feature" in found.evidence) == (value == 10**14)
