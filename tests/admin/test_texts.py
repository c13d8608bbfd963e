"""A template's page leads to each of its texts as a whole; a text is in a language that there is."""

from typing import Any

import pytest
from django.test import Client

from offers_app.models import Template, Treatment
from tests.admin.test_editing import _save
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def nudge(db: None) -> Template:
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(
        template=template, channel="email", locale="de", headline="Hallo", body="<p>Hallo</p>"
    )
    return template


def test_the_page_of_a_template_leads_to_its_texts_and_writes_none(
    admin_client: Client, nudge: Template
) -> None:
    path, text = f"/admin/offers_app/template/{nudge.pk}/change/", Treatment.objects.get()
    page = admin_client.get(path).content.decode()
    assert f'<a href="/admin/offers_app/treatment/{text.pk}/change/">E-mail, de</a>' in page
    assert f'href="/admin/offers_app/treatment/add/?template={nudge.pk}"' in page
    assert _save(admin_client, path, name="New").status_code == 302
    typed = {"treatments-TOTAL_FORMS": "2", "treatments-1-channel": "sms", "treatments-1-headline": "Hi"}
    _save(admin_client, path, **typed)
    assert list(Treatment.objects.values_list("channel", "body")) == [("email", "<p>Hallo</p>")]


def test_a_template_that_is_not_saved_has_no_texts_yet(admin_client: Client) -> None:
    page = admin_client.get("/admin/offers_app/template/add/").content.decode()
    assert "Save it first" in page and "treatment/add" not in page


def test_a_new_text_belongs_to_the_template_that_led_there(admin_client: Client, nudge: Template) -> None:
    page = admin_client.get(f"/admin/offers_app/treatment/add/?template={nudge.pk}")
    assert page.context["adminform"].form["template"].value() == str(nudge.pk)


@pytest.mark.parametrize("locale", ["xx", "german", "de-AT-", "de_XX_YY_ZZ_", "x" * 20, "de@euro", "d e"])
def test_a_language_that_there_is_not_is_refused_in_the_admin_and_by_the_api(
    admin_client: Client, nudge: Template, locale: str
) -> None:
    text = Treatment.objects.get()
    answer: Any = _save(admin_client, f"/admin/offers_app/treatment/{text.pk}/change/", locale=locale)
    assert "is no locale that is known" in str(answer.context["adminform"].form.errors["locale"])
    said = {"channel": "email", "locale": locale, "headline": "Hi", "body": "<p>Hi</p>"}
    refused: Any = Caller("editor").patch("/api/templates/nudge/", {"treatments": [said]})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["#/treatments/0/locale"]


@pytest.mark.parametrize("locale", ["de", "de-AT", "pt_BR", "zh-Hant-TW", "es-419", "fil"])
def test_one_that_there_is_is_saved(admin_client: Client, nudge: Template, locale: str) -> None:
    text = Treatment.objects.get()
    path = f"/admin/offers_app/treatment/{text.pk}/change/"
    assert _save(admin_client, path, locale=locale).status_code == 302
