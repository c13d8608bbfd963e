"""Who did it: people, accounts and their facts, whatever order the word arrives in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from people_app import entitlements, identify
from people_app.models import Account, ContactPoint, Identity, Membership, Person, PlanPrice
from signals_app.incoming import Incoming
from tests.build import an_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)


def item(kind: str = "identify", minute: float = 0, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=minute), **fields)


def resolve(*items: Incoming, source: str = "http", **how: Any) -> identify.Resolved:
    return identify.resolve(list(items), source, START + timedelta(days=1), **how)


def person(user_id: str = "ana") -> Person:
    return Person.objects.get(user_id=user_id)


def address(user_id: str = "ana", channel: str = "email") -> str:
    return ContactPoint.objects.get(person__user_id=user_id, channel=channel).address


def test_it_works() -> None:
    traits = {
        "email": " Ana@Corp.test ",
        "firstName": "Ana",
        "country": "de",
        "phone": "+491701234",
        "size": 3,
    }
    who = resolve(
        item(user_id="ana", group_id="acme", traits=traits, context={"timezone": "Europe/Berlin"})
    ).who
    ana = person()
    assert (who[0].person_id, ana.first_name, ana.country, ana.timezone) == (
        ana.pk,
        "Ana",
        "DE",
        "Europe/Berlin",
    )
    assert ana.traits == {"size": 3}
    assert (address(), address(channel="sms"), address(channel="in_app")) == (
        "ana@corp.test",
        "+491701234",
        "",
    )
    assert Membership.objects.get(person=ana).account == Account.objects.get(group_id="acme")


def test_group_traits_become_facts_of_the_account() -> None:
    traits = {
        "plan": "free",
        "limits": {"exports": 20, "seats": None},
        "mrr": "49.005",
        "renews_at": "2026-05-01T00:00:00+02:00",
        "currency": "eur",
        "addons": ["b", "a", "a"],
        "colour": "red",
    }
    changed = resolve(item("group", user_id="ana", group_id="acme", account_traits=traits)).changed_accounts
    acme = Account.objects.get(group_id="acme")
    assert changed == {acme.pk}
    assert (acme.plan, str(acme.mrr), acme.currency, acme.addons) == ("free", "49.00", "EUR", ["a", "b"])
    assert acme.renews_at == datetime(2026, 4, 30, 22, tzinfo=UTC)
    assert acme.traits == {"colour": "red"}
    assert entitlements.of([acme.pk]) == {(acme.pk, "exports"): 20, (acme.pk, "seats"): None}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_words_of_one_moment_the_same_one_counts_in_either_order(order: int) -> None:
    first = item(user_id="ana", traits={"first_name": "Ana", "email": "a@x.test"})
    second = item(user_id="ana", traits={"first_name": "Anna", "email": "b@x.test"})
    resolve(*[first, second][::order])
    assert (person().first_name, address()) == ("Anna", "b@x.test")


def test_a_late_word_does_not_undo_one_that_was_repeated_since() -> None:
    resolve(item(user_id="ana", traits={"email": "a@x.test", "timezone": "Europe/Berlin"}))
    resolve(item(user_id="ana", minute=9, traits={"email": "a@x.test", "timezone": "Europe/Berlin"}))
    resolve(item(user_id="ana", minute=5, traits={"email": "b@x.test", "timezone": "Europe/Paris"}))
    assert (address(), person().timezone) == ("a@x.test", "Europe/Berlin")


def test_a_dead_address_stays_dead_until_it_changes() -> None:
    resolve(item(user_id="ana", traits={"email": "a@x.test"}))
    ContactPoint.objects.filter(channel="email").update(dead_at=START)
    resolve(item(user_id="ana", minute=1, traits={"email": "a@x.test"}))
    assert ContactPoint.objects.get(channel="email").dead_at
    resolve(item(user_id="ana", minute=2, traits={"email": "b@x.test"}))
    assert ContactPoint.objects.get(channel="email").dead_at is None


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a b@x.test", "a@x.test\r\nBcc: b@x.test", "<a@x.test>", f"{'a' * 400}@x.test", 7, None],
)
def test_an_address_that_cannot_be_is_not_kept(email: object) -> None:
    resolve(item(user_id="ana", traits={"email": email}))
    assert not ContactPoint.objects.filter(channel="email").exists()


def test_an_anonymous_visitor_becomes_known_with_all_that_was_said() -> None:
    resolve(item(anonymous_id="anon", minute=5, traits={"first_name": "Ana", "email": "new@x.test", "a": 1}))
    resolve(
        item(user_id="ana", minute=1, traits={"first_name": "A.", "email": "old@x.test", "country": "DE"})
    )
    found = resolve(item("track", user_id="ana", anonymous_id="anon", minute=6))
    ana = person()
    assert (ana.first_name, ana.country, ana.traits, address()) == ("Ana", "DE", {"a": 1}, "new@x.test")
    gone = Person.objects.get(user_id=None)
    assert found.merges == [(ana.pk, gone.pk)]
    assert gone.merged_into == ana
    assert resolve(item("track", anonymous_id="anon")).who[0].person_id == ana.pk


@pytest.mark.parametrize("order", [1, -1])
def test_a_browser_that_two_people_share_merges_nobody_and_stays_with_the_first(order: int) -> None:
    first = item("track", user_id="ana", anonymous_id="shared")
    second = item("track", user_id="ben", anonymous_id="shared", minute=1)
    found = [resolve(one) for one in [first, second][::order]]
    assert [one.merges for one in found] == [[], []]
    assert found[-1].who[0].person_id == person("ben" if order == 1 else "ana").pk
    assert Identity.objects.get(kind="anonymous").person == person("ana")


def test_what_was_said_under_a_name_goes_with_it_to_whom_it_belongs() -> None:
    resolve(item(anonymous_id="shared", traits={"first_name": "Ana", "email": "a@x.test", "a": 1}))
    resolve(item("track", user_id="ben", anonymous_id="shared", minute=9))
    assert (person("ben").first_name, address("ben"), person("ben").traits) == ("Ana", "a@x.test", {"a": 1})
    found = resolve(item("track", user_id="ana", anonymous_id="shared", minute=1))
    assert (person().first_name, address(), person().traits) == ("Ana", "a@x.test", {"a": 1})
    assert (person("ben").first_name, person("ben").traits, person("ben").provenance) == ("", {}, {})
    assert not ContactPoint.objects.filter(person=person("ben"), channel="email").exists()
    assert found.merges == []


@pytest.mark.parametrize("alias_first", [True, False])
@pytest.mark.parametrize("kind", ["user_id", "anonymous_id"])
def test_an_alias_joins_two_names_in_either_order(kind: str, alias_first: bool) -> None:
    old = item("track", **{kind: "old"})  # type: ignore[arg-type]
    alias = item("alias", user_id="ana", previous_id="old")
    for one in (alias, old) if alias_first else (old, alias):
        resolve(one)
    assert resolve(item("track", **{kind: "old"})).who[0].person_id == person().pk  # type: ignore[arg-type]
    assert Person.objects.filter(merged_into=None).count() == 1


def test_a_chain_of_aliases_in_one_batch_leaves_one_person() -> None:
    resolve(item("track", user_id="one"), item("track", user_id="two"))
    found = resolve(
        item("alias", 1, user_id="two", previous_id="one"),
        item("alias", 2, user_id="three", previous_id="two"),
        item("track", user_id="one"),
    )
    three = person("three")
    assert {who.person_id for who in found.who} == {three.pk}
    assert set(Person.objects.filter(merged_into=three).values_list("user_id", flat=True)) == {"one", "two"}
    two = person("two")
    assert found.merges == [(two.pk, person("one").pk), (three.pk, two.pk)], "one after the other"


def test_a_circle_of_aliases_ends() -> None:
    resolve(item("alias", user_id="one", previous_id="two"), item("alias", user_id="two", previous_id="one"))
    assert Person.objects.filter(merged_into=None).count() == 1


def test_without_a_group_an_event_belongs_to_the_only_membership_or_to_nothing() -> None:
    resolve(item("group", user_id="ana", group_id="acme"))
    acme = Account.objects.get(group_id="acme")
    assert resolve(item("track", user_id="ana")).who[0].account_id == acme.pk
    resolve(item("group", user_id="ana", group_id="bolt"))
    assert resolve(item("track", user_id="ana")).who[0].account_id is None
    assert resolve(item("track", user_id="ana", group_id="acme")).who[0].account_id == acme.pk


def test_a_person_without_an_account_has_a_personal_one() -> None:
    first = resolve(item("track", user_id="ana")).who[0].account_id
    assert Account.objects.get(pk=first or 0).personal_of == person()
    assert resolve(item("track", user_id="ana")).who[0].account_id == first
    assert resolve(item("track", anonymous_id="anon")).who[0].account_id is None


def test_zendesk_finds_a_person_by_mail_and_then_by_its_own_id() -> None:
    resolve(item(user_id="ana", traits={"email": "ana@x.test"}))
    by_mail = item("track", lookup={"email": "ANA@x.test"}, person_ids={"zendesk_requester_id": "77"})
    by_id = item("track", person_ids={"zendesk_requester_id": "77"})
    assert resolve(by_mail, source="zendesk").who[0].person_id == person().pk
    assert resolve(by_id, source="zendesk").who[0].person_id == person().pk
    assert Person.objects.count() == 1


@pytest.mark.parametrize("later", [{"user_id": "ana"}, {"lookup": {"email": "ana@x.test"}}])
def test_a_requester_whose_name_comes_later_is_the_person_of_that_name(later: dict[str, Any]) -> None:
    resolve(item(user_id="ana", traits={"email": "ana@x.test"}))
    ids = {"zendesk_requester_id": "77"}
    nameless = resolve(item("track", person_ids=ids), source="zendesk").who[0]
    found = resolve(item("track", person_ids=ids, **later), source="zendesk")
    assert found.merges == [(person().pk, nameless.person_id)]
    again = resolve(item("track", person_ids=ids), source="zendesk")
    assert again.who[0].person_id == person().pk


def test_zendesk_names_an_account_only_if_there_is_one() -> None:
    acme = an_account("acme")
    who = {"zendesk_requester_id": "77"}
    hints = [item("track", account_ids={"group_id": name}, person_ids=who) for name in ("acme", "no")]
    found = resolve(*hints, source="zendesk")
    assert [who.account_id for who in found.who] == [acme.pk, None]
    assert Account.objects.count() == 1


def test_an_address_that_two_people_share_finds_nobody() -> None:
    for user in ("ana", "ben"):
        resolve(item(user_id=user, traits={"email": "both@x.test"}))
    assert resolve(item("track", lookup={"email": "both@x.test"}), source="zendesk").who[0].person_id is None


def test_stripe_finds_the_account_by_its_customer_and_the_plan_by_its_price() -> None:
    PlanPrice.objects.create(price_key="price_pro", plan="pro")
    acme = an_account("acme", stripe_customer_id="cus_1")
    told = item(
        "group",
        account_ids={"stripe_customer_id": "cus_1"},
        account_traits={"billing_price_keys": ["unknown", "price_pro"], "mrr": "49.00"},
    )
    found = resolve(told, source="stripe")
    acme.refresh_from_db()
    assert (found.who[0].account_id, found.who[0].person_id) == (acme.pk, None)
    assert (acme.plan, acme.provenance["plan"]["source"]) == ("pro", "stripe")


def test_a_price_that_nobody_mapped_leaves_the_plan_alone() -> None:
    acme = an_account("acme", stripe_customer_id="cus_1", plan="basic")
    resolve(
        item(
            "group", account_ids={"stripe_customer_id": "cus_1"}, account_traits={"billing_price_keys": ["x"]}
        )
    )
    acme.refresh_from_db()
    assert acme.plan == "basic"


def test_a_customer_that_no_group_claims_is_an_account_without_a_group_id() -> None:
    found = resolve(item("group", account_ids={"stripe_customer_id": "cus_9"}, account_traits={"mrr": "1"}))
    nameless = Account.objects.get()
    assert (found.who[0].account_id, nameless.group_id, nameless.mrr) == (nameless.pk, None, Decimal(1))


def test_null_clears_a_fact_of_an_account() -> None:
    resolve(item("group", user_id="ana", group_id="acme", account_traits={"plan": "pro", "renews_at": 5}))
    resolve(
        item("group", 1, user_id="ana", group_id="acme", account_traits={"plan": None, "renews_at": None})
    )
    acme = Account.objects.get(group_id="acme")
    assert (acme.plan, acme.renews_at) == ("", None)


def test_null_clears_a_trait_of_a_person() -> None:
    resolve(item(user_id="ana", traits={"first_name": "Ana", "country": "DE", "a": 1}))
    resolve(item(user_id="ana", minute=1, traits={"first_name": None, "country": None, "a": None}))
    assert (person().first_name, person().country, person().traits) == ("", "", {"a": None})


@pytest.mark.parametrize("typed", ["+49 170 12-34", "+49 (0) 170 / 12.34", "+49\u00a0(170)1234"])
def test_a_phone_number_is_kept_however_it_is_written(typed: str) -> None:
    resolve(item(user_id="ana", traits={"phone": typed}))
    assert address(channel="sms") == "+491701234"


@pytest.mark.parametrize(
    ("name", "properties", "field", "value"),
    [
        ("Cancellation Requested", {}, "cancelling", True),
        ("Subscription Cancelled", {}, "subscription_status", "canceled"),
        ("Plan Upgraded", {"plan": "pro"}, "plan", "pro"),
        ("Trial Started", {"ends_at": "2026-04-01"}, "trial_ends_at", datetime(2026, 4, 1, tzinfo=UTC)),
    ],
)
def test_some_events_are_facts_too(name: str, properties: dict[str, Any], field: str, value: object) -> None:
    resolve(item("track", name=name, user_id="ana", group_id="acme", properties=properties))
    assert getattr(Account.objects.get(group_id="acme"), field) == value


def test_last_seen_moves_forward_only_and_only_by_what_they_did() -> None:
    resolve(item("track", user_id="ana"))
    later = START + timedelta(days=3)
    resolve(item("track", user_id="ana", minute=3 * 1440, active=False))
    assert person().last_seen_at == START
    resolve(item("track", user_id="ana", minute=3 * 1440))
    resolve(item("track", user_id="ana", minute=2))
    assert person().last_seen_at == later


def test_the_number_of_statements_does_not_grow_with_the_items(django_assert_max_num_queries: Any) -> None:
    batch = [
        item("track", user_id=f"u{n}", anonymous_id=f"a{n}", group_id=f"g{n}", traits={"x": n})
        for n in range(80)
    ]
    with django_assert_max_num_queries(26):
        resolve(*batch)
