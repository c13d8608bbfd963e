"""Products with their prices and offers with their caps are edited in the admin, and move as lists."""

from typing import Any

import pytest
from django.test import Client

from offers_app.models import Offer, OfferCap, Price, Product, Template, Treatment
from tests.admin.test_editing import _save
from tests.admin.test_tables import _export, _import
from tests.offers.selling import a_cap, a_product, an_offer

pytestmark = pytest.mark.django_db


def page(row: Any) -> str:
    return f"/admin/offers_app/{type(row).__name__.lower()}/{row.pk}/change/"


def faults(answer: Any) -> str:
    """Everything that the page complains about."""
    assert answer.status_code == 200, "it was saved"
    inlines = [one.formset.errors for one in answer.context["inline_admin_formsets"]]
    return str(answer.context["adminform"].form.errors) + str(inlines)


def test_a_changed_price_marks_its_product(admin_client: Client) -> None:
    product = a_product("pro", "plan")
    assert _save(admin_client, page(product), **{"prices-0-amount": "50"}).status_code == 302
    product.refresh_from_db()
    assert product.edited
    assert sorted(str(price.amount) for price in product.prices.all()) == ["42.000", "50.000", "55.000"]


def test_saving_without_a_change_marks_nothing(admin_client: Client) -> None:
    product = a_product("pro", "plan")
    offer = an_offer("pro", product)
    a_cap(offer, 3)
    for row in (product, offer):
        assert _save(admin_client, page(row)).status_code == 302
        row.refresh_from_db()
        assert not row.edited


def test_a_changed_cap_marks_its_offer(admin_client: Client) -> None:
    offer = an_offer("pro")
    a_cap(offer, 3)
    assert _save(admin_client, page(offer), **{"caps-0-at_most": "2"}).status_code == 302
    offer.refresh_from_db()
    assert offer.edited
    assert OfferCap.objects.get().at_most == 2


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"prices-0-amount": "-1"}, "greater than or equal to 0"),
        ({"prices-0-amount": "49.999"}, "EUR has 2 decimals"),
        ({"prices-0-currency": "eur"}, "three capital letters"),
        ({"prices-0-period": "once"}, "does not renew"),
        ({"prices-1-currency": "EUR"}, "duplicate"),
        ({"code": ""}, "plan&#x27;s name"),
        ({"kind": "bundle", "code": ""}, "at least one product"),
        ({"kind": "bundle"}, "known by its parts"),
    ],
)
def test_a_product_that_means_nothing_is_refused(
    admin_client: Client, said: dict[str, str], fault: str
) -> None:
    product = a_product("pro", "plan", prices={"EUR": "49", "USD": "55"})
    assert fault in faults(_save(admin_client, page(product), **said))


def test_a_bundle_holds_no_bundle_and_nothing_else_holds_parts(admin_client: Client) -> None:
    seats = a_product("seats")
    bundle = a_product("both", "bundle", parts=(seats,))
    other = a_product("other", "bundle", parts=(seats,))
    assert "not bundles" in faults(_save(admin_client, page(bundle), parts=[seats.pk, other.pk]))
    more = a_product("x")
    assert "Only a bundle" in faults(_save(admin_client, page(seats), parts=[more.pk]))
    becomes = {"kind": "bundle", "code": "", "parts": [more.pk]}
    assert "The bundle Both holds this" in faults(_save(admin_client, page(seats), **becomes))
    assert "not bundles" in faults(_save(admin_client, page(more), **becomes)), "nor itself"
    rows = "slug,name,kind,code,parts\nseats,Seats,bundle,,x\n"
    assert "The bundle Both holds this" in _import(admin_client, "offers_app/product", rows)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"valid_from_0": "2026-03-02", "valid_from_1": "00:00", "valid_until_0": "2026-03-01",
          "valid_until_1": "00:00"}, "end before it begins"),
        ({"incentive_kind": "percent"}, "Say how much"),
        ({"incentive_kind": "percent", "incentive_value": "101"}, "More than 100 percent"),
        ({"incentive_kind": "amount", "incentive_value": "5"}, "needs a currency"),
        ({"incentive_kind": "amount", "incentive_value": "50", "incentive_currency": "EUR"},
         "more than the lowest price, 49.00 EUR"),
        ({"incentive_kind": "amount", "incentive_value": "0.40", "incentive_currency": "JPY"}, "JPY has 0 decimals"),
        ({"incentive_kind": "trial_days", "incentive_value": "4000"}, "At most 3,650 days"),
        ({"incentive_kind": "bonus"}, "needs its words"),
        ({"incentive_value": "5"}, "what kind of incentive"),
        ({"fields": "[1]"}, "must be an object"),
        ({"suitability": '{"fact": "moon"}'}, "must be one of"),
        ({"caps-0-at_most": "0"}, "greater than or equal to 1"),
        ({"trial_days": "4000"}, "less than or equal to 3650"),
    ],
)  # fmt: skip
def test_a_deal_that_means_nothing_is_refused(admin_client: Client, said: dict[str, str], fault: str) -> None:
    offer = an_offer("pro", a_product("pro", "plan"))
    a_cap(offer, 3)
    assert fault in faults(_save(admin_client, page(offer), **said))


