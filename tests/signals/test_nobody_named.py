"""A moment of an account that is completed by what nobody did, but a provider said: live, swept and replayed alike."""

from datetime import timedelta

import pytest

from campaigns_app import sweeps
from people_app.models import Account, PlanPrice
from signals_app import compiled, detect, rehearse
from signals_app.models import Signal, SignalDefinition
from signals_app.subjects import Subject
from tests.build import a_source
from tests.engine import receive
from tests.signals.test_billing import stripe, told
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
RULE = {
    "all": [
        {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "team"},
        {
            "fact": "events",
            "names": ["Walked"],
            "of": "account",
            "window": {"days": 14},
            "op": "at_least",
            "value": 2,
        },
    ]
}


@pytest.mark.parametrize("route_to", [[], ["admin"]])
def test_whoever_was_active_last_is_told(route_to: list[str]) -> None:
    PlanPrice.objects.create(price_key="price_team", plan="team")
    definition = SignalDefinition.objects.create(
        slug="moment",
        name="Moment",
        detector="rule",
        config={"rule": RULE},
        about="account",
        live=True,
        route_to=route_to,
    )
    walked = {"type": "track", "event": "Walked", "userId": "ana", "context": {"groupId": "acme"}}
    receive(a_source("http"), {"type": "group", "userId": "ana", "groupId": "acme"}, walked, walked)
    sweeps.run()
    told(a_source("stripe"), stripe(1, "sub_1", 0))
    live = Signal.objects.get()
    account, now = Account.objects.get(group_id="acme"), clock.now()
    subject, ago = Subject(None, account.pk), timedelta(days=10)
    replayed = rehearse.of(compiled.of(definition), [subject], now - ago, now, now)
    assert [[hit.person for hit in hits] for hits in replayed.hits] == [[live.person_id]]
    live.delete()
    definition.detectorstate_set.all().delete()
    assert [one.person_id for one in detect.swept([(definition, subject)], now)] == [live.person_id]
