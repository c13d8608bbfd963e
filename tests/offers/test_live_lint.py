"""After an update: what is live and refused by today's rules is listed, by the command and in the admin."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from campaigns_app.models import Playbook, Step
from offers_app import linted
from offers_app.models import LintWaiver, Offer, Price, Product, Treatment
from tests.build import the_starter_pack
from tests.conftest import Time

pytestmark = pytest.mark.django_db
PAGE = "/admin/offers_app/lintwaiver/live/"


@pytest.fixture(autouse=True)
def pack(time: Time) -> None:
    the_starter_pack()


def lint() -> str:
    out = StringIO()
    call_command("lint", stdout=out)
    return out.getvalue()


def refused() -> str:
    """What the command says before it exits 1."""
    out = StringIO()
    with pytest.raises(CommandError, match="would be refused today"):
        call_command("lint", stdout=out)
    return out.getvalue()


def a_scarce_text() -> Treatment:
    """As an older release had let it through."""
    row = Treatment.objects.get(template__slug="smart-nudge", channel="in_app", locale="en")
    row.body = "<p>{{ why }}. Only 3 seats left. Upgrade, or not.</p>"
    row.save()
    return row


def test_all_that_ships_passes() -> None:
    assert lint() == "Every live text, offer and playbook passes.\n"


def test_a_live_text_that_is_refused_is_named_with_its_rule() -> None:
    a_scarce_text()
    assert "template smart-nudge in_app en body: “Only 3 seats left”" in refused()
    assert "false-scarcity" in refused()


def test_a_waived_one_and_one_that_nobody_can_get_are_not() -> None:
    row = a_scarce_text()
    linted.waive(row, "anna", "Three desks.", ["false-scarcity"])
    lint()
    LintWaiver.objects.all().delete()
    Playbook.objects.update(live=False)
    lint()


def test_a_live_offer_that_is_refused_is_named_and_a_draft_is_not() -> None:
    Offer.objects.filter(slug="pro-plan").update(fields={"note": "Only 3 seats left"})
    assert "offer pro-plan fields.note: “Only 3 seats left”" in refused()
    Offer.objects.filter(slug="pro-plan").update(live=False)
    lint()


def test_the_steps_of_a_live_playbook_are_read_too() -> None:
    step = Step.objects.get(version__playbook__slug="power-user-upsell", lane=None, position=2)
    Step.objects.filter(pk=step.pk).update(config={"hours": 1})
    mail = Step.objects.get(version=step.version, lane=None, position=3)
    Step.objects.filter(pk=mail.pk).update(
        config={**mail.config, "channel": "in_app", "placement": "app-modal"}
    )
    said = refused()
    assert "playbook power-user-upsell steps[2].message: 1 hours after the beginning it is too much" in said
    assert "(dismissal-raises; " in said
    Playbook.objects.update(live=False)
    lint()


def test_the_page_says_the_same_and_changes_nothing(admin_client: Client) -> None:
    assert "Nothing to mend" in admin_client.get(PAGE).content.decode()
    assert PAGE in admin_client.get("/admin/offers_app/lintwaiver/").content.decode()
    a_scarce_text()
    page = admin_client.get(PAGE).content.decode()
    assert "1 to mend or to waive" in page
    assert "Only 3 seats left" in page
    assert not LintWaiver.objects.exists()


def test_a_text_whose_waiver_ended_says_that_it_is_stopped(admin_client: Client, time: Time) -> None:
    row = a_scarce_text()
    assert "Stopped" not in refused()
    linted.waive(row, "anna", "Three desks.", ["false-scarcity"], time.now.date())
    time.move(days=1)
    ended = "Stopped: The waiver of false-scarcity for template smart-nudge in_app en has ended."
    assert ended in refused()
    assert ended in admin_client.get(PAGE).content.decode()


def test_who_may_not_see_waivers_may_not_see_it() -> None:
    client = Client()
    client.force_login(User.objects.create(username="sam", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_many_offers_are_read_by_no_more_statements_than_one(django_assert_max_num_queries: Any) -> None:
    """For the texts, the offers and their prices; of what passes no waiver is asked."""
    product = Product.objects.filter(prices__isnull=False).distinct().first()
    for number in range(5):
        Offer.objects.create(slug=f"more-{number}", name="Pro", product=product, live=True)
    offers = list(Offer.objects.values_list("slug", flat=True))
    with django_assert_max_num_queries(3):
        assert linted.refusals(linted.rows({"smart-nudge"}, offers)) == []


def test_the_first_price_of_a_product_is_the_one_that_is_judged() -> None:
    product = Product.objects.create(slug="x", name="X", kind="addon", code="x")
    for currency, period in (("USD", "month"), ("EUR", "year"), ("EUR", "month")):
        Price.objects.create(product=product, currency=currency, period=period, amount=7)
    terms = linted.draft(Offer(slug="x", name="X", product=product)).terms
    assert terms and (terms.currency, terms.period) == ("EUR", "month")
