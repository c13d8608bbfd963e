"""Nothing that the account owns, or took meanwhile, is ever offered, whatever the catalog looks like."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from offers_app import decide
from offers_app.models import Decision, Offer, Product, Proposition, Template, Treatment
from tests.build import a_person, an_account
from tests.offers.selling import a_product, an_offer

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
CODES = ("pro", "business", "analytics", "integrations", "")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]

ranks = st.sampled_from([None, 1, 2, 3])
plans = st.tuples(st.just("plan"), st.sampled_from(CODES), ranks)
others = st.tuples(st.sampled_from(["addon", "service"]), st.sampled_from(CODES), st.none())
singles = st.lists(plans | others, min_size=1, max_size=5)
bundles = st.lists(st.sets(st.integers(0, 4), min_size=1, max_size=3), max_size=3)
owned = st.tuples(
    st.sampled_from(["", "free", "PRO", "pro", "business"]),
    st.sets(st.sampled_from([*CODES[2:], "Analytics"]), max_size=3),
)
taken = st.sets(st.integers(0, 7), max_size=2)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("plan", "", 1), ("plan", "pro", 1)], [], ("", set()), set())
@given(singles, bundles, owned, taken)
def test_nothing_owned_is_ever_offered(
    kinds: list[tuple[str, str, int | None]],
    holds: list[set[int]],
    facts: tuple[str, set[str]],
    yes: set[int],
) -> None:
    with transaction.atomic():
        goods = [a_product(f"p{n}", kind, code, rank=rank) for n, (kind, code, rank) in enumerate(kinds)]
        whole: list[set[int]] = [{n} for n in range(len(goods))]
        for n, parts in enumerate(holds):
            inside = {part % len(kinds) for part in parts}
            bundle = a_product(f"b{n}", "bundle", parts=tuple(goods[part] for part in inside))
            goods.append(bundle)
            whole.append(inside)
        offers = [an_offer(product.slug, product, priority=n) for n, product in enumerate(goods)]
        account = an_account(plan=facts[0], addons=sorted(facts[1]))
        person = a_person(account=account)
        accepted = {number for number in yes if number < len(offers)}
        for number in accepted:
            _accepted(person, account, offers[number])
        template = Template.objects.create(slug="nudge", name="Nudge")
        Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")

        ask = decide.Ask(person, account, [offer.slug for offer in offers], "nudge", "in_app", {"used": 1})
        choice = decide.offer(ask, decide.catalog([ask], NOW))

        reached = [product.rank for product in goods if product.rank and _has(product, *facts)]
        took = {part for number in accepted for part in whole[number]}
        reached_by_yes = [rank for part in took if (rank := goods[part].rank)]
        had = {n for n, product in enumerate(goods) if _has(product, *facts)} | _up_to(goods, reached)
        gone = had | took | _up_to(goods, reached_by_yes)
        allowed = [n for n, _ in enumerate(goods) if not whole[n] & gone and n not in accepted]
        assert (offers.index(choice.offer) if choice.offer else None) == (max(allowed) if allowed else None)
        transaction.set_rollback(True)


def _has(product: Product, plan: str, addons: set[str]) -> bool:
    """By the words of the docs: a plan by the fact plan, anything else by the fact addons, nothing without a
    code. In any case."""
    return bool(product.code) and (
        product.code == plan.lower()
        if product.kind == "plan"
        else product.code in {addon.lower() for addon in addons}
    )


def _up_to(goods: list[Product], ranks: list[int]) -> set[int]:
    """Of the same or a lower rank than one of these."""
    return {n for n, one in enumerate(goods) if one.rank is not None and one.rank <= max(ranks, default=0)}


def _accepted(person: Any, account: Any, offer: Offer) -> None:
    at = NOW - timedelta(days=1)
    Proposition.objects.create(
        decision=Decision.objects.create(at=at, person=person, outcome="delivered"),
        person=person,
        account=account,
        enrollment_id=1,
        offer=offer,
        topic="x",
        channel="in_app",
        ready_at=at,
        expires_at=NOW,
        answer="accepted",
        answered_at=at,
    )
