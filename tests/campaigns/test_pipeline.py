"""The whole way in: who is believed about what, and what follows people who turn out to be one."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import pipeline
from campaigns_app.models import Enrollment
from offers_app.experiments import assign
from offers_app.models import HoldoutAssignment
from people_app.models import Account, Membership, Person
from signals_app import ingest, usage
from signals_app.models import Envelope, Event, Meter, MeterTotal, Ticket
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import begun, receive, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]


def browse(user: str, signed: bool, *calls: dict[str, Any]) -> None:
    batch = [{"messageId": uuid.uuid4().hex, "userId": user, **call} for call in calls]
    headers = {ingest.SIGNED_PERSON: user} if signed else {}
    source = a_source("web")
    ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), headers)
    while pipeline.process(20):
        pass
    assert set(Envelope.objects.values_list("state", flat=True)) == {"done"}


def track(event: str, group: str | None = None, **properties: Any) -> dict[str, Any]:
    context = {"groupId": group} if group else {}
    return {"type": "track", "event": event, "properties": properties, "context": context}


def exports(account: Account) -> int:
    return int(sum(total.used for total in MeterTotal.objects.filter(account=account, resource="exports")))


@pytest.mark.parametrize("signed", [False, True])
def test_a_browser_opens_no_ticket_and_buys_nothing(time: Time, signed: bool) -> None:
    run = begun(somebody())
    time.move(hours=1)
    user = str(run.person.user_id)
    bought = track("Plan Upgraded", plan="pro")
    browse(
        user, signed, track("Ticket Created", ticket_id="7", type="problem"), bought, track("Order Completed")
    )
    assert Event.objects.filter(person=run.person).count() == 3, "they are events all the same"
    assert not Ticket.objects.exists()
    run.refresh_from_db()
    assert run.state == Enrollment.State.ACTIVE
    receive(a_source("http"), {"userId": user, **bought})
    run.refresh_from_db()
    assert run.state != Enrollment.State.ACTIVE


def test_one_chunk_holds_what_differs_in_trust() -> None:
    a_person("ana", account=an_account("acme"), first_name="Ana")
    source = a_source("web")
    for name, headers in [("public", {}), ("signed", {ingest.SIGNED_PERSON: "ana"}), ("public again", {})]:
        call = {"type": "identify", "messageId": name, "userId": "ana", "traits": {"first_name": name}}
        ingest.accept(source.pk, "batch", json.dumps({"batch": [call]}).encode(), headers)
    pipeline.process(20)
    assert Person.objects.get().first_name == "signed"
    assert Event.objects.count() == 3


@pytest.mark.parametrize("signed", [False, True])
def test_a_browsers_use_counts_where_the_person_is_a_member(signed: bool) -> None:
    acme, other = an_account("acme"), an_account("other")
    a_person("ana", account=acme)
    browse("ana", signed, track("Report Exported", "other"), track("Report Exported", "acme"))
    assert (exports(acme), exports(other)) == (2, 0)
    assert Membership.objects.get().account == acme


@pytest.mark.parametrize("keys", [5, True, [{}], [["x"]]])
def test_one_bad_trait_does_not_hold_up_its_batch(keys: object) -> None:
    group = {"type": "group", "groupId": "acme", "traits": {"billing_price_keys": keys}}
    receive(a_source("http"), {"userId": "ana", **group}, {"userId": "ben", **track("Report Exported")})
    assert Envelope.objects.get().state == "done"
    assert Event.objects.count() == 2


@pytest.mark.parametrize("rows", ["1e-99999999", "1e99999999", "NaN", "1_0", True, None, [1], -1e-300])
def test_an_amount_beyond_reason_does_not_hold_up_its_batch(rows: object) -> None:
    Meter.objects.create(
        resource="rows", label="rows", verb="sent", event="Sent", aggregate="sum", property="rows"
    )
    acme = an_account("acme")
    receive(a_source("http"), *({"userId": "ana", **track("Sent", "acme", rows=row)} for row in (rows, 2)))
    assert Envelope.objects.get().state == "done"
    assert MeterTotal.objects.get(account=acme).used == 2


def personal(user_id: str, used_: int, held_out: bool) -> Account:
    now = clock.now()
    person = Person.objects.create(user_id=user_id, first_seen_at=now, last_seen_at=now)
    person.identities.create(kind="user", value=user_id)
    account = Account.objects.create(personal_of=person, created_at=now)
    HoldoutAssignment.objects.create(account=account, held_out=held_out, percent=5, assigned_at=now)
    used(account, used_)
    return account


@pytest.mark.parametrize("held_out", [(True, False), (False, True), (False, False)])
def test_personal_accounts_of_one_person_become_one(held_out: tuple[bool, bool]) -> None:
    kept, gone = personal("ana", 5, held_out[0]), personal("old", 7, held_out[1])
    receive(a_source("http"), {"type": "alias", "userId": "ana", "previousId": "old"})
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert (exports(kept), exports(gone)) == (12, 0)
    assert assign.holdout([kept.pk], clock.now())[kept.pk].held_out is any(held_out)
    receive(a_source("http"), {"userId": "old", **track("Report Exported")})
    assert exports(kept) == 13


def test_a_personal_account_goes_into_the_one_that_the_person_acts_in() -> None:
    acme = an_account("acme")
    a_person("ana", account=acme)
    personal("old", 7, True)
    receive(a_source("http"), {"type": "alias", "userId": "ana", "previousId": "old"})
    assert exports(acme) == 7
    assert assign.holdout([acme.pk], clock.now())[acme.pk].held_out


def test_an_unknown_zone_counts_in_utc() -> None:
    late = clock.now().replace(day=31, hour=23)
    assert usage.month(late, "Berlin") == usage.month(late, "") == late.date().replace(day=1)
    assert usage.month(late, "Europe/Berlin") == (late + timedelta(days=1)).date()
