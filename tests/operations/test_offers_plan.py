"""The widget's statement begins with the person who asks, and reads nothing of anybody else."""

import re
import uuid
from typing import Any

import pytest

from campaigns_app import serve
from offers_app.models import Decision, Offer, Placement, Proposition
from people_app.models import Person
from tests.build import a_person
from tests.conftest import Time
from upsell_project.lib import bulk, clock

pytestmark = pytest.mark.django_db
MANY = 300


@pytest.fixture
def people(time: Time) -> list[Person]:
    """Many with a live offer each."""
    now, offer = clock.now(), Offer.objects.create(slug="pro", name="Pro", live=True)
    Placement.objects.create(slug="banner", name="Banner", format="banner")
    found = [a_person(f"u_{number}") for number in range(MANY)]
    decision = Decision.objects.create(at=now, person=found[0], outcome="delivered")
    Proposition.objects.bulk_create(
        Proposition(
            pk=uuid.uuid4(),
            decision=decision,
            person=person,
            account=person.memberships.get().account,
            enrollment_id=0,
            offer=offer,
            topic="upgrades",
            channel="in_app",
            placement="banner",
            ready_at=now,
            expires_at="2100-01-01T00:00:00Z",
        )
        for person in found
    )
    return found


def test_it_reads_nobody_elses_offers(people: list[Person]) -> None:
    bulk.run("ANALYZE offers_app_proposition, people_app_person")
    bulk.run("SET LOCAL enable_seqscan = off")  # as if nobody's table were small
    wanted: dict[str, Any] = {"user": "u_7", "account": None, "placement": None, "now": clock.now()}
    assert len(bulk.prepared(serve._READY, wanted)) == 1
    plan = "\n".join(
        line for (line,) in bulk.prepared(f"EXPLAIN (ANALYZE, TIMING OFF) {serve._READY}", wanted)
    )
    assert re.search(r"on offers_app_proposition pr .*rows=1\b", plan), plan
    assert "hashed" not in plan, "all open tickets"
    for removed in re.findall(r"Rows Removed by \w+ ?\w*: (\d+)", plan):
        assert int(removed) < MANY / 10, plan
