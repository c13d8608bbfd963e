"""Draft help by a real endpoint: what it is asked, what comes of each answer, and that nothing personal leaves."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import dispatch
from offers_app import drafts, limits
from offers_app.drafts import asking, prompt, running
from offers_app.models import DraftRequest, Offer, Template, Treatment
from tests.build import a_person, an_account
from tests.offers import completions
from tests.offers.completions import KEY, MODEL, Endpoint
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
GOOD = {
    "headline": "{{ evidence.used }} of {{ evidence.cap }} used, {{ person.first_name | default: 'hello' }}",
    "why": "You have {{ evidence.verb }} {{ evidence.used }} of {{ evidence.cap }} {{ evidence.resource_label }}",
    "body": "<p>{{ offer.name }} brings {{ offer.feature }}.</p><p>{{ terms.line }}</p>",
    "cta_label": "See {{ offer.name }}",
    "secondary_label": "",
}


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    with completions.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        settings.DRAFTS_URL, settings.DRAFTS_API_KEY, settings.DRAFTS_MODEL = running.url, KEY, MODEL
        running.says(GOOD)
        yield running


@pytest.fixture
def treatment() -> Treatment:
    template = Template.objects.create(slug="smart-nudge", name="Smart nudge")
    return Treatment.objects.create(
        template=template,
        channel="email",
        headline="Room for more",
        body="<p>Hello, 14 days are free</p>",
        why="{{ evidence.used }} used",
    )


@pytest.fixture
def offer() -> Offer:
    return Offer.objects.create(
        slug="pro-plan",
        name="Pro",
        live=True,
        fields={"feature": "unlimited reports", "de": {"feature": "unbegrenzte Berichte"}},
    )


def asked(treatment: Treatment, offer: Offer, staff: int = 1) -> DraftRequest:
    """Asked by staff, and done by a worker."""
    request = drafts.ask(treatment, offer, "plain", staff)
    assert drafts.waiting()
    drafts.run()
    request.refresh_from_db()
    assert not drafts.waiting()
    return request


def test_it_works(endpoint: Endpoint, treatment: Treatment, offer: Offer) -> None:
    request = asked(treatment, offer)
    assert (request.state, request.problem, request.tokens) == ("done", "", 600)
    assert request.variants == [{"texts": GOOD, "faults": []}]
    assert asking.texts(request, 0) == GOOD
    treatment.refresh_from_db()
    assert treatment.headline == "Room for more"


def test_it_is_off_without_each_of_its_settings(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, settings: Any
) -> None:
    for name in ("DRAFTS_URL", "DRAFTS_API_KEY", "DRAFTS_MODEL"):
        kept = getattr(settings, name)
        setattr(settings, name, "")
        with pytest.raises(drafts.Refused, match="not set up"):
            drafts.ask(treatment, offer, "plain", 1)
        assert not drafts.waiting()
        setattr(settings, name, kept)
    assert drafts.available()


def test_nothing_about_anybody_is_in_the_question(
    endpoint: Endpoint, treatment: Treatment, offer: Offer
) -> None:
    account = an_account("acme-9321", name="Acme Secret Works", industry="fintech", mrr=9321)
    a_person("u-9321", account, email="anna.secret@corp.test", first_name="Annasecret", role="treasurer")
    asked(treatment, offer)
    (body,) = endpoint.asked
    sent = json.dumps(body)
    for private in ("9321", "ecret", "corp.test", "treasurer", "fintech", "Anna"):
        assert private not in sent
    told = json.loads(body["messages"][1]["content"])
    assert told.keys() == {"channel", "locale", "tone", "offer", "present_text", "merge_fields"}
    assert told["offer"].keys() == {"name", "topic", "fields", "prices"}
    assert "evidence.used" in told["merge_fields"] and "offer.feature" in told["merge_fields"]
    assert "offer.de" not in told["merge_fields"]
    assert body.keys() == {"model", "messages", "response_format"}


def test_no_figure_is_there_to_be_asked_with() -> None:
    """The question is made by a pure function that takes a text and an offer, and nothing else."""
    body = prompt.body(
        "m",
        dict.fromkeys(("channel", "locale", *limits.TEXTS), ""),
        {"name": "", "topic": "", "fields": {}, "prices": []},
        "",
    )
    assert prompt.body.__annotations__.keys() == {"model", "treatment", "offer", "tone", "return"}
    assert {one["role"] for one in body["messages"]} == {"system", "user"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "writes JSON by a schema"),
        (401, "DRAFTS_API_KEY"),
        (404, "DRAFTS_MODEL"),
        (429, "Try again later"),
        (500, "answered 500"),
        (503, "answered 503"),
        (302, "answered 302"),
    ],
)
def test_an_error_of_the_endpoint_is_said(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, status: int, said: str
) -> None:
    endpoint.status = status
    request = asked(treatment, offer)
    assert (request.state, request.variants) == ("failed", []) and said in request.problem


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DRAFTS_API_KEY", "sk-wrong", "DRAFTS_API_KEY"),
        ("DRAFTS_MODEL", "gpt-wrong", "DRAFTS_MODEL"),
        ("DRAFTS_URL", "https://127.0.0.1:1/v1", "must not be asked"),
        ("DRAFTS_URL", "nonsense", "must not be asked"),
    ],
)
def test_a_wrong_setting_is_said(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, settings: Any, name: str, value: str, said: str
) -> None:
    setattr(settings, name, value)
    request = asked(treatment, offer)
    assert request.state == "failed" and said in request.problem


def test_an_endpoint_that_takes_too_long_is_given_up(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.2)
    endpoint.seconds = 0.6
    request = asked(treatment, offer)
    assert (request.state, endpoint.status) == ("failed", 200)
    assert "gave no answer that can be used" in request.problem


def test_a_refusal_of_the_model_is_said(endpoint: Endpoint, treatment: Treatment, offer: Offer) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    endpoint.choice = {"message": message}
    request = asked(treatment, offer)
    assert "refused to write this" in request.problem and "cannot help" not in request.problem


def test_nobody_asks_more_often_than_so_many_times_an_hour(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_AN_HOUR", 2)
    first = drafts.ask(treatment, offer, "plain", 1)
    drafts.ask(treatment, offer, "plain", 1)
    with pytest.raises(drafts.Refused, match="2 times within an hour"):
        drafts.ask(treatment, offer, "plain", 1)
    drafts.ask(treatment, offer, "plain", 2)
    DraftRequest.objects.filter(pk=first.pk).update(asked_at=clock.real() - timedelta(minutes=61))
    drafts.ask(treatment, offer, "plain", 1)


def test_use_is_logged_without_a_text(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(treatment, offer, staff=7)
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("offers_app"))
    assert "drafts for staff 7: done in " in said and "600 tokens, 1 variants" in said
    assert not any(text in caplog.text for text in ("Room for more", "brings", KEY, "unlimited reports"))


def test_what_was_written_is_emptied_after_a_day(
    endpoint: Endpoint, treatment: Treatment, offer: Offer
) -> None:
    old = asked(treatment, offer)
    DraftRequest.objects.update(asked_at=clock.real() - timedelta(hours=25))
    asked(treatment, offer)
    old.refresh_from_db()
    assert (old.variants, old.state, old.tokens) == ([], "done", 600)


def test_a_worker_that_died_leaves_a_sentence_and_the_endpoint_is_not_asked_twice(
    endpoint: Endpoint, treatment: Treatment, offer: Offer
) -> None:
    request = drafts.ask(treatment, offer, "plain", 1)
    lease = clock.real() - timedelta(seconds=1)
    DraftRequest.objects.update(state="running", leased_until=lease)
    drafts.run()
    request.refresh_from_db()
    assert (request.state, request.problem, endpoint.asked) == ("failed", "Its worker died. Ask again.", [])


def test_the_dispatcher_says_that_one_waits(
    endpoint: Endpoint, treatment: Treatment, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "DUE", {"drafts": dispatch.DUE["drafts"]})
    monkeypatch.setattr("upsell_project.lib.queue.nudge_now", lambda job: None)
    assert dispatch.look() == []
    drafts.ask(treatment, offer, "plain", 1)
    assert dispatch.look() == ["drafts"]
