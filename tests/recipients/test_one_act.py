"""From a mail a no is as near as a yes: one link, then one button on a page that says what it does."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from campaigns_app import letter, starter_pack
from campaigns_app.models import Delivery, Enrollment, Interaction
from consent_app import links, permission
from consent_app.models import ConsentRecord
from offers_app.models import Proposition
from people_app.models import Person
from tests.campaigns.starter_texts import EVIDENCE, rendered, treatments
from tests.recipients.offers import a_proposition
from upsell_project.lib import clock

ACTS = {"not_now": "dismissed", "no_more": "opted_out"}


def path(proposition: Proposition, act: str = "") -> str:
    token = links.make_preferences(proposition.person_id, proposition.pk)
    return f"/p/{token}?do={act}" if act else f"/p/{token}"


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def buttons(answer: Any) -> list[tuple[str, dict[str, str]]]:
    """Of each form of the page where it leads and what it sends."""
    forms = re.findall(r'<form[^>]* action="([^"]+)">(.*?)</form>', text(answer), re.DOTALL)
    return [(action, dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))) for action, form in forms]


def open_to(person: Person, topic: str = "upgrades", channel: str = "email") -> bool:
    return permission.of(person.pk, clock.now()).open_to(channel, topic, "DE", clock.now())


def clicks(browser: Client, proposition: Proposition, url: str) -> int:
    """How many until the offer is answered: the link, and each button, of which every page may have only one."""
    taken, answer = 1, browser.get(url)
    proposition.refresh_from_db()
    assert not proposition.answer, "a link alone answers nothing"
    while not proposition.answer:
        ((action, fields),) = buttons(answer)
        taken, answer = taken + 1, browser.post(action, fields)
        proposition.refresh_from_db()
    return taken


@pytest.mark.parametrize(("act", "kind"), ACTS.items())
def test_it_works(browser: Client, proposition: Proposition, act: str, kind: str) -> None:
    assert clicks(browser, proposition, path(proposition, act)) == 2
    assert proposition.answer == kind
    assert proposition.state != Proposition.State.LIVE


def test_not_now_closes_the_offer_and_nothing_else(browser: Client, proposition: Proposition) -> None:
    page = text(browser.get(path(proposition, "not_now")))
    assert "Not now?" in page
    assert "This offer is closed then. Nothing else changes." in page
    done = browser.post(path(proposition), {"do": "not_now"})
    assert done.status_code == 200
    assert "Done. This offer is closed." in text(done)
    assert open_to(proposition.person)
    assert Enrollment.objects.get(pk=proposition.enrollment_id or 0).state == "active"


def test_no_more_ends_the_topic_everywhere_and_can_be_undone(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    assert "no more offers on the topic “Upgrades”" in text(browser.get(path(proposition, "no_more")))
    done = browser.post(path(proposition), {"do": "no_more"})
    assert "Done. You will get no more offers on the topic “Upgrades”." in text(done)
    assert not open_to(person)
    assert not open_to(person, channel="in_app")
    assert open_to(person, "seats")
    assert Enrollment.objects.get(pk=proposition.enrollment_id or 0).end_reason == "opted_out"
    action, fields = buttons(done)[0]
    browser.post(action, fields)
    assert open_to(person)


def test_a_no_that_was_undone_can_be_said_again(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    for _ in range(3):
        done = browser.post(path(proposition), {"do": "no_more"})
        assert "Done. You will get no more offers" in text(done)
        assert not open_to(person) and not open_to(person, channel="in_app")
        action, fields = buttons(done)[0]
        browser.post(action, fields)
        assert open_to(person)
    assert Interaction.objects.get().kind == "opted_out"


def test_a_no_counts_again_after_the_box_was_ticked_again_and_ends_what_began_since(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    browser.post(path(proposition), {"do": "no_more"})
    ticked = {"do": "save", "shown": "email:upgrades", "on": "email:upgrades"}
    browser.post(f"/p/{links.make_preferences(person.pk)}", ticked)
    assert open_to(person)
    since = a_proposition(person)
    browser.post(path(proposition), {"do": "no_more"})
    assert not open_to(person)
    assert Enrollment.objects.get(pk=since.enrollment_id or 0).end_reason == "opted_out"
    words = ConsentRecord.objects.count()
    browser.post(path(proposition), {"do": "no_more"})
    assert ConsentRecord.objects.count() == words, "pressed twice it is one word"


@pytest.mark.parametrize("act", ACTS)
def test_looking_changes_nothing_and_pressing_twice_counts_once(
    browser: Client, proposition: Proposition, act: str
) -> None:
    words = ConsentRecord.objects.count()
    for method in (browser.get, browser.head):
        assert method(path(proposition, act)).status_code == 200
    assert not Interaction.objects.exists()
    assert ConsentRecord.objects.count() == words
    for _ in range(2):
        assert browser.post(path(proposition), {"do": act}).status_code == 200
    assert Interaction.objects.get().kind == ACTS[act]


@pytest.mark.parametrize("act", ACTS)
def test_where_no_offer_led_there_it_is_the_page_of_all_choices(
    browser: Client, person: Person, act: str
) -> None:
    url = f"/p/{links.make_preferences(person.pk)}"
    assert "Choose what you get" in text(browser.get(f"{url}?do={act}"))
    assert browser.post(url, {"do": act}).status_code == 400


def test_an_act_that_is_none_shows_all_choices(browser: Client, proposition: Proposition) -> None:
    for act in ("stop", "accepted", "not_now%27"):
        assert "Choose what you get" in text(browser.get(path(proposition, act)))


@pytest.mark.parametrize(
    ("locale", "not_now", "no_more"),
    [
        ("de-AT", "Jetzt nicht?", "zum Thema „Erweiterungen“"),
        ("fr", "Pas maintenant ?", "sur le sujet « Forfaits supérieurs »"),
        ("es", "¿Ahora no?", "sobre el tema «Planes superiores»"),
    ],
)
def test_it_speaks_their_language(
    browser: Client, proposition: Proposition, locale: str, not_now: str, no_more: str
) -> None:
    Person.objects.update(locale=locale)
    assert not_now in text(browser.get(path(proposition, "not_now")))
    assert no_more in text(browser.get(path(proposition, "no_more")))


def test_nothing_on_the_page_is_taken_for_markup(browser: Client, person: Person) -> None:
    proposition = a_proposition(person, topic="<b>&\"'")
    assert b"<b>" not in browser.get(path(proposition, "no_more")).content
    assert b"<b>" not in browser.post(path(proposition), {"do": "no_more"}).content


def test_from_every_shipped_mail_a_no_takes_no_more_clicks_than_a_yes(
    browser: Client, person: Person
) -> None:
    """A yes is the link to a page, and at least one confirmation there: nothing was said yes to by the link."""
    starter_pack.load()
    mails = [one for one in treatments() if one.channel == "email"]
    assert mails
    for one in mails:
        content = rendered(one, EVIDENCE[one.template.slug][0])
        proposition = a_proposition(person, content=content)
        html = letter.write(Delivery(proposition=proposition, person=person)).html
        links_ = dict(re.findall(r'<a class="button (\w+)" href="https?://[^/"]+([^"]+)"', html))
        assert {"cta", "not_now"} <= set(links_), one
        yes = browser.get(links_["cta"])
        proposition.refresh_from_db()
        assert (yes.status_code, proposition.answer) == (302, ""), one
        least_for_yes = 2
        assert clicks(browser, proposition, links_["not_now"]) == least_for_yes, one
        (no_more,) = re.findall(r'<a class="control" href="https?://[^/"]+(/p/[^"]+)"', html)
        other = a_proposition(person, content=content)
        token = no_more.split("?")[1]
        assert clicks(browser, other, f"{path(other)}?{token}") == least_for_yes, one
