"""A small world of accounts and people of whom everything is known that rules ask for."""

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from people_app import homes
from people_app.models import Account, Entitlement, Membership, Person
from signals_app import compiled, knowing
from signals_app.compiled import Compiled, Part
from signals_app.models import (
    Answer,
    DetectorState,
    Event,
    Meter,
    MeterTotal,
    Score,
    Segment,
    SegmentMember,
    Signal,
    SignalDefinition,
)
from signals_app.subjects import Subject
from tests.build import a_source
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.judging import Verdict

NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
LAST = NOW - timedelta(days=9)
"""Nothing happens after it."""
ZONES = (
    "",
    "",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Mars/X",
)
NAMES = ("Report Exported", "Feature Used", "Module Opened", "Ticket Created")
TEXTS = ("", "free", "Pro", "straße")


def make(seed: int) -> None:
    """Fifteen accounts (some merged), thirty people, thousands of events."""
    draw = random.Random(seed)
    source = a_source("http").pk
    accounts = [_account(draw, place) for place in range(15)]
    people = [_person(draw, place) for place in range(30)]
    for loser, winner in (
        (accounts[-1], accounts[-2]),
        (accounts[-2], accounts[0]),
        (accounts[-3], accounts[1]),
    ):
        Account.objects.filter(pk=loser.pk).update(merged_into=winner)
    _at_home(draw, accounts, people)
    _limits(draw, accounts)
    _said_and_done(draw, source, accounts, people)
    _known_otherwise(draw, accounts, people)


def _account(draw: random.Random, place: int) -> Account:
    return Account.objects.create(
        group_id=f"a{place}" if draw.random() < 0.7 else None,
        stripe_customer_id="" if draw.random() < 0.7 else f"cus_{place}",
        plan=draw.choice(TEXTS),
        industry=draw.choice(("", "retail", "accounting", "mining")),
        country=draw.choice(("", "DE", "US", "GB")),
        fiscal_year_end=draw.choice(("", "03-31", "12-31")),
        prepaid=draw.choice((None, True, False)),
        cancelling=draw.random() < 0.3,
        mrr=draw.choice((None, 0, 5, Decimal("1.25"))),
        seats_used=draw.choice((None, 0, 3, 9)),
        trial_ends_at=_moment(draw),
        renews_at=_moment(draw),
        period_started_at=draw.choice((None, NOW - timedelta(days=draw.randrange(60)))),
        billing_period=draw.choice(("", "month", "year")),
        timezone=draw.choice(ZONES),
        addons=draw.choice(([], ["free"], ["Pro", "straße"])),
        traits=_traits(draw),
        created_at=LAST - timedelta(days=draw.randrange(90)),
    )


def _person(draw: random.Random, place: int) -> Person:
    return Person.objects.create(
        user_id=f"u{place}",
        role=draw.choice(TEXTS),
        locale=draw.choice(("", "de", "en-US")),
        timezone=draw.choice(ZONES),
        traits=_traits(draw),
        first_seen_at=LAST - timedelta(days=draw.randrange(90)),
        last_seen_at=draw.choice((None, LAST - timedelta(hours=draw.randrange(900)))),
    )


def _moment(draw: random.Random) -> datetime | None:
    """Near to hours and days that matter."""
    hours = draw.choice((0, draw.randrange(-1200, 1200), 24 * draw.randrange(-50, 50)))
    return draw.choice((None, NOW + timedelta(hours=hours), NOW + timedelta(hours=hours)))


def _traits(draw: random.Random) -> dict[str, Any]:
    moment = NOW + timedelta(hours=draw.randrange(-1200, 1200))
    values: tuple[Any, ...] = (
        *TEXTS, None, True, False, 0, 1, 5, 2.5, -3, ["free"], ["Pro", 7], [], {"n": 3}, {},
        moment.date().isoformat(), moment.isoformat(), moment.replace(tzinfo=None).isoformat(" "), "2026-13-44",
    )  # fmt: skip
    return {name: draw.choice(values) for name in ("free", "n", "owner", "owner.n") if draw.random() < 0.7}


def _at_home(draw: random.Random, accounts: list[Account], people: list[Person]) -> None:
    for place, person in enumerate(people):
        if place % 6 == 0:
            own = Account.objects.create(
                personal_of=person, plan="free", timezone=draw.choice(ZONES), created_at=LAST
            )
            if place % 12 == 0:
                Account.objects.filter(pk=own.pk).update(merged_into=accounts[0])
        elif place % 6 != 1:
            for account in draw.sample(accounts[:-3], draw.choice((1, 1, 1, 2))):
                Membership.objects.create(person=person, account=account, joined_at=LAST)


def _limits(draw: random.Random, accounts: list[Account]) -> None:
    windows: list[dict[str, Any]] = [
        {"window": "calendar"},
        {"window": "billing"},
        {"window": "rolling", "days": 20},
    ]
    for resource in ("exports", "free"):
        how = draw.choice(windows)
        Meter.objects.create(resource=resource, label=resource, verb="used", event=draw.choice(NAMES), **how)
    _counted(draw)
    for account in accounts:
        for resource in ("exports", "free", "seats"):
            if draw.random() < 0.7:
                cap = draw.choice((None, 0, 3, 8, 200))
                Entitlement.objects.create(
                    account=account, resource=resource, cap=cap, changed_at=LAST, source="test"
                )
            for period in {
                date(2026, 4, 1),
                date(2026, 3, 1),
                LAST.date(),
                date(2026, 3, draw.randrange(1, 28)),
            }:
                if draw.random() < 0.4:
                    used = draw.choice((0, 2, 5, 190))
                    MeterTotal.objects.create(
                        account=account, resource=resource, period=period, used=used, last_event_at=LAST
                    )


