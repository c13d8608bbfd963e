"""The preference page: everything within two clicks, nothing by a GET."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client, override_settings

from campaigns_app.models import Enrollment
from consent_app import ledger, links, permission
from consent_app.models import ConsentRecord, Pause
from offers_app.models import Offer, Proposition
from people_app.models import ContactPoint, Person
from tests.build import a_permission
from tests.conftest import Time
from tests.recipients.offers import a_proposition
from upsell_project.lib import clock


def path(person: Person, proposition: Proposition | None = None) -> str:
    return f"/p/{links.make_preferences(person.pk, proposition.pk if proposition else None)}"


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def open_to(person: Person, channel: str = "email", topic: str = "upgrades") -> bool:
    return permission.of(person.pk, clock.now()).open_to(channel, topic, "DE", clock.now())


def boxes(answer: Any) -> dict[str, bool]:
    found = re.findall(
        r'<input type="checkbox" name="on" value="([^"]+)"[^>]*?( checked)?>', answer.content.decode()
    )
    return {unescape(key): bool(checked) for key, checked in found}


def save(browser: Client, url: str, **changes: bool) -> Any:
    """Tick and untick as a browser does: `email__upgrades=False`; `all` stands for everything else."""
    state = boxes(browser.get(url))
    state |= {key.replace("__", ":").replace(":all", ":%2A"): on for key, on in changes.items()}
    fields = {"do": "save", "shown": " ".join(state), "on": [key for key, on in state.items() if on]}
    return browser.post(url, fields)


def undo(browser: Client, url: str, answer: Any) -> Any:
    """Press Undo: send the hidden fields of the form in the result."""
    section = answer.content.decode().split('class="result"')[1].split("</section>")[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', section))
    assert fields
    return browser.post(url, {name: unescape(value) for name, value in fields.items()})


def test_it_works(browser: Client, person: Person, proposition: Proposition) -> None:
    answer = browser.get(path(person, proposition))
    assert answer.status_code == 200
    page = text(answer)
    assert "a***@c***.test" in page and "ada@" not in page
    order = [
        "Why did I get this?",
        "You've exported 17 of 20",
        "Stop all offers",
        "1 week",
        "3 months",
        "Topic",
    ]
    assert [page.index(part) for part in order] == sorted(page.index(part) for part in order)
    assert boxes(answer) == {
        "in_app:upgrades": True, "email:upgrades": True, "in_app:%2A": True, "email:%2A": True,
    }  # fmt: skip


def test_a_hundred_looks_change_nothing(browser: Client, person: Person, proposition: Proposition) -> None:
    before = ConsentRecord.objects.count()
    for number in range(100):
        browser.get(path(person, proposition) + ("?do=stop" if number % 2 else ""))
    assert ConsentRecord.objects.count() == before and not Pause.objects.exists()
    assert Enrollment.objects.get(pk=proposition.enrollment_id or 0).state == "active"


def test_stop_all_is_one_click_and_undo_another(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    url = path(person, proposition)
    stopped = browser.post(url, {"do": "stop"})
    assert stopped.status_code == 200 and "no more offers, on any channel" in text(stopped)
    assert not any(boxes(stopped).values()) and not open_to(person)
    assert Enrollment.objects.get(pk=proposition.enrollment_id or 0).end_reason == "opted_out"
    again = undo(browser, url, stopped)
    assert boxes(again) == dict.fromkeys(boxes(again), True) and open_to(person)
    assert open_to(person, "email", "a-topic-of-next-year")


def test_undo_gives_back_no_more_than_was_there(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    url = path(person, proposition)
    save(browser, url, email__all=False, email__upgrades=True)
    before = boxes(browser.get(url))
    assert (before["email:upgrades"], before["email:%2A"]) == (True, False)
    undo(browser, url, browser.post(url, {"do": "stop"}))
    assert boxes(browser.get(url)) == before
    assert not open_to(person, "email", "seats")


def test_coming_back_is_as_easy_as_leaving(browser: Client, person: Person) -> None:
    browser.post(path(person), {"do": "stop"})
    assert "Switch all offers on again" in text(browser.get(path(person)))
    started = browser.post(path(person), {"do": "start"})
    assert all(boxes(started).values()) and open_to(person)
    newest = person.consent_records.order_by("-pk")[0]
    assert (newest.how, newest.wording_version, newest.basis) == (
        "preference_center",
        "preferences/1",
        "consent",
    )
    assert not any(boxes(undo(browser, path(person), started)).values())


def test_one_topic_can_go_and_its_sequence_with_it(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    other = a_proposition(person, topic="seats")
    save(browser, path(person), email__upgrades=False, in_app__upgrades=False)
    assert not open_to(person) and not open_to(person, "in_app") and open_to(person, topic="seats")
    runs = Enrollment.objects.in_bulk([proposition.enrollment_id, other.enrollment_id])
    assert [runs[p.enrollment_id].state for p in (proposition, other)] == ["finished", "active"]


def test_a_topic_that_stays_open_somewhere_keeps_its_sequence(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    save(browser, path(person), email__upgrades=False)
    assert not open_to(person) and open_to(person, "in_app")
    assert Enrollment.objects.get(pk=proposition.enrollment_id or 0).state == "active"


def test_everything_else_can_go_while_one_topic_stays(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    answer = save(browser, path(person), email__all=False)
    assert boxes(answer)["email:upgrades"] and not boxes(answer)["email:%2A"]
    assert open_to(person) and not open_to(person, topic="next-year")
    answer = save(browser, path(person), email__all=True, email__upgrades=False)
    assert not open_to(person) and open_to(person, topic="next-year")


def test_a_channel_never_agreed_to_is_not_ticked_and_can_be(browser: Client, person: Person) -> None:
    ContactPoint.objects.create(person=person, channel="sms", address="+4930123456", changed_at=clock.now())
    Offer.objects.create(slug="pro", name="Pro", live=True)
    assert boxes(browser.get(path(person)))["sms:upgrades"] is False
    save(browser, path(person), sms__upgrades=True)
    assert open_to(person, "sms") and not open_to(person, "sms", "seats")


def test_an_address_that_bounced_or_is_suppressed_has_no_column(browser: Client, person: Person) -> None:
    ledger.suppress("email", "ada@corp.test", "complaint")
    assert list(boxes(browser.get(path(person)))) == ["in_app:%2A"]


@pytest.mark.parametrize(
    ("days", "until"), [(7, "March 17, 2026"), (30, "April 9, 2026"), (90, "June 8, 2026")]
)
def test_a_pause_says_until_when_and_can_be_undone(
    browser: Client, person: Person, days: int, until: str
) -> None:
    paused = browser.post(path(person), {"do": f"pause-{days}"})
    assert f"No offers until {until}." in text(paused)
    assert person.pauses.get().kind == "snooze"
    assert "Paused until" not in text(undo(browser, path(person), paused)) and not person.pauses.exists()


def test_a_pause_can_be_ended_later(browser: Client, person: Person, time: Time) -> None:
    browser.post(path(person), {"do": "pause-30"})
    time.move(days=3)
    page = text(browser.get(path(person)))
    assert "Paused until April 9, 2026" in page and "1 month" not in page
    browser.post(path(person), {"do": "resume"})
    assert not person.pauses.exists()


@pytest.mark.parametrize("wish", ["", "pause-1", "pause-9999", "pause-7;", "delete", "\x00"])
def test_what_is_not_on_the_page_changes_nothing(browser: Client, person: Person, wish: str) -> None:
    before = ConsentRecord.objects.count()
    assert browser.post(path(person), {"do": wish}).status_code == 400
    assert ConsentRecord.objects.count() == before and not Pause.objects.exists()


def test_made_up_boxes_change_nothing(browser: Client, person: Person) -> None:
    before = ConsentRecord.objects.count()
    keys = f"fax:x *:* email :: {'x' * 500} email:{'y' * 101} %00:%00 email:%00"
    answer = browser.post(path(person), {"do": "save", "shown": keys, "on": keys})
    assert answer.status_code == 200 and "Nothing was changed" in text(answer)
    assert ConsentRecord.objects.count() == before


def test_it_speaks_german(browser: Client, person: Person, proposition: Proposition) -> None:
    Person.objects.filter(pk=person.pk).update(locale="de-AT")
    paused = browser.post(path(person, proposition), {"do": "pause-7"})
    assert '<html lang="de">' in text(paused) and "Keine Angebote bis 17. März 2026." in text(paused)
    assert "Warum habe ich das erhalten?" in text(paused)


def test_another_language_reads_english(browser: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(locale="it_IT")
    assert '<html lang="en">' in text(browser.get(path(person)))


def test_nothing_on_the_page_is_taken_for_markup(browser: Client, person: Person) -> None:
    content = {"why": "<script>alert(1)</script>"}
    proposition = a_proposition(person, topic="<b>&\"'", content=content)
    page = browser.get(path(person, proposition)).content
    assert b"<script" not in page and b"<b>" not in page
    save(browser, path(person, proposition), **{"email__%3Cb%3E%26%22%27": False})
    assert not open_to(person, topic="<b>&\"'")


def test_somebody_elses_offer_is_not_shown(browser: Client, person: Person, proposition: Proposition) -> None:
    stranger = Person.objects.create(first_seen_at=clock.now(), last_seen_at=clock.now())
    assert "exported 17" not in text(browser.get(path(stranger, proposition)))


def test_the_page_is_private_small_and_without_script(browser: Client, person: Person) -> None:
    for number in range(20):
        Offer.objects.create(
            slug=f"o{number}", name="An offer", topic=f"a-rather-long-topic-{number}", live=True
        )
    for channel in ("sms", "push"):
        ContactPoint.objects.create(
            person=person, channel=channel, address="12345678", changed_at=clock.now()
        )
        a_permission(person, channel)
    answer = browser.post(path(person), {"do": "stop"})
    assert answer["Cache-Control"] == "private, no-store" and answer["Referrer-Policy"] == "no-referrer"
    assert (
        answer["X-Robots-Tag"].startswith("noindex") and "script-src" not in answer["Content-Security-Policy"]
    )
    assert "default-src 'none'" in answer["Content-Security-Policy"] and not answer.cookies
    assert (
        b"<script" not in answer.content and b"style=" not in answer.content and b"http" not in answer.content
    )
    assert len(answer.content) <= 15_000


def test_the_link_needs_no_session_and_cannot_be_made_up(browser: Client, person: Person) -> None:
    assert browser.get("/p/abc").status_code == 404
    with override_settings(SECRET_KEY="another"):
        assert browser.post(path(person), {"do": "stop"}).status_code == 200
    token = links.make_preferences(person.pk)
    with override_settings(SECRET_KEY="another"):
        assert browser.post(f"/p/{token}", {"do": "stop"}).status_code == 404
