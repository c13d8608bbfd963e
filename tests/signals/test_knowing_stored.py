"""What is known of subjects besides their events: traits, limits, segments, signals, answers, scores, texts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people_app.models import Account, Person
from signals_app.knowing import Asked, Known, ids_of, load
from signals_app.models import (
    Answer,
    Meter,
    MeterTotal,
    Score,
    Segment,
    SegmentMember,
    Signal,
    SignalDefinition,
)
from signals_app.subjects import Subject
from tests.build import a_person, an_account, an_event
from upsell_project.lib import bulk
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules.facts import Fact, Of, Share, Unit, Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
WEEK = Window(Unit.DAYS, 7)


def known(subject: Subject, *facts: Fact) -> Known:
    (found,) = load([Asked(subject, frozenset(facts))], NOW)
    return found


def value(subject: Subject, fact: Fact) -> Any:
    return known(subject, fact).values.get(fact)


def subject_of(person: Person | None, account: Account | None) -> Subject:
    return Subject(person.pk if person else None, account.pk if account else None)


def test_columns_and_traits_have_the_type_they_are_compared_by() -> None:
    account = an_account(
        plan="pro",
        mrr=Decimal("12.50"),
        renews_at=NOW,
        addons=["sso"],
        seats_used=4,
        traits={
            "score": 0.1,
            "signed": "2026-01-31",
            "seen": "2026-01-31T10:00:00",
            "odd": "2026-99-99",
            "deep": {"er": 5},
            "a.b": "whole",
            "tags": ["x", 1],
            "none": None,
        },
    )
    person = a_person(account=account, role="admin", traits={"team": "data"})
    expected: dict[tuple[str, Of], Any] = {
        ("plan", Of.ACCOUNT): "pro",
        ("mrr", Of.ACCOUNT): Decimal("12.5"),
        ("renews_at", Of.ACCOUNT): NOW,
        ("addons", Of.ACCOUNT): frozenset({"sso"}),
        ("seats_used", Of.ACCOUNT): 4,
        ("cancelling", Of.ACCOUNT): False,
        ("created_at", Of.ACCOUNT): NOW,
        ("score", Of.ACCOUNT): Decimal("0.1"),
        ("signed", Of.ACCOUNT): date(2026, 1, 31),
        ("seen", Of.ACCOUNT): datetime(2026, 1, 31, 10, tzinfo=UTC),
        ("odd", Of.ACCOUNT): "2026-99-99",
        ("deep.er", Of.ACCOUNT): 5,
        ("a.b", Of.ACCOUNT): "whole",
        ("tags", Of.ACCOUNT): frozenset({"x"}),
        ("role", Of.PERSON): "admin",
        ("team", Of.PERSON): "data",
    }
    missing = [
        ("industry", Of.ACCOUNT),
        ("prepaid", Of.ACCOUNT),
        ("none", Of.ACCOUNT),
        ("deep", Of.ACCOUNT),
        ("nothing", Of.ACCOUNT),
        ("user_id", Of.PERSON),
        ("locale", Of.PERSON),
        ("nul\0", Of.PERSON),
    ]
    facts = {key: f.Trait(*key) for key in [*expected, *missing]}
    found = known(subject_of(person, account), *facts.values())
    assert {key: found.values[facts[key]] for key in expected} == expected
    assert not any(facts[key] in found.values for key in missing)


def test_of_nobody_nothing_is_known() -> None:
    asked: list[Fact] = [
        f.Trait("plan", Of.ACCOUNT),
        f.Trait("role", Of.PERSON),
        f.Entitlement("exports", Share.USED),
        f.Events((), WEEK),
        f.Events((), WEEK, of=Of.ACCOUNT),
        f.Member("power"),
        f.Score("health"),
        f.Season("christmas"),
        f.Changed(f.Turn.DROP),
    ]
    found = known(Subject(None, None), *asked)
    assert (found.values, found.zone) == ({}, "UTC")
    Segment.objects.create(slug="power", name="Power")
    assert f.Member("power") in known(subject_of(a_person(), None), *asked).values


def a_meter(**fields: Any) -> Meter:
    return Meter.objects.create(
        **{
            "resource": "exports",
            "label": "reports",
            "verb": "exported",
            "event": "Report Exported",
            **fields,
        }
    )


def test_a_limit_is_known_by_what_is_used_and_what_is_allowed() -> None:
    a_meter()
    account = an_account(caps={"exports": 10, "seats": 5, "unlimited": 1}, seats_used=4)
    account.entitlements.filter(resource="unlimited").update(cap=None)
    MeterTotal.objects.create(
        account=account, resource="exports", period=date(2026, 3, 1), used=8, last_event_at=NOW
    )
    whole = subject_of(None, account)
    shares = {
        (resource, share): f.Entitlement(resource, share)
        for resource in ("exports", "seats", "unlimited", "other")
        for share in Share
    }
    found = known(whole, *shares.values())
    values = {key: found.values[fact] for key, fact in shares.items() if fact in found.values}
    assert values == {
        ("exports", Share.USED): 8,
        ("exports", Share.CAP): 10,
        ("exports", Share.REMAINING): 2,
        ("exports", Share.RATIO): Decimal("0.8"),
        ("seats", Share.USED): 4,
        ("seats", Share.CAP): 5,
        ("seats", Share.REMAINING): 1,
        ("seats", Share.RATIO): Decimal("0.8"),
        ("unlimited", Share.USED): 0,
    }
    assert found.more[shares["exports", Share.RATIO]] == {"period": "2026-03-01"}
    assert found.more[shares["seats", Share.RATIO]] == {"period": None}


@pytest.mark.parametrize(
    ("meter", "properties"),
    [
        ({}, {}),
        ({"where": {"deep.tier": 0.5}}, {"deep": {"tier": 0.5}}),
        ({"aggregate": "sum", "property": "rows"}, {"rows": "1.0"}),
    ],
)
def test_days_are_left_at_the_rate_of_the_last_weeks(
    meter: dict[str, Any], properties: dict[str, Any]
) -> None:
    """Two a day for three weeks and 19 in March so far: 10 more are five days on."""
    a_meter(**meter)
    account = an_account(caps={"exports": 29}, timezone="Europe/Berlin")
    person = a_person(account=account)
    for days in range(1, 22):
        for hours in (1, 2):
            an_event(person, "Report Exported", timedelta(days=days, hours=hours), **properties)
    an_event(person, "Report Exported", timedelta(hours=1), **properties)
    MeterTotal.objects.create(
        account=account, resource="exports", period=date(2026, 3, 1), used=19, last_event_at=NOW
    )
    left = f.Entitlement("exports", Share.DAYS_LEFT)
    found = known(subject_of(person, account), left)
    assert found.values[left] == 5
    more = found.more[left]
    assert (more["expected"], more["per_day"], more["used"]) == ("2026-03-15", 2.0, 19.0)
    account.entitlements.update(cap=100)
    assert value(subject_of(person, account), left) is None


def test_a_season_is_that_of_the_accounts_industry() -> None:
    shop = an_account(industry="Retail", country="US")
    facts = {
        "before": f.Season("back_to_school", before=200),
        "none": f.Season("back_to_school", before=20),
        "none too": f.Season("tax_season", before=200),
    }
    found = known(subject_of(None, shop), *facts.values())
    assert {name: found.values[fact] for name, fact in facts.items()} == {
        "before": "before",
        "none": "none",
        "none too": "none",
    }
    assert found.more[facts["before"]] == {"starts": "2026-07-15", "ends": "2026-09-07", "label": ""}
    assert value(subject_of(None, an_account()), facts["before"]) is None


def a_signal(about: str, person: Person | None, account: Account, confidence: str, ago: timedelta) -> Signal:
    definition, _ = SignalDefinition.objects.get_or_create(
        slug=f"of-{about}", defaults={"name": about, "detector": "rule", "about": about}
    )
    return Signal.objects.create(
        definition=definition,
        definition_version=1,
        person=person,
        account=account,
        confidence=Decimal(confidence),
        detected_at=NOW - ago,
        expires_at=NOW,
        dedupe_key=f"{about} {Signal.objects.count()}",
    )


def test_a_signal_is_found_for_a_person_or_for_all_of_an_account() -> None:
    account = an_account()
    ana, ben = a_person(account=account), a_person(account=account)
    hour = timedelta(hours=1)
    mine = a_signal("person", ana, account, "0.7", hour)
    a_signal("person", ana, account, "0.9", timedelta(days=8))
    a_signal("account", ben, account, "0.6", hour)
    of_person, of_account = f.Found("of-person", WEEK), f.Found("of-account", WEEK)
    found = known(subject_of(ana, account), of_person, of_account)
    assert found.values == {of_person: Decimal("0.7"), of_account: Decimal("0.6")}
    assert found.more[of_person] == {"signals": [mine.pk]}
    assert known(subject_of(ben, account), of_person, of_account).values == {
        of_person: 0,
        of_account: Decimal("0.6"),
    }
    assert value(subject_of(None, account), of_person) == Decimal("0.7")


def test_answers_segments_and_scores_are_those_of_the_subject() -> None:
    account = an_account()
    ana, ben = a_person(account=account), a_person(account=account)
    for offer, answer, days in (("pro", "dismissed", 1), ("sso", "dismissed", 2), ("pro", "dismissed", 9)):
        Answer.objects.create(
            person=ana, account=account, offer=offer, answer=answer, at=NOW - timedelta(days=days)
        )
    segment = Segment.objects.create(slug="power", name="Power")
    Segment.objects.create(slug="other", name="Other")
    SegmentMember.objects.create(segment=segment, person=ana, since=NOW)
    Score.objects.create(account=account, name="health", value=Decimal("0.25"), at=NOW)
    facts: dict[Fact, Any] = {
        f.Answered("dismissed", WEEK): 2,
        f.Answered("dismissed", WEEK, "pro"): 1,
        f.Answered("accepted", WEEK): 0,
        f.Member("power"): True,
        f.Member("other"): False,
        f.Score("health"): Decimal("0.25"),
    }
    gone: list[Fact] = [f.Score("other"), f.Member("gone"), f.Found("gone", WEEK), f.Said("gone", WEEK)]
    assert known(subject_of(ana, account), *facts, *gone).values == facts
    assert value(subject_of(ben, account), f.Answered("dismissed", WEEK)) == 0
    assert value(subject_of(None, account), f.Answered("dismissed", WEEK)) == 2
    assert value(subject_of(ben, account), f.Member("power")) is False
    assert value(subject_of(None, account), f.Member("power")) is None


def test_what_was_written_is_read() -> None:
    account = an_account()
    ana, ben = a_person(account=account, locale="en"), a_person(account=account)
    event = an_event(
        ana, "Ticket Created", subject="Seats", comment="We need more seats for our team, please."
    )
    an_event(ana, "Ticket Created", timedelta(days=8), text="We need more seats for our team, please.")
    an_event(ana, "Report Exported", text="We need more seats for our team, please.")
    fact, other = f.Said("more_capacity", WEEK), f.Said("leaving", WEEK)
    found = known(subject_of(ana, account), fact, other)
    sure = found.values[fact]
    assert isinstance(sure, Decimal)
    assert sure > Decimal("0.5")
    assert found.values[other] == 0
    assert found.more[fact]["event_id"] == event.pk
    assert "seats" in " ".join(found.more[fact]["words"]).lower()
    assert value(subject_of(ben, account), fact) == 0
    assert value(subject_of(None, account), fact) == sure
    assert ids_of([(subject_of(ana, account), fact), (subject_of(ben, account), fact)], NOW) == [
        [event.pk],
        [],
    ]


EVERYTHING: list[Fact] = [
    *(f.Trait(name, of) for name in ("plan", "country", "other") for of in Of),
    *(f.Entitlement("exports", share) for share in Share),
    *(f.Metered("exports", Window(unit)) for unit in Unit),
    *(f.Events(("Report Exported",), WEEK, measure, of, "n") for measure in f.Measure for of in Of),
    *(f.Events((), Window(unit), of=of) for unit in Unit for of in Of),
    f.Events(("Report Exported",), WEEK, where=(f.Where("n", f.Op.IS, 1),)),
    f.Events(("Report Exported",), WEEK, where=(f.Where("n", f.Op.CONTAINS, "x"),)),
    *(f.Sequence(("Report Exported", "Feature Used"), WEEK, of) for of in Of),
    *(f.Changed(turn, of=of) for turn in f.Turn for of in Of),
    f.Season("christmas"),
    f.Found("x", WEEK),
    f.Answered("dismissed", WEEK),
    f.Member("power"),
    f.Said("leaving", WEEK),
    f.Score("health"),
]


class Sent:
    """The statements of a block, the prepared ones included, which go past Django."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.prepared = 0
        self.captured = CaptureQueriesContext(connection)
        asked = bulk.prepared

        def prepared(*given: Any, **more: Any) -> Any:
            self.prepared += 1
            return asked(*given, **more)

        monkeypatch.setattr(bulk, "prepared", prepared)

    def by(self, subjects: list[Subject], facts: list[Fact]) -> int:
        self.prepared = 0
        with self.captured:
            found = load([Asked(one, frozenset(facts)) for one in subjects], NOW)
        assert len(found) == len(subjects)
        return self.prepared + len(self.captured.captured_queries)


