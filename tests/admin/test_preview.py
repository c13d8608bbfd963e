"""Staff see a template as one person would get it, with what is typed, and what is wrong by name."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns_app import starter_pack
from offers_app.cohort import MINIMUM
from offers_app.models import Claim, Proposition, Treatment
from people_app.models import Membership
from signals_app.models import MeterTotal
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.engine import a_signal, begun, offer_of, somebody, used
from tests.recipients.offers import a_proposition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time", "pack")]

USED = '{"resource": "exports", "resource_label": "reports", "verb": "exported", "used": 17, "cap": 20}'


@pytest.fixture
def pack(time: Time) -> None:
    starter_pack.load()


def the(channel: str = "in_app", locale: str = "en", template: str = "smart-nudge") -> Treatment:
    return Treatment.objects.get(template__slug=template, channel=channel, locale=locale)


def asked(client: Client, treatment: Treatment, **more: Any) -> Any:
    a_person("ana", an_account("acme"), first_name="Ana")
    given = {"person": "ana", "offer": "pro-plan", "locale": "", "evidence": USED}
    return client.post(f"/admin/offers_app/treatment/{treatment.pk}/preview/", given | more)


def shown(answer: Any) -> dict[str, Any]:
    return {one.treatment.channel: one for one, _ in answer.context["shown"]}


def test_every_channel_is_shown_by_the_code_that_sends_it(admin_client: Client) -> None:
    answer = asked(admin_client, the())
    found = shown(answer)
    assert set(found) == {"in_app", "email", "sms", "push", "chat"}
    assert found["in_app"].content["why"] == "You've exported 17 of 20 reports"
    assert "<p>Hi Ana,</p>" in found["email"].content["html"]
    assert found["sms"].length.endswith("of GSM-7")
    assert found["push"].length.startswith("headline ")
    page = answer.content.decode()
    for width in (375, 1200):
        assert page.count(f'width="{width}"') == 2, "in the app and the mail, each in a frame of its own"
    assert page.count('sandbox=""') == 4
    assert Proposition.objects.count() == 0


def test_it_opens_with_somebody_in_whom_a_moment_was_found(admin_client: Client) -> None:
    path = f"/admin/offers_app/treatment/{the(locale='de').pk}/preview/"
    assert "shown" not in admin_client.get(path).context, "nobody is there yet"
    bolt = an_account("bolt")
    a_signal(a_person("ben", bolt), bolt)
    answer = admin_client.get(path)
    assert answer.context["form"].data["person"] == "ben"
    assert {one.treatment.channel for one, _ in answer.context["shown"]} >= {"in_app", "email"}
    assert '<option value="ben">' in answer.content.decode()
    typed = admin_client.post(path, {"headline": "Typed"})
    assert "not saved yet" in typed.content.decode() and typed.context["shown"]


def test_the_language_can_be_chosen(admin_client: Client) -> None:
    found = shown(asked(admin_client, the(), locale="de-AT"))
    assert {one.treatment.locale for one in found.values()} == {"de"}


def test_what_is_typed_is_shown_and_not_stored(admin_client: Client) -> None:
    treatment = the()
    before = treatment.headline
    answer = asked(
        admin_client, treatment, headline="Typed {{ offer.name }}", body="<p>Typed <script>x</script></p>"
    )
    content = shown(answer)["in_app"].content
    assert (content["headline"], content["body_html"]) == ("Typed Pro", "<p>Typed </p>")
    assert "not saved yet" in answer.content.decode()
    treatment.refresh_from_db()
    assert treatment.headline == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"headline": "{{ person.nickname }}"}, "Nothing would be sent: person.nickname is missing."),
        ({"headline": "{{ broken"}, "This text cannot be rendered"),
        ({"media": '{"kind": "image", "url": "http://x.test/a.png", "alt": "A"}'}, "must be an address"),
        ({"media": "{"}, "This is no JSON"),
        ({"person": "nobody"}, "There is no person with this user id."),
        ({"offer": "nothing"}, "Select a valid choice"),
        ({"evidence": "[1]"}, "Write an object"),
        ({"evidence": "{"}, "This is no JSON"),
        ({"evidence": ""}, "evidence is missing"),
        ({"locale": "not a locale"}, "In-app, en"),
    ],
)
def test_what_is_wrong_is_named(admin_client: Client, typed: dict[str, str], said: str) -> None:
    answer = asked(admin_client, the(), **typed)
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_the_claim_that_is_said_is_named_with_its_source(admin_client: Client, time: Time) -> None:
    Claim.objects.create(
        slug="merch-co",
        kind="case_study",
        texts={"en": "MerchCo prepared its sale in half the time."},
        source_name="MerchCo",
        source_url="https://merch.test/story",
        source_date="2025-05-02",
        valid_until="2099-01-01",
        approved_by="Ana",
        approved_at=time.now,
    )
    page = asked(admin_client, the("email", template="over-limit")).content.decode()
    assert "MerchCo prepared its sale" in page
    assert "https://merch.test/story" in page


def test_their_newest_answer_and_the_figures_of_others_are_filled_in(
    admin_client: Client, time: Time
) -> None:
    acme = an_account("acme", industry="fintech")
    for number, account in enumerate([acme, *(an_account(industry="fintech") for _ in range(MINIMUM))]):
        MeterTotal.objects.create(
            account=account, resource="exports", period=time.now.date().replace(day=1),
            used=40 if account == acme else number, last_event_at=time.now,
        )  # fmt: skip
    answered: dict[str, Any] = {
        "answer": "dismissed",
        "answered_at": time.now - timedelta(days=4),
        "account": acme,
    }
    a_proposition(a_person("ana", acme, first_name="Ana"), **answered)
    why = "You {{ prior.answer }} {{ prior.name }} {{ prior.days_ago }} days ago."
    peers = "<p>{{ peers.own }} with you, {{ peers.median }} among {{ peers.size }} others.</p>"
    given = {"person": "ana", "offer": "pro-plan", "evidence": USED, "body": f"<p>{why}</p>{peers}"}
    answer = admin_client.post(f"/admin/offers_app/treatment/{the().pk}/preview/", given)
    said = shown(answer)["in_app"].content["body_html"]
    assert said == "<p>You dismissed Pro 4 days ago.</p><p>40 with you, 11 among 20 others.</p>"


def test_it_reads_as_what_was_sent(admin_client: Client, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    sent = offer_of(begun(somebody(first_name="Ana")))
    assert sent.channel == "in_app"
    given = {"person": sent.person.user_id, "offer": sent.offer.slug, "locale": "", "evidence": ""}
    answer = admin_client.post(f"/admin/offers_app/treatment/{the().pk}/preview/", given)
    content = shown(answer)["in_app"].content
    links = ("cta", "secondary")  # which hold the proposition's key
    assert {name: value for name, value in content.items() if name not in links} == {
        name: value for name, value in sent.content.items() if name not in links
    }


def test_of_several_accounts_none_is_guessed(admin_client: Client, time: Time) -> None:
    acme, bolt = an_account("acme", name="Acme"), an_account("bolt", name="Bolt", caps={"exports": 20})
    person = a_person("ana", acme, first_name="Ana")
    Membership.objects.create(person=person, account=bolt, joined_at=time.now)
    path, text = f"/admin/offers_app/treatment/{the().pk}/preview/", "<p>{{ account.name }}</p>"

    def body(**more: str) -> Any:
        given = {"person": "ana", "offer": "pro-plan", "evidence": USED, "body": text}
        return admin_client.post(path, given | more)

    assert "several accounts (acme, bolt): choose one" in body().content.decode()
    assert "no account initech" in body(account="initech").content.decode()
    assert shown(body(account="bolt"))["in_app"].content["body_html"] == "<p>Bolt</p>"
    used(bolt, 17)
    a_signal(person, bolt)
    found = shown(body(evidence=""))["in_app"]
    assert found.content["body_html"] == "<p>Bolt</p>", "where the moment was found"


def test_somebody_without_an_account_gets_nothing(admin_client: Client) -> None:
    Membership.objects.filter(person=a_person("ana")).delete()
    given = {"person": "ana", "offer": "pro-plan", "evidence": USED}
    page = admin_client.post(f"/admin/offers_app/treatment/{the().pk}/preview/", given).content.decode()
    assert "belong to no account yet" in page


def test_the_texts_page_leads_to_it_and_tells_the_length(admin_client: Client) -> None:
    treatment = the("sms")
    page = admin_client.get(f"/admin/offers_app/treatment/{treatment.pk}/change/").content.decode()
    assert f'formaction="/admin/offers_app/treatment/{treatment.pk}/preview/"' in page
    assert "of GSM-7" in page


def test_whoever_may_not_see_people_may_not_look(client: Client) -> None:
    user = User.objects.create_user("writer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_treatment", "change_treatment"]))
    client.force_login(user)
    assert asked(client, the()).status_code == 403


def test_a_changed_claim_must_be_approved_again(admin_client: Client) -> None:
    given = {
        "slug": "hours",
        "kind": "benefit",
        "texts": '{"en": "Seven hours a month."}',
        "figures": "{}",
        "source_name": "Our study",
        "source_url": "https://study.test/",
        "source_date": "2025-05-02",
        "valid_until": "2099-01-01",
    }
    assert admin_client.post("/admin/offers_app/claim/add/", given).status_code == 302
    claim = Claim.objects.get()
    assert not claim.approved_by
    listed = admin_client.get("/admin/offers_app/claim/").content.decode()
    read = re.findall(r'name="read" value="([^"]+)"', listed)
    approve = {"action": "approve", "_selected_action": [claim.pk], "read": read}
    Claim.objects.update(figures={"hours": 8})
    said = admin_client.post("/admin/offers_app/claim/", approve, follow=True).content.decode()
    assert "It was changed since this list was read" in said
    assert not Claim.objects.get().approved_by
    Claim.objects.update(figures={})
    admin_client.post("/admin/offers_app/claim/", approve)
    claim.refresh_from_db()
    assert (claim.approved_by, claim.approved_at is not None) == ("admin", True)
    page = f"/admin/offers_app/claim/{claim.pk}/change/"
    admin_client.post(page, given | {"texts": '{"en": "Eight hours a month."}'})
    claim.refresh_from_db()
    assert (claim.approved_by, claim.approved_at) == ("", None)
    refused = admin_client.post(page, given | {"source_url": "http://study.test/", "segment": "nobody"})
    errors = refused.context["adminform"].form.errors
    assert set(errors) == {"source_url", "segment"}
