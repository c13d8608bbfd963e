"""What each channel gets: text for phones with its link and end, offers that are not for sale, places to book."""

from contextlib import nullcontext
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from consent_app import links
from offers_app import limits, linted, personalize, short_texts, wording, written
from offers_app.models.catalog import link
from people_app.models import Account, Person
from tests.offers.test_media import IMAGE, VIDEO
from tests.offers.test_wording import NOW, USAGE, a_treatment, an_offer, fields

ID = str(UUID(int=1))
FREE: dict[str, Any] = {"product": None, "url": "{booking}", "chat_url": ""}


def content(treatment: Any, context: dict[str, Any] | None = None, **offer: Any) -> dict[str, Any]:
    return wording.proposition_content(
        treatment, an_offer(**offer), context or fields(), channel=treatment.channel, proposition_id=ID
    )


def test_a_text_message_is_one_text_with_a_link_and_the_way_to_stop() -> None:
    sms = content(a_treatment("sms", body="{{ why }}.\n\n“Look” – or don’t:"))
    first, link, stop = sms["body"].split("\n")
    assert first == "You've exported 17 of 20 reports this month. \"Look\" - or don't:"
    assert "/c/" in link
    assert stop == "Reply STOP to stop"
    assert (sms["segments"], sms["alphabet"]) == (2, "GSM-7")
    assert sms["cta"]["url"].startswith("https://app.example.test/upgrade")


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "it"])
def test_the_way_to_stop_costs_no_ucs_2(locale: str) -> None:
    sms = content(a_treatment("sms", body="Hi", locale=locale))
    assert "STOP" in sms["body"]
    assert sms["alphabet"] == "GSM-7"


def test_whatsapp_keeps_its_typography() -> None:
    assert content(a_treatment("whatsapp", body="“Hi”"))["body"].startswith("“Hi”\nhttp")


def test_a_push_has_title_body_and_link() -> None:
    push = content(a_treatment("push", body="Look"))
    assert (push["title"], push["body"]) == ("Leave limits behind", "Look")
    assert "/c/" in push["url"]


@pytest.mark.parametrize(
    ("channel", "text"),
    [("sms", "a" * 459), ("push", "a" * 179), ("whatsapp", "a" * 1024), ("in_app", "a" * 1501)],
)
def test_what_is_filled_in_may_make_it_too_long(channel: str, text: str) -> None:
    context = fields() | {"long": text}
    with pytest.raises(wording.TooLong, match="at most"):
        content(a_treatment(channel, body="{{ long }}"), context)


def test_an_offer_that_is_not_for_sale_has_no_terms() -> None:
    context = fields() | {"link": {"booking": "https://book.test/ana"}}
    shown = content(a_treatment(), context, **FREE)
    assert shown["terms"] is None
    assert shown["cta"]["url"] == "https://book.test/ana"
    mail = content(a_treatment("email"), context, **FREE)
    assert mail["terms_line"] == ""


def test_without_a_place_to_book_the_second_button_is_left_out_and_the_first_stops_the_send() -> None:
    assert content(a_treatment(secondary_label="Call us"), chat_url="{booking}")["secondary"] is None
    with pytest.raises(wording.Missing, match=r"account_manager\.booking_url"):
        content(a_treatment(), **FREE)


@pytest.mark.parametrize(
    ("own", "default", "found"),
    [
        ("https://book.test/ana", "https://book.test/all", "https://book.test/ana"),
        ("javascript:x", "https://book.test/all", "https://book.test/all"),
        ("", "", None),
        ("http://book.test", "", None),
    ],
)
def test_a_call_is_booked_with_the_accounts_manager(
    settings: Any, own: str, default: str, found: str | None
) -> None:
    settings.BOOKING_URL = default
    account = Account(group_id="acme", account_manager={"booking_url": own})
    context = personalize.context(Person(user_id="u"), account, an_offer(), USAGE, NOW)
    assert (context["link"]["booking"] or None) == found


@pytest.mark.parametrize("media", [IMAGE, VIDEO])
@pytest.mark.parametrize("channel", ["in_app", "email"])
def test_media_are_shown_with_their_words(settings: Any, channel: str, media: dict[str, str]) -> None:
    settings.MEDIA_HOSTS = ["cdn.test"]
    assert content(a_treatment(channel, media=media))["media"] == media


def test_media_of_a_host_that_is_no_longer_allowed_stop_the_send(settings: Any) -> None:
    settings.MEDIA_HOSTS = []
    with pytest.raises(wording.Broken, match=r"cdn\.test is not one of MEDIA_HOSTS"):
        content(a_treatment(media=IMAGE))


FORM: dict[str, Any] = {"id": "offer_pro", "variables": ["{{ person.first_name }}", "{{ url }}", "{{ why }}"]}


def test_whatsapp_leaves_as_the_template_that_was_approved() -> None:
    text = content(a_treatment("whatsapp", body="Hi", form={**FORM, "language": "en_US", "button": True}))
    (name, url, why) = text["form"].pop("variables")
    assert text["form"] == {"id": "offer_pro", "language": "en_US", "button": True}
    assert (name, why) == (fields()["person"]["first_name"], text["why"])
    assert url == text["url"] and "/c/" in url


def test_a_variable_without_a_value_stops_the_send() -> None:
    form = {**FORM, "variables": ["{{ evidence.nothing }}"]}
    with pytest.raises(wording.Missing, match=r"evidence\.nothing is missing"):
        content(a_treatment("whatsapp", body="Hi", form=form))


