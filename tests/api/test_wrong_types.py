"""Whatever stands in a place of what staff write, at any depth: taken, or refused with where it stands; never a 5xx."""

import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from offers_app.models import Template
from tests.api.caller import Caller, a_claim, an_offer
from tests.offers.selling import a_product

pytestmark = pytest.mark.django_db

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10_000))
ROUNDS = 1_000 if os.environ.get("FUZZ_SECONDS") else 60
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**40,
    1.5,
    1e300,
    "",
    "x",
    "\x00",
    "\udc00",
    "9" * 400,
    "1e9",
    "NaN",
    "{{",
    "{% if %}",
]
ODD += [[], {}, ["a"], [None], [[]], [{}], {"a": {}}, {"": ""}, {"kind": ["a"]}, {"fact": ["a"]}, {"all": {}}]

PAYS = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
BOTH = {"all": [PAYS, {"any": [PAYS, {"not": PAYS}]}]}
IMAGE = {"kind": "image", "url": "https://cdn.test/a.png", "alt": "A chart"}
VIDEO = {
    "kind": "video",
    "url": "https://cdn.test/a.mp4",
    "caption": "A tour",
    "captions_url": "https://cdn.test/a.vtt",
}
TEXT = {
    "locale": "en",
    "headline": "Hi",
    "body": "<p>Hi</p>",
    "why": "",
    "cta_label": "Go",
    "secondary_label": "No, thanks",
}
SOUND: dict[str, dict[str, Any]] = {
    "offers": {
        "product": "pro-plan",
        "live": True,
        "fields": {"benefits": ["One"], "bonus": "a session", "de": {"benefits": ["Eins"], "US": {"headline": "Hi"}}},
        "incentive_kind": "amount",
        "incentive_value": "5.00",
        "incentive_currency": "EUR",
        "incentive_ends_at": "2027-01-01T00:00:00Z",
        "valid_from": "2026-01-01T00:00:00Z",
        "eligibility": BOTH,
        "applicability": PAYS,
        "suitability": {},
        "caps": [{"outcome": "dismissed", "scope": "person", "at_most": 3, "days": 90}],
        "trial_days": 14,
        "value": "49.00",
        "url": "{public}/buy",
    },
    "templates": {
        "name": "Nudge",
        "hesitation": "",
        "treatments": [{"channel": "in_app", "media": IMAGE, **TEXT}, {"channel": "email", "media": VIDEO, **TEXT}],
    },
    "products": {
        "kind": "plan",
        "code": "pro",
        "prices": [{"currency": "EUR", "period": "month", "amount": "49.00", "renews": True, "cancel_anytime": True}],
        "parts": [],
    },
    "segments": {"live": True, "rule": BOTH},
    "claims": {
        "kind": "benefit",
        "texts": {"en": "Seven hours.", "de": "Sieben Stunden."},
        "figures": {"hours": 7},
        "segment": "",
        "industry": "",
        "hesitation": "price",
        "source_name": "Our study",
        "source_url": "https://study.test/",
        "source_date": "2025-05-02",
        "valid_until": "2099-01-01",
    },
}  # fmt: skip


def spoiled(sound: dict[str, Any], dice: random.Random) -> tuple[dict[str, Any], str]:
    """A copy in which one value is an odd one, and the member at the top under which it stands."""
    whole = copy.deepcopy(sound)
    places = list(_places(whole))
    inside, key, top = dice.choice(places)
    inside[key] = copy.deepcopy(dice.choice(ODD))
    return whole, top


def _places(document: dict[str, Any]) -> Iterator[tuple[Any, Any, str]]:
    level: list[tuple[Any, Any, str]] = [(document, key, key) for key in document]
    while level:
        inside, key, top = level.pop()
        yield inside, key, top
        value = inside[key]
        inner: list[Any] = (
            [*value] if isinstance(value, dict) else [*range(len(value))] if isinstance(value, list) else []
        )
        level += [(value, one, top) for one in inner]


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.MEDIA_HOSTS = ["cdn.test"]


@pytest.fixture
def paths(db: None) -> dict[str, str]:
    """One of each that is in use, so that all that is looked at before it changes is looked at."""
    an_offer("pro")
    Template.objects.create(slug="nudge", name="Nudge")
    a_product("pro-plan", "plan", "pro")
    a_claim("hours")
    return {
        "offers": "pro",
        "templates": "nudge",
        "products": "pro-plan",
        "segments": "some",
        "claims": "hours",
    }


@pytest.mark.parametrize("name", SOUND)
def test_it_is_taken_or_refused_with_its_place(editor: Caller, paths: dict[str, str], name: str) -> None:
    dice, statuses = random.Random(SEED), set()
    if name == "segments":
        assert (
            editor.post("/api/segments/", {"slug": "some", "name": "Some", "rule": BOTH}).status_code == 201
        )
    sound = editor.patch(f"/api/{name}/{paths[name]}/", SOUND[name])
    assert sound.status_code == 200, sound.content
    for _ in range(ROUNDS):
        body, top = spoiled(SOUND[name], dice)
        answer = editor.patch(f"/api/{name}/{paths[name]}/", body)
        told = (SEED, body, answer.content)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400), told
        said = json.loads(answer.content)
        if answer.status_code == 400 and said["errors"]:
            assert all(error["pointer"].startswith("#/") for error in said["errors"]), told
            assert name == "offers" or any(
                error["pointer"].split("/")[1] == top for error in said["errors"]
            ), told
    assert 400 in statuses


@pytest.mark.parametrize(
    ("name", "said", "pointer"),
    [
        ("templates", {"treatments": [{}]}, "#/treatments/0/body"),
        ("products", {"prices": [{"currency": "EUR"}]}, "#/prices/0/amount"),
        ("offers", {"caps": [{}]}, "#/caps/0/at_most"),
    ],
)
def test_a_row_below_is_whole_also_where_the_rest_stays(
    editor: Caller, paths: dict[str, str], name: str, said: dict[str, Any], pointer: str
) -> None:
    answer = editor.patch(f"/api/{name}/{paths[name]}/", said)
    assert answer.status_code == 400
    assert (pointer, "required") in {(e["pointer"], e["code"]) for e in json.loads(answer.content)["errors"]}


@pytest.mark.parametrize("kind", [["a"], {"a": 1}, 1, None, True])
def test_a_picture_of_no_kind_is_refused(editor: Caller, kind: Any) -> None:
    Template.objects.create(slug="nudge", name="Nudge")
    said = {"treatments": [{"channel": "in_app", **TEXT, "media": {"kind": kind}}]}
    answer = editor.patch("/api/templates/nudge/", said)
    assert answer.status_code == 400
    assert [error["pointer"] for error in json.loads(answer.content)["errors"]] == ["#/treatments/0/media"]
