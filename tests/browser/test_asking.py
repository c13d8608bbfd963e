"""When the widget asks the server, with what, and what it does with the answers."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER, WRITE_KEY, token

pytestmark = pytest.mark.xdist_group(__name__)


def hide_tab(visit: Visit, hidden: bool) -> None:
    """Headless tabs are always visible, so the page is told otherwise."""
    visit.page.evaluate(
        """hidden => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        hidden,
    )


def test_it_asks_with_the_key_and_the_person_and_shows_the_offer(visit: Visit) -> None:
    visit.open(show=False)
    visit.call("show", "app-banner")
    visit.shown()
    (request,) = visit.site.to("/v1/offers")
    assert request.query == "placement=app-banner&limit=1"
    assert request.headers["X-Write-Key"] == "wk_test"
    assert request.headers["Authorization"] == "Bearer " + token()
    assert "Cookie" not in request.headers
    assert visit.page.get_by_role("heading", name=OFFER["headline"]).is_visible()
    assert "show" in visit.seen


def test_calls_made_before_the_script_has_loaded_are_kept(visit: Visit) -> None:
    visit.site.early_js = f"upsell('identify', '{token()}'); upsell('show')"
    visit.page.goto(visit.site.host)
    visit.shown()
    assert visit.site.to("/v1/offers")[0].query == "limit=1"


@pytest.mark.parametrize(("identify", "show"), [("ada", False), (None, True)])
def test_nothing_is_asked_or_stored_without_identify_and_show(
    visit: Visit, identify: str | None, show: bool
) -> None:
    visit.open(identify=identify, show=show, clock=True)
    visit.pass_ms(120_000)
    visit.turn()
    assert visit.site.received == []
    assert visit.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_no_offer_is_a_normal_answer_and_it_polls_as_told(visit: Visit) -> None:
    visit.site.offers, visit.site.poll_after_s = [], 30
    visit.open(clock=True)
    visit.until(lambda: "empty" in visit.seen, "empty")
    visit.pass_ms(29_000)
    assert len(visit.site.to("/v1/offers")) == 1
    visit.site.offers = [OFFER]
    visit.pass_ms(1_500)
    visit.asked(2)
    visit.shown()


def test_a_hidden_tab_does_not_poll_until_it_is_seen_again(visit: Visit) -> None:
    visit.site.offers = []
    visit.open(clock=True)
    visit.until(lambda: "empty" in visit.seen, "empty")
    hide_tab(visit, True)
    visit.pass_ms(300_000)
    assert len(visit.site.to("/v1/offers")) == 1
    hide_tab(visit, False)
    visit.asked(2)


def test_a_refused_token_stops_everything_until_identify(visit: Visit) -> None:
    visit.site.statuses["/v1/offers"] = 401
    visit.open(clock=True)
    visit.until(lambda: "error" in visit.seen, "error")
    assert visit.page.evaluate("last_error") == {"type": "token", "status": 401}
    visit.pass_ms(600_000)
    visit.call("refresh")
    assert len(visit.site.to("/v1/offers")) == 1
    visit.site.statuses.clear()
    visit.call("identify", token())
    visit.shown()


def test_a_failing_server_is_asked_again_later(visit: Visit) -> None:
    visit.site.statuses["/v1/offers"] = 503
    visit.open(clock=True)
    visit.until(lambda: "error" in visit.seen, "error")
    assert visit.page.evaluate("last_error") == {"type": "http", "status": 503}
    visit.site.statuses.clear()
    visit.pass_ms(61_000)
    visit.shown()


@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_a_new_route_asks_again(visit: Visit, method: str) -> None:
    visit.site.offers = []
    visit.open(clock=True)
    visit.until(lambda: "empty" in visit.seen, "empty")
    visit.page.evaluate("method => history[method]({}, '', '/billing')", method)
    visit.pass_ms(150)
    visit.asked(2)


def test_going_back_asks_again(visit: Visit) -> None:
    visit.site.offers = []
    visit.open(clock=True)
    visit.until(lambda: "empty" in visit.seen, "empty")
    visit.page.evaluate("history.pushState({}, '', '/billing')")
    visit.pass_ms(150)
    visit.asked(2)
    visit.page.evaluate("new Promise(done => { addEventListener('popstate', done); history.back() })")
    visit.pass_ms(150)
    visit.asked(3)


