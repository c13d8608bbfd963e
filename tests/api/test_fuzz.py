"""A fuzzer that reads the schema finds no 5xx and no answer that the schema does not describe."""

import json
import os
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema  # type: ignore[import-untyped]
import pytest

from offers_app.models import Offer
from tests.api.caller import Caller, one_of_each

pytestmark = pytest.mark.django_db

ROUNDS = 8
# `make fuzz` has time for more.
SEEDS = 30 if os.environ.get("FUZZ_SECONDS") else 1
ODD = ["", " ", "x", "0", "-1", "1", "9" * 30, "\x00", "é", "\ud7ff", "null", "true", "1970-01-01", "a" * 400]
ODD += [
    "2026-03-10T10:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "../..",
    "%",
    "{}",
    "'",
    '"',
    "\n",
    "u_1",
    "email",
]
SLUGS = [f"slug-{number}" for number in range(1_000)]
TREATMENT = {"channel": "email", "headline": "Hi", "body": "Hi {{ person.first_name }}"}
RULE = {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}
PAYS = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
SIGN = {"part": "fit", "name": "Pays", "points": 1, "if": PAYS}
SOUND: dict[str, dict[str, list[Any]]] = {
    "offers": {
        "slug": SLUGS,
        "name": ["Pro"],
        "trial_days": [None, 14],
        "caps": [[], [{"at_most": 3, "outcome": "dismissed"}]],
        "fields": [{}],
    },
    "products": {
        "slug": SLUGS,
        "name": ["Seats"],
        "kind": ["addon"],
        "prices": [[], [{"currency": "EUR", "amount": "8.00"}]],
    },
    "placements": {"slug": SLUGS, "name": ["Bar"], "format": ["banner", "modal"]},
    "claims": {
        "slug": SLUGS,
        "kind": ["benefit", "case_study"],
        "texts": [{"en": "Seven hours."}, {"de": "Sieben Stunden.", "en": "Seven."}],
        "figures": [{}, {"hours": 7}],
        "source_name": ["Our study"],
        "source_url": ["https://study.test/"],
        "source_date": ["2025-05-02"],
        "valid_until": ["2099-01-01"],
    },
    "approve": {"approved": [True, False], "fingerprint": ["0" * 64, ""]},
    "templates": {"slug": SLUGS, "name": ["Nudge"], "treatments": [[], [TREATMENT]]},
    "signal-definitions": {"slug": SLUGS, "name": ["Near"], "detector": ["threshold"], "config": [RULE]},
    "meters": {"resource": SLUGS, "label": ["rows"], "verb": ["imported"], "event": ["Rows Imported"]},
    "playbooks": {"slug": SLUGS, "name": ["Power"], "signals": [[], ["usage-limit-near"]]},
    "facts": {
        "facts": [{}, {"plan": "pro", "x": 1}],
        "limits": [{"exports": "20", "api": None}],
        "unlimit": [["x"]],
    },
    "names": {"kind": ["stripe_customer_id", "hubspot_company_id"], "value": SLUGS},
    "segments": {"slug": SLUGS, "name": ["Some"], "kind": ["list"], "live": [True]},
    "scores": {"slug": SLUGS, "name": ["Health"], "signs": [[SIGN]]},
    "members": {"user_ids": [[], ["u_1", "x"]], "remove": [[], ["u_1"]]},
    "merge": {"into": ["nobody", "acme"]},
    "lint-waivers": {
        "offer": ["fuzzed"],
        "wording": [{}, {"note": "Only 3 seats left"}],
        "rules": [["false-scarcity"], ["x"]],
        "because": ["Counted"],
        "until": [None, "9000-01-01"],
    },
    "channels": {
        "provider": ["twilio"],
        "channel": ["sms"],
        "name": ["One"],
        "given": [{"account_sid": "AC1", "from": "+14155550199"}, {}, {"x": "y"}],
        "secrets": [{"auth_token": "t"}],
    },
    "sources": {"kind": ["http", "web", "stripe"], "name": ["One"], "origins": [[], ["https://a.test"]]},
}
NEVER = {"/api/sandbox/clock/"}  # a lucky number would move the clock for a year