def _counted(draw: random.Random) -> None:
    """Also of amounts below 0."""
    how = draw.choice(("sum", "last", "distinct"))
    Meter.objects.create(
        resource="n",
        label="n",
        verb="used",
        event=NAMES[0],
        aggregate=how,
        property="n",
        where={"tier": "Pro"},
    )


def _said_and_done(draw: random.Random, source: int, accounts: list[Account], people: list[Person]) -> None:
    """Some evenly every day, some suddenly much or nothing, most now and then."""
    Event.objects.bulk_create(
        Event(
            source_id=source,
            message_id=uuid.UUID(int=draw.getrandbits(128)).hex,
            kind=draw.choice(("track", "track", "page", "identify")),
            name=name,
            person_id=person,
            account_id=account,
            properties=_properties(draw),
            occurred_at=at,
            received_at=at,
        )
        for person, account, name, at in _happened(draw, accounts, people)
    )


def _happened(
    draw: random.Random, accounts: list[Account], people: list[Person]
) -> Iterator[tuple[int, int | None, str, datetime]]:
    for place, person in enumerate(people):
        account = draw.choice((None, draw.choice(accounts).pk))
        daily = (0, 0, 0, 0, 3, 6)[place % 6]
        quiet, loud = draw.randrange(14), draw.randrange(14)
        for _ in range(draw.randrange(6)):
            ago = timedelta(minutes=draw.choice((draw.randrange(80 * 1440), draw.randrange(12) * 7 * 1440)))
            yield person.pk, account, draw.choice(NAMES), LAST - ago
        for back in range(draw.choice((12, 25, 40, 66))) if daily else ():
            times = 0 if back < quiet and place % 4 else daily * (4 if back < loud % 9 else 1)
            for _ in range(times):
                at = LAST - timedelta(days=back, minutes=draw.randrange(1440))
                yield person.pk, account, NAMES[0], at


def _properties(draw: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tier": draw.choice(("premium", "Pro", True, 1)),
        "n": draw.choice((0, 1, 2.5, "2", -4)),
    }
    return found | {"text": "We need more seats and a higher limit, please upgrade us"}


def _known_otherwise(draw: random.Random, accounts: list[Account], people: list[Person]) -> None:
    segment = Segment.objects.create(slug="free", name="Free")
    other = {about: a_definition("rest-" + about, {}, about=about) for about in ("person", "account")}
    for place, person in enumerate(people):
        at = LAST - timedelta(hours=draw.randrange(1500))
        account = draw.choice((None, draw.choice(accounts).pk))
        if place % 3 == 0:
            SegmentMember.objects.create(segment=segment, person=person, since=at)
        if place % 3 == 1:
            Answer.objects.create(person=person, account_id=account, offer="pro", answer="free", at=at)
        if place % 3 == 2:
            definition = other[draw.choice(("person", "account"))]
            Signal.objects.create(
                definition=definition, definition_version=1, person=person, account_id=account,
                confidence=draw.choice((Decimal("0.5"), 1)), detected_at=at, expires_at=at, dedupe_key=f"s{place}",
            )  # fmt: skip
    for scored in accounts:
        if draw.random() < 0.5:
            Score.objects.create(account=scored, name="free", value=draw.choice((0, "0.5", 1)), at=LAST)


def a_definition(slug: str, config: dict[str, Any], **fields: Any) -> SignalDefinition:
    return SignalDefinition.objects.create(
        **{"slug": slug, "name": slug, "detector": "rule", "config": config, "live": True, **fields}
    )


def a_state(definition: SignalDefinition, subject: Subject, **fields: Any) -> DetectorState:
    person = subject.person if definition.about == "person" else None
    account = None if definition.about == "person" else subject.account
    defaults = {"part": "", "period": date(1970, 1, 1), "holds_since": NOW, "fired_at": NOW}
    return DetectorState.objects.create(
        definition=definition, person_id=person, account_id=account, **defaults | fields
    )


def subjects(of: Of) -> list[Subject]:
    """All that a sweep may be about."""
    if of is Of.ACCOUNT:
        rows = Account.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True)
        return [Subject(None, account) for account in rows]
    people = list(Person.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True))
    home = homes.of(people, NOW, create=False)
    return [Subject(person, home[person]) for person in people]


def key(subject: Subject) -> int:
    return subject.person or subject.account or 0


def verdicts(part: Part, whose: Sequence[Subject], now: datetime) -> list[Verdict]:
    """By what is known of each of them."""
    known = knowing.load([knowing.Asked(one, part.facts) for one in whose], now)
    return [part.holds(one.values, one.at) for one in known]


def a_part(definition: SignalDefinition) -> tuple[Compiled, Part]:
    one = compiled.of(definition)
    return one, one.part()