def test_track_sends_the_event_and_looks_for_offers_until_one_comes(visit: Visit) -> None:
    visit.site.offers = []
    visit.open(clock=True)
    visit.until(lambda: "empty" in visit.seen, "empty")
    visit.call("track", "Report Exported", {"format": "csv"})
    visit.asked(2)
    (request,) = visit.site.to("/v1/t")
    body = dict(request.body)
    assert body.pop("messageId") and body.pop("timestamp")
    assert body == {
        "type": "track",
        "event": "Report Exported",
        "properties": {"format": "csv"},
        "userId": "ada",
        "writeKey": "wk_test",
    }
    assert request.headers["Authorization"] == "Bearer " + token()
    visit.until(lambda: not visit.unsent(), "the event is accepted")
    visit.pass_ms(350)
    visit.asked(3)
    visit.site.offers = [OFFER]
    visit.until(visit.offer.count, "an offer at one of the next looks", step_ms=300)
    assert len(visit.site.to("/v1/offers")) <= 6  # not by the poll


def test_track_gives_up_looking_after_three_seconds(visit: Visit) -> None:
    visit.site.offers = []
    visit.open(clock=True)
    visit.until(lambda: visit.seen.count("empty") == 1, "empty")
    visit.call("track", "Report Exported")
    for times in range(2, 7):  # each look begins its wait when the answer before it is in
        visit.asked(times)
    visit.until(lambda: visit.seen.count("empty") == 2, "empty once more")
    visit.pass_ms(20_000)
    assert len(visit.site.to("/v1/offers")) == 6


def test_somebody_else_never_sees_the_last_persons_offer(visit: Visit) -> None:
    visit.open().shown()
    visit.site.offers = []
    visit.call("identify", token("grace"))
    assert visit.page.locator("upsell-offer").count() == 0
    visit.until(lambda: "empty" in visit.seen, "empty for the new person")


def test_an_expired_offer_is_not_shown(visit: Visit) -> None:
    visit.site.offers = [{**OFFER, "expires_at": "2020-01-01T00:00:00Z"}]
    visit.open(clock=True)
    visit.asked(1)
    visit.pass_ms(5_000)
    assert visit.offer.count() == 0


def test_an_offer_leaves_the_screen_when_it_expires(visit: Visit) -> None:
    visit.open(show=False, clock=True)
    now: str = visit.page.evaluate("new Date(Date.now() + 60000).toISOString()")
    visit.site.offers = [{**OFFER, "expires_at": now}]
    visit.call("show")
    visit.shown()
    visit.pass_ms(61_000)
    assert visit.offer.count() == 0
    assert set(visit.site.kinds()) <= {"viewed"}


def test_debug_says_why_nothing_is_shown(visit: Visit) -> None:
    visit.site.body = "<div data-upsell-quiet>Checkout</div>"
    visit.open(identify=None, show=False)
    printed: list[str] = []
    visit.page.on("console", lambda message: printed.append(message.text))
    reasons = visit.call("debug")["reasons"]
    assert reasons[:3] == [
        "no valid token: call identify",
        "show was not called",
        "a data-upsell-quiet zone is on screen",
    ]
    visit.until(lambda: printed, "printed")
    assert "a data-upsell-quiet zone is on screen" in printed[0]


def test_a_subscription_to_pushes_is_told_with_the_person_s_token(visit: Visit) -> None:
    """As the browser gives it; it waits for the token like an event."""
    subscription = {"endpoint": "https://push.test/1", "keys": {"p256dh": "p", "auth": "a"}}
    visit.open(identify=None, show=False)
    visit.page.evaluate(
        "said => upsell('push', { toJSON: () => said, endpoint: said.endpoint })", subscription
    )
    visit.turn()
    assert visit.site.to("/v1/i") == []
    visit.call("identify", token())
    visit.until(lambda: visit.site.to("/v1/i") and not visit.unsent(), "told")
    (told,) = visit.site.to("/v1/i")
    assert told.headers["Authorization"] == f"Bearer {token()}"
    assert told.body["context"] == {"device": {"token": subscription}}
    assert (told.body["userId"], told.body["writeKey"]) == ("ada", WRITE_KEY)
    assert visit.site.to("/v1/t") == []