def test_what_stands_in_a_variable_is_linted() -> None:
    text = a_treatment("whatsapp", body="Hi", form={**FORM, "variables": ["Only 3 seats left!"]})
    assert linted.draft(text).texts["form.1"] == "Only 3 seats left!"


def test_without_a_template_there_is_no_form() -> None:
    assert "form" not in content(a_treatment("whatsapp", body="Hi"))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (7, "Write "),
        ([FORM], "Write "),
        ({"variables": []}, "id must be"),
        ({"id": "Offer Pro"}, "id must be"),
        ({"id": "HX" + "1" * 31}, "id must be"),
        ({"id": 7}, "id must be a text"),
        ({"id": "a", "button": 1}, "button must be true or false"),
        ({"id": "a", "variables": "x"}, "variables must be a list of texts"),
        ({"id": "a", "variables": [" "]}, "Variable 1 must be a text"),
        ({"id": "a", "variables": [None]}, "Variable 1 must be a text"),
        ({"id": "a", "variables": ["x"] * 31}, "at most 30"),
        ({"id": "a", "variables": ["{% if %}"]}, "cannot be rendered"),
        ({"id": "a", "language": "english"}, "language must be"),
        ({"id": "a", "header": 1}, "header is not a field"),
    ],
)
def test_a_template_that_nobody_could_approve_is_refused(form: Any, said: str) -> None:
    values = {"channel": "whatsapp", "headline": "a", "body": "a", "locale": "en", "form": form}
    assert said in written.faults(values)["form"]


@pytest.mark.parametrize("form", [{}, None, FORM, {"id": "HX" + "0f" * 16}])
def test_one_that_may_be_is_not(form: Any) -> None:
    values = {"channel": "whatsapp", "headline": "a", "body": "a", "locale": "en", "form": form}
    assert written.faults(values) == {}


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"channel": "sms", "body": "a" * 480}, "body", "4 segments"),
        ({"channel": "push", "body": "a" * 179}, "body", "at most 178"),
        ({"channel": "push", "headline": "a" * 66, "body": "a"}, "headline", "at most 65"),
        ({"channel": "email", "headline": "a" * 151, "body": "a"}, "headline", "at most 150"),
        ({"channel": "in_app", "body": "{% if %}"}, "body", "cannot be rendered"),
        ({"channel": "sms", "body": "a", "form": FORM}, "form", "Only texts for WhatsApp"),
        ({"channel": "sms", "body": "a", "media": IMAGE}, "media", "Only texts in the app and in mails"),
        ({"channel": "email", "body": "a", "media": IMAGE | {"alt": ""}}, "media", "alt is missing"),
    ],
)
def test_what_can_never_be_sent_is_refused_when_it_is_saved(
    settings: Any, values: dict[str, Any], field: str, said: str
) -> None:
    settings.MEDIA_HOSTS = ["cdn.test"]
    assert said in written.faults(values)[field]


def test_what_just_fits_with_the_real_link_is_saved_and_sent_and_one_more_is_neither() -> None:
    values = {"channel": "sms", "cta_label": "Go", "headline": "Hi", "why": "{{ evidence.used }} used"}
    real = links.click_url(UUID(ID), "cta")
    room = 153 * 3 - len(f"\n{real}\n{short_texts.stop('sms', 'en')}")
    fits, over = values | {"body": "a" * room}, values | {"body": "a" * (room + 1)}
    assert written.faults(fits) == {}
    sent = content(a_treatment(**fits))
    assert (sent["segments"], real in sent["body"]) == (3, True)
    assert "4 segments, 460 units" in written.faults(over)["body"]
    with pytest.raises(wording.TooLong, match="4 segments, 460 units"):
        content(a_treatment(**over))
    assert written.faults(over | {"cta_label": ""}) == {}, "without a button no link is sent"


def test_what_may_be_short_enough_for_somebody_is_saved() -> None:
    both = "{% if person.first_name %}" + "a" * 170 + "{% else %}" + "b" * 170 + "{% endif %}"
    assert written.faults({"channel": "push", "body": both}) == {}


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("a{{ b }}c", "ac"),
        ("a{% if b %}c{% if d %}e{% endif %}f{% endif %}g", "ag"),
        ("a{%- for b in c -%}d{%- endfor -%}e", "ae"),
        ("a{% case b %}{% when 1 %}c{% endcase %}d", "ad"),
        ("a{% assign b = 'c' %}d", "ad"),
    ],
)
def test_the_fixed_part_is_what_stands_in_every_rendering(source: str, fixed: str) -> None:
    assert limits.fixed(source) == fixed


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("{booking}", True),
        ("{booking}|https://a.test/book", True),
        ("{booking}|{public}/demo/", True),
        ("{booking}|", False),
        ("{booking}/x", False),
        ("{booking}|javascript:x", False),
        ("{booking}|{booking}", False),
        ("{booking}|https://", False),
    ],
)
def test_behind_the_calendar_stands_an_address_or_nothing(address: str, right: bool) -> None:
    with nullcontext() if right else pytest.raises(ValidationError, match=r"\{booking\}"):
        link(address)


@pytest.mark.parametrize(
    "address", ["https://", "http:///x", "https://:443/", "https://[", "{public}", "a.test"]
)
def test_an_address_on_the_web_has_a_host(address: str) -> None:
    with pytest.raises(ValidationError, match="Write an address"):
        link(address)
    link("https://{account}.corp.test/upgrade?by={person}")