def _as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says null."""
    if isinstance(schema, list):
        return [_as_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _as_json_schema(one) for name, one in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def _body(
    dice: random.Random, operation: dict[str, Any], method: str, path: str, whole: dict[str, Any]
) -> Any:
    """A sound one with up to two members spoiled, or a wild one; None where none is taken."""
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    fields = list(whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"])
    wild = {name: _value(dice, 0) for name in dice.sample(fields, dice.randint(0, min(2, len(fields))))}
    known = SOUND.get(path.rstrip("/").rpartition("/")[2]) or SOUND[path.split("/")[2]]
    sound = {name: dice.choice(values) for name, values in known.items()}
    if method == "patch":
        sound = {name: value for name, value in sound.items() if name not in ("slug", "kind", "resource")}
    return dice.choice([sound, sound | wild, wild])


def _value(dice: random.Random, depth: int) -> Any:
    kind = dice.randint(0, 7 if depth < 2 else 5)
    if kind == 6:
        return [_value(dice, depth + 1) for _ in range(dice.randint(0, 3))]
    if kind == 7:
        return {
            dice.choice(ODD).replace("\x00", ""): _value(dice, depth + 1) for _ in range(dice.randint(0, 3))
        }
    return [None, dice.choice((True, False)), dice.randint(-(2**40), 2**40), 1.5, "slug-1", dice.choice(ODD)][
        kind
    ]


def _requests(whole: dict[str, Any], dice: random.Random, ids: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            if path in NEVER:
                continue
            named = operation.get("parameters", [])
            query = [one["name"] for one in named if one["in"] == "query"]
            for number in range(ROUNDS):
                some = dice.sample(query, min(len(query), dice.randint(0, 2)))
                asked = urlencode({name: dice.choice(ODD) for name in some if number}, errors="replace")
                value = ids[path.split("/")[2]] if number < 2 else dice.choice(ODD)
                value = value or "x" if method == "post" else value  # without a name it is another path
                where = (
                    path
                    if "{" not in path
                    else path.replace(path[path.index("{") : path.index("}") + 1], "%s")
                )
                where = where % quote(value, safe="") if "%s" in where else where
                body = _body(dice, operation, method, path, whole)
                yield operation, method.upper(), f"{where}?{asked}" if asked else where, body


def _known_ids(viewer: Caller, whole: dict[str, Any]) -> dict[str, str]:
    """Of each resource one that exists, by whatever its path is named after."""
    found = {}
    for path in whole["paths"]:
        name, _, rest = path.removeprefix("/api/").partition("/{")
        if rest and "/timeline" not in rest:
            column = rest.partition("}")[0]
            rows = json.loads(viewer.get(f"/api/{name}/").content)["results"]
            found[name] = str(next(row[column] for row in rows if row[column] is not None))
    return found | {"explain": ""}


def _validator(schema: dict[str, Any], whole: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"components": whole["components"], **schema})


def _check(answer: Any, operation: dict[str, Any], whole: dict[str, Any], told: str) -> None:
    known = operation["responses"].get(str(answer.status_code))
    assert answer.status_code < 500, told
    assert known, f"{answer.status_code} is not documented: {told}"
    if answer.status_code == 204:
        assert not answer.content, told
        return
    assert answer["Content-Type"] in known["content"], told
    schema = known["content"][answer["Content-Type"]]["schema"]
    fault = jsonschema.exceptions.best_match(
        _validator(schema, whole).iter_errors(json.loads(answer.content))
    )
    assert fault is None, f"{told}: {fault.json_path} {fault.message}"


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_it_finds_nothing(admin: Caller, seed: int) -> None:
    one_of_each()
    Offer.objects.create(slug="fuzzed", name="Fuzzed")
    whole, dice = _as_json_schema(json.loads(admin.get("/api/schema/").content)), random.Random(seed)
    statuses = set()
    for operation, method, path, body in _requests(whole, dice, _known_ids(admin, whole)):
        answer = admin.call(method, path, body)
        statuses.add(answer.status_code)
        _check(answer, operation, whole, f"{method} {path} {body} -> {answer.content[:300]!r}")
    assert {200, 201, 400, 404} <= statuses
