"""Any history that Stripe or Paddle may tell ends the same, shuffled, repeated and cut into any batches."""

import copy
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns_app import pipeline
from people_app.models import Account, Entitlement, PlanPrice
from signals_app import ingest
from signals_app.models import Event
from tests.build import a_source, forget_caches
from tests.connectors import payload

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
OF_STRIPE = [
    *("created-yearly-before-basil", "seats-raised", "trial-converted", "cancellation-requested", "deleted"),
    *("invoice-renewed", "invoice-failed", "checkout-completed", "customer-updated", "entitlements-updated"),
]
OF_PADDLE = [
    *("subscription-trialing", "subscription-updated", "subscription-yearly-yen", "cancellation-scheduled"),
    *("subscription-canceled", "transaction-completed", "customer-updated"),
]
FACTS = [
    *("plan", "subscription_status", "cancelling", "invoice_status", "mrr", "ltv", "currency", "prepaid"),
    *("billing_period", "renews_at", "trial_ends_at", "period_started_at", "seats_used", "addons", "traits"),
]
# Few moments, so that much happens in the same second; two subscriptions of one customer.
happened = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from(["one", "two"])), min_size=2, max_size=6
)


def stripe(name: str, number: int, at: datetime, subscription: str) -> dict[str, Any]:
    event: dict[str, Any] = copy.deepcopy(payload.read("stripe", name)["event"])
    event |= {"id": f"evt_{number}", "created": int(at.timestamp())}
    if event["data"]["object"].get("object") == "subscription":
        event["data"]["object"]["id"] = subscription
    return event


def paddle(name: str, number: int, at: datetime, subscription: str) -> dict[str, Any]:
    event: dict[str, Any] = copy.deepcopy(payload.read("paddle", name)["body"])
    event |= {"event_id": f"evt_{number}", "occurred_at": at.isoformat()}
    if event["event_type"].startswith("subscription."):
        event["data"]["id"] = subscription
    return event


def after(kind: str, batches: list[list[dict[str, Any]]]) -> Any:
    """What the accounts show when these batches were read one after another; taken back again.

    The clock is the real one: a frozen one drifts from what providers say.
    """
    forget_caches()
    with transaction.atomic():
        for key, plan in [("price_team", "team"), ("pri_team", "team"), ("pri_starter", "starter")]:
            PlanPrice.objects.create(price_key=key, plan=plan)
        source = a_source(kind)
        for batch in batches:
            for said in batch:
                ingest.accept(source.pk, "hook", json.dumps(said).encode(), {})
            while pipeline.process(20):
                pass
        found = (
            list(
                Account.objects.filter(merged_into=None)
                .order_by("names__value")
                .values_list("names__kind", "names__value", *FACTS)
            ),
            sorted(Entitlement.objects.values_list("resource", "cap", "source")),
            sorted(Event.objects.values_list("message_id", "name")),
        )
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(
    ("kind", "made", "files"), [("stripe", stripe, OF_STRIPE), ("paddle", paddle, OF_PADDLE)]
)
@given(told=happened, chance=st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_order_and_repetition_ends_the_same(
    kind: str, made: Any, files: list[str], told: list[tuple[int, int, str]], chance: Random
) -> None:
    events = [
        made(files[which % len(files)], number, START + timedelta(seconds=moment), f"sub_{subscription}")
        for number, (which, moment, subscription) in enumerate(told)
    ]
    again = [*events, *chance.choices(events, k=2)]
    chance.shuffle(again)
    cut = chance.randint(0, len(again))
    assert after(kind, [again[:cut], again[cut:]]) == after(kind, [[one] for one in events])
