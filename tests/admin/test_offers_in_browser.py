"""The pages of offers in a real browser: nothing is cut off or unreadable on a telephone, light or dark."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from offers_app.models import Offer, Treatment
from tests.admin.browser import swept
from tests.admin.world import a_world
from tests.chromium import chromium

__all__ = ["chromium"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]


@pytest.fixture
def paths(transactional_db: None) -> dict[str, str]:
    world = a_world()
    Offer.objects.create(
        slug="renewal-discount-addon", name="Analytics add-on at a discount with the renewal"
    )
    treatment = Treatment.objects.get()
    offers, texts = "/admin/offers_app/offer/", "/admin/offers_app/treatment/"
    return {
        "offers": offers,
        "offer": f"{offers}{world.offer.pk}/change/",
        "offer-add": f"{offers}add/",
        "product": f"/admin/offers_app/product/{world.offer.product_id}/change/",
        "texts": texts,
        "text": f"{texts}{treatment.pk}/change/",
        "text-add": f"{texts}add/",
        "preview": f"{texts}{treatment.pk}/preview/",
        "claims": "/admin/offers_app/claim/",
        "template": f"/admin/offers_app/template/{treatment.template_id}/change/",
        "decisions": "/admin/offers_app/decision/",
        "decision": f"/admin/offers_app/decision/{world.decision.pk}/change/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str], width: int, scheme: str
) -> None:
    assert swept(chromium, live_server, paths, width, scheme) == []
