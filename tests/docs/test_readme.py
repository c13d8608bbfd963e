"""The README's commands do what it says, run as they are written against the running product."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from tests.running_stack import Stack, ask, running, until
from tests.smtp_sink import Sink

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests/contract/node"
EXPORTED = {"BASE", "WRITE_KEY", "API_KEY"}


def blocks(language: str) -> list[str]:
    """The README's fenced blocks in this language, without the indentation of the list they may stand in."""
    text = (ROOT / "README.md").read_text()
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


@pytest.fixture(scope="module")
def sink() -> Sink:
    return Sink()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Stack]:
    """In the middle of a month, so that what was used this month still counts a day later."""
    with running(tmp_path_factory.mktemp("stack"), sink) as (stack, _):
        stack.start("dispatch", "dispatch")
        stack.start("worker", "run_worker")
        stack.start_web()
        now = datetime.now(UTC)
        month = (now.replace(day=1) + timedelta(days=32)).replace(day=10, hour=10, minute=0)
        stack.manage("sandbox_clock", "--advance", f"{(month - now) // timedelta(minutes=1)}m")
        yield stack


class Reader:
    """Somebody who types the README's blocks into one terminal. Only the address of the server is another."""

    def __init__(self, stack: Stack) -> None:
        self.env = stack.env | {"BASE": stack.url}

    def types(self, block: str) -> str:
        """Run one block; return what it printed. What it exports stays for the next."""
        printed, _, kept = self._run(
            ["bash", "-c", f"set -euo pipefail\n{block}\nprintf '\\0'; env -0"]
        ).partition("\0")
        variables = dict(one.split("=", 1) for one in kept.split("\0") if "=" in one)
        self.env |= {name: variables[name] for name in EXPORTED if name in variables}
        return printed

    def python(self, block: str) -> None:
        self._run([sys.executable, "-c", block])

    def node(self, block: str) -> None:
        self._run(["node", "--input-type=module", "-e", block], NODE)

    def _run(self, command: list[str], directory: Path = ROOT) -> str:
        done = subprocess.run(
            command, cwd=directory, env=self.env, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def reader(stack: Stack) -> Reader:
    """Has made a source of events."""
    reader = Reader(stack)
    reader.types(blocks("bash")[0])
    assert reader.env["WRITE_KEY"].startswith("wk_")
    return reader


def test_the_quick_start_leads_from_three_requests_to_an_offer_and_a_mail(
    stack: Stack, reader: Reader, sink: Sink
) -> None:
    _, requests, explain, skip = blocks("bash")
    assert requests.count("curl ") == 3
    arrived, permitted, exported = map(json.loads, filter(None, reader.types(requests).splitlines()))
    assert (arrived["accepted"], arrived["rejected"]) == (2, [])
    assert permitted["ok"]
    assert (exported["accepted"], exported["rejected"]) == (4, [])

    until(lambda: stack.all("deliveries", channel="in_app"), "the banner is ready")
    assert [one["name"] for one in stack.all("events", person="ana", kind="track")] == ["Report Exported"] * 4
    ana = stack.api("people/ana/")
    assert (ana["first_name"], [one["account"] for one in ana["accounts"]]) == ("Ana", ["initech"])
    assert [one["evidence"]["used"] for one in stack.all("signals", person="ana")] == [4]
    (evaluation,) = json.loads(reader.types(explain))["evaluations"]
    assert (evaluation["offer"], evaluation["outcome"]) == ("pro-plan", "delivered")

    reader.types(skip)
    assert [mail["To"] for mail in sink.mails] == ["ana@initech.test"]


def test_the_python_snippet_sends(stack: Stack, reader: Reader) -> None:
    reader.python(blocks("python")[0])
    until(lambda: len(stack.all("events", person="ben")) == 2, "both calls are stored")
    assert stack.api("accounts/hooli/")["name"] == "Hooli"


def test_the_node_snippet_sends(stack: Stack, reader: Reader) -> None:
    reader.node(blocks("js")[0])
    until(lambda: len(stack.all("events", person="cleo")) == 2, "both calls are stored")
    assert stack.api("accounts/aviato/")["name"] == "Aviato"


def test_the_token_of_the_snippet_opens_the_offers(stack: Stack) -> None:
    web = stack.source("web")
    defined: dict[str, object] = {}
    exec(blocks("python")[1], defined)
    person_token = defined["person_token"]
    assert callable(person_token)
    token = person_token("somebody", web["signing_secret"])
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    answer = ask(f"{stack.url}/v1/offers", X_Write_Key=web["write_key"], Authorization=f"Bearer {token}")
    assert (answer.status, answer.json["offers"]) == (200, [])
