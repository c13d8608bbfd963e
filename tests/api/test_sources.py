"""Sources: their keys are shown once, by the API and by the command alike."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from signals_app import sources
from signals_app.connectors import CONNECTORS
from signals_app.models import Source
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db

SHOWN_ONCE = {"id", "kind", "name", "write_key", "signing_secret", "hook_path"}


def made(capsys: pytest.CaptureFixture[str], *args: str, **options: Any) -> dict[str, Any]:
    call_command("create_source", *args, **options)
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == SHOWN_ONCE
    return dict(told)


def test_the_command_prints_all_keys(capsys: pytest.CaptureFixture[str]) -> None:
    told = made(capsys, "web", name="Site", origin=["https://App.Example.com"], json=True)
    source = Source.objects.get()
    assert told["write_key"].startswith("wk_")
    assert told["write_key"] == source.write_key
    assert len(told["signing_secret"]) >= 32
    assert told["hook_path"] == f"/hooks/web/{source.hook_token}"
    assert len(source.hook_token) >= 32
    assert (told["name"], source.origins) == ("Site", ["https://app.example.com"])


def test_a_provider_brings_its_own_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert made(capsys, "stripe")["signing_secret"] == ""
    assert made(capsys, "stripe", secret=" whsec_given ")["signing_secret"] == "whsec_given"


def test_no_two_sources_share_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = made(capsys, "http"), made(capsys, "http")
    for name in ("write_key", "signing_secret", "hook_path"):
        assert one[name] != other[name]


def test_the_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_source", list=True)
    kinds = capsys.readouterr().out.splitlines()
    assert kinds == list(CONNECTORS)
    assert {"http", "web", "stripe", "zendesk"} <= set(kinds)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("salesforce", "salesforce_outbound_message"),
        ("customer.io", "customerio"),
        ("svix", "standard_webhooks"),
        ("Salesforce", "salesforce_outbound_message"),
    ],
)
def test_a_kind_has_other_names_too(capsys: pytest.CaptureFixture[str], said: str, kind: str) -> None:
    told = made(capsys, said)
    assert told["kind"] == kind == Source.objects.get().kind
    assert told["hook_path"].startswith(f"/hooks/{kind}/")


OURS = {"http", "web", "standard_webhooks", "zapier", "tray", "workato", "onesignal", "airship"}


@pytest.mark.parametrize("kind", list(CONNECTORS))
def test_a_secret_is_made_only_where_the_sender_is_told_it(
    capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    call_command("create_source", kind)
    told = capsys.readouterr()
    assert bool(json.loads(told.out)["signing_secret"]) is (kind in OURS)
    needs_theirs = kind not in OURS and CONNECTORS[kind].needs_secret
    assert ("until the provider's secret is given" in told.err) is needs_theirs
    call_command("create_source", kind, json=True)
    assert not capsys.readouterr().err, "programs read one line"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("fax", {}),
        ("web", {"origin": ["app.example.com"]}),
        ("web", {"origin": ["https://a.test/path"]}),
        ("stripe", {"secret": "short"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"\w+ \w+"):
        call_command("create_source", kind, **options)
    assert not Source.objects.exists()


def test_the_api_shows_the_keys_once(admin: Caller) -> None:
    answer = admin.post("/api/sources/", {"kind": "http", "name": "Server"})
    told = json.loads(answer.content)
    assert answer.status_code == 201
    assert told.keys() == SHOWN_ONCE
    source = Source.objects.get()
    for path in ("/api/sources/", f"/api/sources/{source.pk}/"):
        later = admin.get(path).content.decode()
        assert source.name in later
        for secret in (source.write_key, source.signing_secret, source.hook_token):
            assert secret not in later


def test_a_rotated_secret_leaves_the_old_one_valid(admin: Caller) -> None:
    source = sources.create("stripe", signing_secret="whsec_old_one")
    answer = admin.patch(f"/api/sources/{source.pk}/", {"signing_secret": "whsec_new_one", "active": False})
    assert answer.status_code == 200
    assert b"whsec" not in answer.content
    source.refresh_from_db()
    assert (source.signing_secret, source.previous_secret) == ("whsec_new_one", "whsec_old_one")
    assert source.active is False


def test_the_api_refuses_what_makes_no_sense(admin: Caller) -> None:
    for said in (
        {"kind": "fax"},
        {},
        {"kind": "web", "origins": ["x"]},
        {"kind": "http", "signing_secret": " "},
    ):
        assert admin.post("/api/sources/", said).status_code == 400
    source = sources.create("web")
    assert admin.patch(f"/api/sources/{source.pk}/", {"kind": "http"}).status_code == 400
