"""The click redirect: to the offer's own target, counted once and only for people."""

import pytest
from django.test import Client, override_settings

from campaigns_app.models import Interaction
from consent_app import links
from offers_app.models import Proposition
from people_app.models import Person
from tests.recipients.offers import TARGET, a_proposition


def path(proposition: Proposition, target: str = "cta") -> str:
    return f"/c/{links.make_click(proposition.pk, target)}"


def clicks() -> int:
    return Interaction.objects.filter(kind="clicked").count()


def test_it_works(browser: Client, proposition: Proposition) -> None:
    answer = browser.get(path(proposition))
    assert (answer.status_code, answer["Location"]) == (302, TARGET)
    assert answer["Referrer-Policy"] == "no-referrer" and answer["Cache-Control"] == "private, no-store"
    click = Interaction.objects.get()
    assert (click.kind, click.how, click.person_id) == ("clicked", "mail", proposition.person_id)
    proposition.refresh_from_db()
    assert proposition.clicked_at


def test_a_second_click_goes_on_and_counts_once(browser: Client, proposition: Proposition) -> None:
    assert [browser.get(path(proposition)).status_code for _ in range(2)] == [302, 302]
    assert clicks() == 1


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Barracuda Sentinel",
        "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0",
    ],
)
def test_a_scanner_is_sent_on_but_not_counted(browser: Client, proposition: Proposition, agent: str) -> None:
    answer = browser.get(path(proposition), headers={"user-agent": agent})
    assert answer.status_code == 302 and clicks() == 0


def test_a_look_at_the_headers_is_no_click(browser: Client, proposition: Proposition) -> None:
    assert browser.head(path(proposition)).status_code == 302
    assert clicks() == 0


def test_a_prefetch_is_no_click(browser: Client, proposition: Proposition) -> None:
    browser.get(path(proposition), headers={"sec-purpose": "prefetch;prerender"})
    assert clicks() == 0


def test_a_person_after_the_scanner_counts(browser: Client, proposition: Proposition) -> None:
    browser.get(path(proposition), headers={"user-agent": "curl/8"})
    browser.get(path(proposition))
    assert clicks() == 1


@pytest.mark.parametrize("target", ["why", "subject", "missing", "", "cta.url", "é"])
def test_a_target_the_offer_does_not_name_is_not_found(
    browser: Client, proposition: Proposition, target: str
) -> None:
    assert browser.get(path(proposition, target)).status_code == 404
    assert clicks() == 0


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.test/", "/admin/", "data:text/html,x", "https://", None, 7, "http://[x"],
)
def test_only_web_addresses_are_gone_to(browser: Client, person: Person, url: object) -> None:
    odd = a_proposition(person, content={"cta": {"label": "Go", "url": url}})
    assert browser.get(path(odd)).status_code == 404


def test_hosts_can_be_limited_further(browser: Client, proposition: Proposition) -> None:
    with override_settings(CLICK_HOSTS=["shop.corp.test"]):
        assert browser.get(path(proposition)).status_code == 302
    with override_settings(CLICK_HOSTS=["other.test"]):
        assert browser.get(path(proposition)).status_code == 404


def test_no_address_from_outside_is_followed(browser: Client, proposition: Proposition) -> None:
    answer = browser.get(path(proposition) + "?url=https://evil.test&next=//evil.test")
    assert answer["Location"] == TARGET
    assert browser.get("/c/https://evil.test").status_code == 404
    assert browser.post(path(proposition)).status_code == 405
