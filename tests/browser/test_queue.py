"""What a person answered reaches the server once, whatever happens in between."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Visit
from tests.browser.site import OFFER, token

pytestmark = pytest.mark.xdist_group(__name__)


def ids(visit: Visit) -> set[str]:
    return {body["id"] for body in visit.site.interactions}


def test_an_answer_survives_a_failing_server_and_a_reload(visit: Visit) -> None:
    visit.site.statuses["/v1/interactions"] = 503
    visit.open(clock=True).shown()
    visit.button("Stop offers like this").click()
    visit.until(lambda: visit.site.interactions, "tried")
    assert [item["body"]["kind"] for item in visit.unsent()] == ["opted_out"]
    visit.page.reload()
    visit.site.statuses.clear()
    visit.open(show=False)
    visit.until(lambda: not visit.unsent(), "delivered after the reload")
    assert len(ids(visit)) == 1


def test_it_tries_again_by_itself(visit: Visit) -> None:
    visit.site.statuses["/v1/interactions"] = 429
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.until(lambda: visit.site.interactions, "tried")
    visit.turn()
    visit.site.statuses.clear()
    visit.until(lambda: not visit.unsent(), "delivered", step_ms=1_100)
    assert (len(ids(visit)), set(visit.site.kinds())) == (1, {"declined"})


def test_an_answer_given_off_line_is_sent_when_the_network_is_back(
    visit: Visit, context: BrowserContext
) -> None:
    visit.open(clock=True).shown()
    context.set_offline(True)
    visit.button("No thanks").click()
    visit.survey.wait_for()
    assert [item["body"]["kind"] for item in visit.unsent()] == ["declined"]
    assert visit.site.interactions == []
    context.set_offline(False)
    visit.sent("declined")


def test_what_is_sent_outlives_the_page(visit: Visit) -> None:
    visit.site.early_js = """
      window.posts = []
      const real = window.fetch
      window.fetch = (url, options = {}) => {
        if (options.method === 'POST') posts.push([options.keepalive, options.credentials])
        return real(url, options)
      }"""
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.sent("declined")
    assert visit.page.evaluate("posts") == [[True, "omit"]]


def test_a_final_refusal_is_not_repeated(visit: Visit) -> None:
    visit.site.statuses["/v1/interactions"] = 404
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.until(lambda: "error" in visit.seen, "error")
    assert visit.page.evaluate("last_error") == {"type": "rejected", "status": 404}
    assert visit.unsent() == []
    visit.pass_ms(300_000)
    assert visit.site.kinds() == ["declined"]


def test_a_refused_token_keeps_the_answer_for_the_next_identify(visit: Visit) -> None:
    visit.site.statuses["/v1/interactions"] = 401
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.until(lambda: "error" in visit.seen, "error")
    visit.site.statuses.clear()
    visit.call("identify", token())
    visit.until(lambda: not visit.unsent(), "delivered")
    assert len(ids(visit)) == 1


def test_an_answer_is_never_sent_as_somebody_else(visit: Visit) -> None:
    visit.site.statuses["/v1/interactions"] = 503
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.until(lambda: visit.site.interactions, "tried")
    visit.site.statuses.clear()
    visit.site.offers = []
    visit.call("identify", token("grace"))
    visit.until(lambda: "empty" in visit.seen, "grace was asked for")
    visit.pass_ms(120_000)
    assert len(visit.site.interactions) == 1
    visit.call("identify", token("ada"))
    visit.until(lambda: not visit.unsent(), "delivered as ada")
    assert visit.site.to("/v1/interactions")[-1].headers["Authorization"] == "Bearer " + token("ada")


def test_an_event_before_identify_waits_for_the_person(visit: Visit) -> None:
    visit.open(identify=None, show=False)
    visit.call("track", "Pricing Viewed")
    assert visit.site.received == []
    visit.call("identify", token())
    visit.until(lambda: visit.site.to("/v1/t"), "sent")
    assert visit.site.to("/v1/t")[0].body["event"] == "Pricing Viewed"


@pytest.mark.parametrize("how", ["refused by the browser", "switched off by the page"])
def test_it_works_without_storage(visit: Visit, how: str) -> None:
    if how == "refused by the browser":
        visit.page.add_init_script(
            "Object.defineProperty(window, 'localStorage',"
            " { get() { throw new DOMException('no', 'SecurityError') } })"
        )
    else:
        visit.site.attributes = 'data-storage="off"'
    visit.site.statuses["/v1/interactions"] = 503
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.until(lambda: visit.site.interactions, "tried")
    visit.site.statuses.clear()
    visit.until(lambda: len(visit.site.interactions) > 1, "tried again", step_ms=1_100)
    visit.until(lambda: visit.call("debug")["unsent"] == 0, "delivered")
    assert len(ids(visit)) == 1
    if how != "refused by the browser":
        assert visit.page.evaluate("localStorage.length") == 0


def test_the_store_holds_no_identity(visit: Visit) -> None:
    visit.site.statuses["/v1/t"] = 503
    visit.open(identify="ada@example.test", clock=True)
    visit.call("track", "Report Exported")
    visit.until(lambda: visit.site.to("/v1/t"), "tried")
    stored = visit.page.evaluate("localStorage.getItem('upsell:wk_test')")
    assert "Report Exported" in stored
    assert "ada" not in stored
    assert token("ada@example.test") not in stored


def test_an_answer_in_another_tab_takes_the_offer_down(visit: Visit, context: BrowserContext) -> None:
    visit.open().shown()
    other = Visit(context.new_page(), visit.site).open().shown()
    other.button("No thanks").click()
    visit.until(lambda: visit.offer.count() == 0, "the offer leaves the first tab")
    assert visit.site.kinds().count("declined") == 1
    assert OFFER["proposition_id"] == visit.site.interactions[-1]["proposition_id"]
