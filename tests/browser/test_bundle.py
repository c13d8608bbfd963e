"""The shipped file is small, is what the source says, has true types, and loads as a module."""

import gzip
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import STATIC, WRITE_KEY, token

pytestmark = pytest.mark.xdist_group(__name__)

NODE = Path(__file__).parent / "node"


def test_it_is_at_most_8_kb_gzipped() -> None:
    assert len(gzip.compress((STATIC / "upsell.js").read_bytes(), 9)) <= 8192


def test_it_is_built_from_the_source(tmp_path: Path) -> None:
    built = tmp_path / "upsell.js"
    subprocess.run(["node", "build.mjs", str(built)], cwd=NODE, check=True, timeout=60)
    assert built.read_text() == (STATIC / "upsell.js").read_text(), (
        "run: npm run build (in tests/browser/node)"
    )


def test_it_never_parses_markup_into_a_page() -> None:
    shipped = (STATIC / "upsell.js").read_text()
    assert [
        word for word in ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "Function(") if word in shipped
    ] == []


def test_the_types_say_what_the_contract_says() -> None:
    result = subprocess.run(
        ["npm", "run", "-s", "types"], cwd=NODE, capture_output=True, text=True, timeout=120
    )
    assert (result.returncode, result.stdout) == (0, "")


def test_it_loads_as_a_module(visit: Visit) -> None:
    visit.page.goto(visit.site.host + "/empty")
    visit.page.evaluate("delete window.upsell")
    visit.page.evaluate(
        """async ([api, key, token]) => {
          const { init, upsell } = await import(api + '/static/upsell.mjs')
          upsell('identify', token)
          const loaded = init({ key, locale: 'de' })
          upsell('show', 'app-sidebar')
          await loaded
        }""",
        [visit.site.api, WRITE_KEY, token()],
    )
    visit.shown()
    assert visit.site.to("/v1/offers")[0].query == "placement=app-sidebar&limit=1"


def test_loading_it_twice_changes_nothing(visit: Visit) -> None:
    visit.open(show=False)
    visit.page.add_script_tag(url=visit.site.api + "/static/upsell.js?again")
    visit.call("show")
    visit.shown()
    assert len(visit.site.to("/v1/offers")) == 1
