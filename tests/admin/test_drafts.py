"""Draft help in the admin: hidden where it is off, compared word by word, taken over, and never saved by itself."""

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, override_settings
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from offers_app import drafts
from offers_app.drafts import asking
from offers_app.models import DraftRequest, Offer, Template, Treatment
from tests.admin.browser import cut, opened, shot, violations
from tests.chromium import chromium
from tests.offers import completions
from tests.offers.completions import KEY, MODEL, Endpoint

__all__ = ["chromium"]
pytestmark = pytest.mark.django_db
GOOD = {
    "headline": "Room for <more>",
    "why": "You used {{ evidence.used }} of {{ evidence.cap }}",
    "body": "<p>{{ offer.name }} brings room.</p>",
    "cta_label": "See {{ offer.name }}",
    "secondary_label": "",
}
SOUND = GOOD | {"headline": "Room for everybody"}


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    with completions.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        settings.DRAFTS_URL, settings.DRAFTS_API_KEY, settings.DRAFTS_MODEL = running.url, KEY, MODEL
        yield running


@pytest.fixture
def treatment(db: None) -> Treatment:
    Offer.objects.create(slug="pro-plan", name="Pro", live=True)
    template = Template.objects.create(slug="smart-nudge", name="Smart nudge")
    return Treatment.objects.create(
        template=template, channel="email", headline="Room for more", body="<p>Hello</p>", why="x"
    )


def path(treatment: Treatment, rest: str = "") -> str:
    return f"/admin/offers_app/treatment/{treatment.pk}/{rest}"


