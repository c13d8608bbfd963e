"""OpenAPI: valid, complete, and read without any other host."""

import io
import json
import re
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from campaigns_app.api.urls import RESOURCES
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(nobody: Caller) -> dict[str, Any]:
    return dict(json.loads(nobody.get("/api/schema/").content))


def test_it_is_valid_and_made_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_it_is_served_as_json_and_as_yaml(nobody: Caller, schema: dict[str, Any]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]
    told = nobody.get("/api/schema", Accept="application/vnd.oai.openapi").content
    assert yaml.safe_load(told)["paths"].keys() == schema["paths"].keys()


def test_it_names_every_resource(schema: dict[str, Any]) -> None:
    for name in RESOURCES:
        assert f"/api/{name}/" in schema["paths"]
    assert {"/api/explain/", "/api/people/{user_id}/timeline/", "/api/sandbox/clock/"} <= schema[
        "paths"
    ].keys()


def test_every_operation_tells_its_errors_and_its_key(schema: dict[str, Any]) -> None:
    operations = [
        (path, method, one) for path, methods in schema["paths"].items() for method, one in methods.items()
    ]
    assert len(operations) > 40
    for path, method, operation in operations:
        expected = {"400", "401", "403", "404", "503"}
        if method != "get":
            expected |= {"409", "413", "415"}
        if method == "post":
            expected |= {"422"}
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}
        assert expected <= operation["responses"].keys(), (path, method)
        for code in expected:
            assert operation["responses"][code]["content"].keys() == {"application/problem+json"}
        assert {"key": []} in operation["security"]


def test_the_docs_ask_no_other_host(nobody: Caller) -> None:
    page = nobody.get("/api/docs/").content.decode()
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    for link in links:
        if link.startswith("/static/"):
            assert finders.find(link.removeprefix("/static/")), link
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    script = nobody.get(next(link for link in links if "script" in link))
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema" in script.content.decode()