def test_lists_show_prices_and_for_whom(admin_client: Client) -> None:
    offer = an_offer("pro", a_product("pro", "plan", prices={"EUR": "49.50"}))
    Offer.objects.update(
        suitability={"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "admin"}
    )
    assert "49.5 EUR per month" in admin_client.get("/admin/offers_app/product/").content.decode()
    shown = admin_client.get("/admin/offers_app/offer/").content.decode()
    assert "Person role is admin" in shown
    assert "Not for sale" not in shown
    offer.product = None
    offer.save()
    assert "Not for sale" in admin_client.get("/admin/offers_app/offer/").content.decode()


def test_a_part_of_a_bundle_is_not_deleted(admin_client: Client) -> None:
    seats = a_product("seats")
    bundle = a_product("both", "bundle", parts=(seats,))
    shown = admin_client.post(page(seats).replace("change", "delete"), {"post": "yes"})
    assert Product.objects.filter(pk=seats.pk).exists()
    assert "The bundle Both holds" in shown.content.decode()
    admin_client.post(page(bundle).replace("change", "delete"), {"post": "yes"})
    admin_client.post(page(seats).replace("change", "delete"), {"post": "yes"})
    assert not Product.objects.exists()


def test_a_price_or_cap_that_staff_delete_does_not_come_back(admin_client: Client) -> None:
    offer = an_offer("pro", a_product("pro", "plan", prices={"EUR": "49"}))
    for row in (Price.objects.get(), a_cap(offer, 3)):
        admin_client.post(page(row).replace("change", "delete"), {"post": "yes"})
    assert not Price.objects.exists()
    assert not OfferCap.objects.exists()
    assert Product.objects.get().edited
    assert Offer.objects.get().edited


def test_several_at_a_time_mark_what_they_belong_to(admin_client: Client) -> None:
    offer, template = an_offer("pro", a_product("pro", "plan")), Template.objects.create(slug="n", name="N")
    a_cap(offer, 3)
    for channel in ("email", "in_app"):
        Treatment.objects.create(template=template, channel=channel, headline="Hi", body="Hi")
    for model in (Price, OfferCap, Treatment):
        rows = list(model.objects.values_list("pk", flat=True))
        said = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
        admin_client.post(f"/admin/offers_app/{model.__name__.lower()}/", said)
        assert not model.objects.exists()
    for parent in (Product, Offer, Template):
        assert parent.objects.get().edited, parent


def test_a_price_that_moves_marks_both_products(admin_client: Client) -> None:
    pro, seats = a_product("pro", "plan", prices={"EUR": "49"}), a_product("seats", prices={})
    saved = _save(admin_client, page(Price.objects.get()), product=seats.pk)
    assert saved.status_code == 302
    assert set(Product.objects.filter(edited=True)) == {pro, seats}


def test_a_price_saved_without_a_change_marks_nothing(admin_client: Client) -> None:
    a_product("pro", "plan", prices={"EUR": "49"})
    assert _save(admin_client, page(Price.objects.get())).status_code == 302
    assert not Product.objects.get().edited


def test_products_prices_and_offers_come_back_from_their_files(admin_client: Client) -> None:
    seats = a_product("seats", prices={"EUR": "8"})
    an_offer("both", a_product("both", "bundle", parts=(seats, a_product("reports"))), trial_days=14)
    files = {table: _export(admin_client, f"offers_app/{table}") for table in ("product", "price", "offer")}
    Offer.objects.all().delete()
    Product.objects.all().delete()
    for table, file in files.items():
        _import(admin_client, f"offers_app/{table}", file)
    offer = Offer.objects.get()
    assert offer.product
    assert (offer.trial_days, offer.product.slug, offer.edited) == (14, "both", True)
    assert {part.slug for part in offer.product.parts.all()} == {"seats", "reports"}
    assert Price.objects.filter(product__slug="seats").get().amount == 8
    assert all(product.edited for product in Product.objects.all())


@pytest.mark.parametrize(
    ("table", "rows", "fault"),
    [
        ("product", "slug,name,kind,code\npro,Pro,plan,\n", "plan&#x27;s name"),
        (
            "product",
            "slug,name,kind,parts\nboth,Both,bundle,seats nothing\n",
            "There are no products nothing",
        ),
        ("product", "slug,name,kind,parts\nboth,Both,bundle,\n", "at least one product"),
        ("price", "product,currency,period,amount\nseats,eur,month,8\n", "three capital letters"),
        ("price", "product,currency,period,amount\nnothing,EUR,month,8\n", "does not exist"),
        ("offer", "slug,name,incentive_kind\nx,X,percent\n", "Say how much"),
        ("offer", "slug,name,incentive_kind,incentive_value\nx,X,percent,NaN\n", "Say how much"),
        ("offer", "slug,name,product\nx,X,nothing\n", "does not exist"),
        ("offer", "slug,name,url\nx,X,javascript:alert(1)\n", "begins with https://"),
    ],
)
def test_a_list_is_held_to_the_same_rules(admin_client: Client, table: str, rows: str, fault: str) -> None:
    a_product("seats", prices={})
    assert fault in _import(admin_client, f"offers_app/{table}", rows)
    assert not Price.objects.exists()
    assert not Offer.objects.exists()
    assert Product.objects.count() == 1
