"""Insightify, the simulated company of the sandbox: its customers, what they did, and the person behind the demo page.

Everything enters by the front door, as envelopes: what the demo shows is what a real sender would see.
"""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from campaigns_app import demo_inbox
from consent_app import ledger
from offers_app.experiments import assign
from people_app import account_names, identify
from people_app.models import Account, Person
from signals_app import ingest, sources
from signals_app.incoming import Incoming
from signals_app.models import Source
from upsell_project.lib import clock

FIRST = "demo-ana"
LIMIT = 20
USED = 17
NAMES = ("Mara", "Jonas", "Lea", "Noah", "Emil", "Ida", "Finn", "Nora", "Ben", "Ella", "Theo", "Lina")
INDUSTRIES = ("ecommerce", "fintech", "accounting")
ZONES = (
    ("DE", "Europe/Berlin", "de-DE"),
    ("FR", "Europe/Paris", "fr-FR"),
    ("US", "America/New_York", "en-US"),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the demo page is shown to."""

    person: Person
    account: Account
    token: str
    write_key: str


def seed(customers: int) -> None:
    """Sources, the demo person and `customers` simulated ones. Idempotent: a second run changes nothing."""
    source_of("http")
    source_of("web")
    if not Person.objects.filter(user_id=FIRST).exists():
        welcome(FIRST, "Ana")
    draw = random.Random(20240630)  # noqa: S311 the same simulated customers everywhere
    for number in range(1, customers + 1):
        if not Account.objects.filter(group_id=f"sim-{number}").exists():
            _simulate(number, draw)


def source_of(kind: str) -> Source:
    """The demo's own source of this kind."""
    known = Source.objects.filter(kind=kind, name=f"Demo {kind}").first()
    return known or sources.create(
        kind, name=f"Demo {kind}", origins=[settings.PUBLIC_URL] if kind == "web" else []
    )


def welcome(user_id: str, first_name: str) -> Person:
    """A new customer outside the control group who has used 17 of 20 exports this month and permitted mail."""
    now = clock.now()
    account = _contactable_account(user_id, now)
    events = _arrival(user_id, account, first_name, "en-GB", "Europe/Berlin", "DE")
    events += [_exported(user_id, account, now - timedelta(seconds=3 * n)) for n in range(USED, 0, -1)]
    person = Person.objects.get(pk=_known(user_id, account, now))
    ledger.grant(
        person,
        channels=["email", "chat"],
        how="demo",
        wording_version="demo-1",
        proof={"simulated": True},
    )
    send(events)
    return person


def visitor(user_id: str) -> Visitor | None:
    """The person behind the demo page with a fresh one-hour token; None when the demo was never seeded."""
    person = Person.objects.filter(user_id=user_id).first() or Person.objects.filter(user_id=FIRST).first()
    membership = person.memberships.select_related("account").first() if person else None
    source = Source.objects.filter(kind="web", name="Demo web").first()
    if person is None or membership is None or source is None:
        return None
    claims = {"sub": person.user_id, "exp": int(clock.real().timestamp()) + 3600}
    token = jwt.encode(claims, source.signing_secret, "HS256")
    return Visitor(person, membership.account, token, source.write_key)


def send(events: list[dict[str, Any]]) -> None:
    """Batches of a hundred through the inbox, with real timestamps as an SDK would send them."""
    source = source_of("http")
    for start in range(0, len(events), 100):
        body = json.dumps({"batch": events[start : start + 100]}).encode()
        ingest.accept(source.pk, "batch", body, {})


def _contactable_account(user_id: str, now: datetime) -> str:
    """The demo must show an offer, so its account is one that the draw left outside the control group."""
    for attempt in range(200):
        group_id = f"{user_id}-co" if attempt == 0 else f"{user_id}-co-{attempt}"
        account = account_names.add_groups([group_id], now)[account_names.GROUP, group_id].account_id or 0
        if not assign.holdout([account], now)[account].held_out:
            return group_id
    raise RuntimeError("HOLDOUT_PERCENT leaves nobody for the demo page")


def _known(user_id: str, account: str, now: datetime) -> int:
    item = Incoming(kind="identify", message_id="", occurred_at=now, user_id=user_id, group_id=account)
    return identify.resolve([item], "demo", now).who[0].person_id or 0


def _arrival(
    user_id: str, account: str, name: str, locale: str, zone: str, country: str
) -> list[dict[str, Any]]:
    context = {"groupId": account, "timezone": zone, "locale": locale}
    traits = {
        "email": user_id + demo_inbox.SIMULATED,
        "first_name": name,
        "timezone": zone,
        "country": country,
    }
    company = {
        "name": f"{name}'s company (simulated)",
        "plan": "free",
        "limits": {"exports": LIMIT, "seats": 10},
        "seats_used": 4,
        "industry": "ecommerce",
        "currency": "EUR",
        "country": country,
        "timezone": zone,
    }
    return [
        _call(
            "identify",
            user_id,
            clock.now(),
            context=context,
            traits={**traits, "locale": locale, "role": "analyst"},
        ),
        _call("group", user_id, clock.now(), context=context, groupId=account, traits=company),
    ]


def _exported(user_id: str, account: str, at: datetime) -> dict[str, Any]:
    return _call(
        "track",
        user_id,
        at,
        event="Report Exported",
        properties={"simulated": True},
        context={"groupId": account},
    )


def _call(kind: str, user_id: str, at: datetime, **fields: Any) -> dict[str, Any]:
    """Sender's time is real time: the door moves it with the sandbox clock like everybody else's."""
    return {
        "type": kind,
        "userId": user_id,
        "messageId": uuid.uuid4().hex,
        "timestamp": (at - clock.offset()).isoformat(),
        **fields,
    }


def _simulate(number: int, draw: random.Random) -> None:
    """One customer with a month of use: some near their limit, some far from it, some fond of premium features."""
    country, zone, locale = draw.choice(ZONES)
    user_id, account, name = f"sim-u{number}", f"sim-{number}", NAMES[number % len(NAMES)]
    now = clock.now()
    events = _arrival(user_id, account, name, locale, zone, country)
    for _ in range(draw.choice((2, 5, 9, 14, 17, 19))):
        events.append(_exported(user_id, account, now - timedelta(hours=draw.uniform(0, 300))))
    for _ in range(draw.choice((0, 1, 2, 6))):
        at = now - timedelta(hours=draw.uniform(0, 300))
        properties = {"feature": draw.choice(("Cohorts", "Forecasts")), "tier": "premium", "simulated": True}
        events.append(
            _call(
                "track",
                user_id,
                at,
                event="Feature Used",
                properties=properties,
                context={"groupId": account},
            )
        )
    person = Person.objects.get(pk=_known(user_id, account, now))
    if draw.random() < 0.7:
        ledger.grant(
            person, channels=["email"], how="demo", wording_version="demo-1", proof={"simulated": True}
        )
    send(sorted(events, key=lambda event: str(event["timestamp"])))