def page(client: Client, url: str, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def asked(client: Client, treatment: Treatment) -> DraftRequest:
    answer = client.post(path(treatment, "drafts/"), {"offer": Offer.objects.get().pk, "tone": "plain"})
    request = DraftRequest.objects.latest("pk")
    assert (answer.status_code, answer.headers["Location"]) == (302, path(treatment, f"drafts/{request.pk}/"))
    return request


def test_it_works(admin_client: Client, endpoint: Endpoint, treatment: Treatment) -> None:
    endpoint.says(SOUND)
    assert "Draft help" in page(admin_client, path(treatment, "change/"))
    request = asked(admin_client, treatment)
    assert "this page goes on by itself" in page(admin_client, path(treatment, f"drafts/{request.pk}/"))
    drafts.run()
    shown = page(admin_client, path(treatment, f"drafts/{request.pk}/"))
    assert 'Room for <del class="upsell-gone">more</del><ins class="upsell-new">everybody</ins>' in shown
    assert f"?draft={request.pk}&variant=0" in shown
    form = page(admin_client, path(treatment, "change/"), draft=request.pk, variant=0)
    assert 'value="Room for everybody"' in form and "Nothing is saved yet" in form
    treatment.refresh_from_db()
    assert treatment.headline == "Room for more"


def test_it_is_hidden_where_it_is_off(admin_client: Client, treatment: Treatment) -> None:
    assert "Draft help" not in page(admin_client, path(treatment, "change/"))
    for url in ("drafts/", "drafts/1/"):
        assert admin_client.get(path(treatment, url)).status_code == 404
    assert admin_client.post(path(treatment, "drafts/"), {}).status_code == 404
    request = DraftRequest.objects.create(
        treatment=treatment,
        offer=Offer.objects.get(),
        staff=1,
        asked_at="2026-03-10T10:00:00Z",
        variants=[{"texts": SOUND, "faults": []}],
    )
    assert "everybody" not in page(admin_client, path(treatment, "change/"), draft=request.pk, variant=0)


def test_what_the_model_wrote_is_text_and_what_must_not_be_used_is_left_out(
    admin_client: Client, endpoint: Endpoint, treatment: Treatment
) -> None:
    endpoint.says(GOOD, SOUND | {"why": "&lt;b&gt; {{ evidence.used }}"})
    request = asked(admin_client, treatment)
    drafts.run()
    answer = admin_client.get(path(treatment, f"drafts/{request.pk}/")).content.decode()
    assert "A draft in which headline is not plain text in one line." in answer
    assert "Room for &lt;more&gt;" not in answer and "<more>" not in answer
    assert "&amp;lt;b&amp;gt;" in answer
    form = page(admin_client, path(treatment, "change/"), draft=request.pk, variant=0)
    assert 'value="Room for more"' in form and "Nothing is saved yet" not in form


def test_the_address_takes_nothing_else_over(
    admin_client: Client, endpoint: Endpoint, treatment: Treatment
) -> None:
    endpoint.says(SOUND)
    request = asked(admin_client, treatment)
    drafts.run()
    other = Treatment.objects.create(template=treatment.template, channel="sms", headline="Other", body="x")
    for draft, variant in ((request.pk, 7), (request.pk, "x"), ("-1", 0), (9**20, 0), (request.pk, "²")):
        assert 'value="Room for more"' in page(
            admin_client, path(treatment, "change/"), draft=draft, variant=variant
        )
    assert 'value="Other"' in page(admin_client, path(other, "change/"), draft=request.pk, variant=0)
    assert admin_client.get(path(other, f"drafts/{request.pk}/")).status_code == 404


def test_looking_asks_nobody(admin_client: Client, endpoint: Endpoint, treatment: Treatment) -> None:
    for url in ("change/", "drafts/"):
        page(admin_client, path(treatment, url))
    assert not DraftRequest.objects.exists() and not endpoint.asked


def test_who_asked_is_listed_without_a_text(
    admin_client: Client, endpoint: Endpoint, treatment: Treatment
) -> None:
    endpoint.says(SOUND)
    request = asked(admin_client, treatment)
    drafts.run()
    listed = page(admin_client, "/admin/offers_app/draftrequest/")
    one = page(admin_client, f"/admin/offers_app/draftrequest/{request.pk}/change/")
    for shown in (listed, one):
        assert "admin" in shown and "Done" in shown and "everybody" not in shown and "Room for" not in shown
    assert "/admin/offers_app/draftrequest/" in page(admin_client, "/admin/offers_app/")
    with override_settings(DRAFTS_API_KEY=""):
        assert "/admin/offers_app/draftrequest/" not in page(admin_client, "/admin/offers_app/")


def test_a_failure_is_a_sentence(admin_client: Client, endpoint: Endpoint, treatment: Treatment) -> None:
    endpoint.status = 401
    request = asked(admin_client, treatment)
    drafts.run()
    assert "look at DRAFTS_API_KEY" in page(admin_client, path(treatment, f"drafts/{request.pk}/"))


def test_too_often_and_wrong_choices_are_said(
    admin_client: Client, endpoint: Endpoint, treatment: Treatment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_AN_HOUR", 1)
    asked(admin_client, treatment)
    given = {"offer": Offer.objects.get().pk, "tone": "plain"}
    assert b"1 times within an hour" in admin_client.post(path(treatment, "drafts/"), given).content
    wrong = admin_client.post(path(treatment, "drafts/"), {"offer": "x", "tone": "shouting"})
    assert wrong.status_code == 200 and b"Choose an offer and a tone" in wrong.content
    Offer.objects.all().delete()
    assert "There is no offer to write about yet" in page(admin_client, path(treatment, "drafts/"))


def test_who_may_not_change_texts_may_not_ask(endpoint: Endpoint, treatment: Treatment) -> None:
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_treatment", "view_template"]))
    client = Client()
    client.force_login(clerk)
    assert "Draft help" not in page(client, path(treatment, "change/"))
    assert client.post(path(treatment, "drafts/"), {}).status_code == 403
    assert Client().post(path(treatment, "drafts/"), {}).status_code == 302


@pytest.mark.xdist_group(__name__)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_in_a_browser_it_is_asked_compared_and_saved_by_staff(
    chromium: Browser,
    live_server: LiveServer,
    endpoint: Endpoint,
    treatment: Treatment,
    width: int,
    scheme: str,
) -> None:
    endpoint.says(SOUND, GOOD)
    page, found = opened(chromium, live_server, width, scheme), []
    page.goto(live_server.url + path(treatment, "change/"))
    page.get_by_role("link", name="Draft help").click()
    found += violations(page)
    shot(page, f"drafts-ask-{width}-{scheme}")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("this page goes on by itself")).to_be_visible()
    drafts.run()
    expect(page.get_by_role("heading", name="Draft 1")).to_be_visible()
    shot(page, f"drafts-{width}-{scheme}")
    found += violations(page) + cut(page)
    page.get_by_role("link", name="Take draft 1 over into the form").click()
    expect(page.locator("#id_headline")).to_have_value("Room for everybody")
    found += violations(page)
    shot(page, f"drafts-form-{width}-{scheme}")
    page.locator("button[name=_save]").click()
    page.wait_for_url("**/treatment/")
    treatment.refresh_from_db()
    assert treatment.headline == "Room for everybody"
    page.context.close()
    assert found == []