def test_a_thousand_subjects_cost_five_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    a_meter()
    Account.objects.bulk_create(Account(group_id=f"g{n}", created_at=NOW) for n in range(20))
    accounts = list(Account.objects.order_by("pk"))
    Person.objects.bulk_create(Person(user_id=f"p{n}", first_seen_at=NOW) for n in range(1_000))
    people = list(Person.objects.order_by("pk"))
    bulk.run(
        "INSERT INTO people_app_membership (person_id, account_id, role, joined_at)"
        " SELECT p.id, a.id, '', now() FROM people_app_person p JOIN people_app_account a ON a.id %% 20 = p.id %% 20"
    )
    for person in people[:5]:
        an_event(person, "Report Exported", n=1)
    subjects = [Subject(one.pk, accounts[one.pk % 20].pk) for one in people]
    sent = Sent(monkeypatch)
    assert sent.by(subjects, EVERYTHING) == 5
    assert sent.by(subjects, [f.Trait("plan", Of.ACCOUNT), f.Member("power"), f.Found("x", WEEK)]) == 1
    assert sent.by(subjects, [f.Events((), WEEK)]) == 2
    assert sent.by(subjects, [f.Entitlement("exports", Share.CAP)]) == 1


def test_who_is_asked_of_together_is_known_as_if_alone() -> None:
    a_meter()
    account = an_account(caps={"exports": 9}, industry="Retail", timezone="Asia/Kolkata")
    people = [a_person(account=account, timezone=zone) for zone in ("", "America/New_York")]
    for n, person in enumerate(people * 3):
        an_event(person, "Report Exported", timedelta(hours=7 * n), n=n)
        an_event(person, "Feature Used", timedelta(hours=5 * n), n=n)
    subjects = [*(subject_of(one, account) for one in people), subject_of(None, account)]
    facts = frozenset(EVERYTHING)
    together = load([Asked(one, facts) for one in subjects], NOW)
    alone = [load([Asked(one, facts)], NOW)[0] for one in subjects]
    assert [(one.zone, one.at, one.values, one.more) for one in together] == [
        (one.zone, one.at, one.values, one.more) for one in alone
    ]
    counted = f.Events(("Report Exported",), WEEK, path="n")
    assert [one.values.get(counted) for one in together] == [3, 3, None]
    assert ids_of([(subjects[0], f.Member("power"))], NOW) == [[]]
