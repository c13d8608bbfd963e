"""Buying an offer behind its signed link: in the recipient's language, without a login and without a script.

No provider is asked while somebody waits for a page: a worker does that (`offers_app/checkout/work.py`), and the page
that says so looks again by itself.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from campaigns_app import checkout_words, recipient_pages
from consent_app import links
from offers_app.checkout import begin, orders
from offers_app.models import Checkout, Proposition
from upsell_project.lib import clock

State = Checkout.State
CTA = "cta"
PATIENT = timedelta(seconds=15)
REFRESH_SECONDS, SLOWLY_SECONDS = 1, 10
# The form leads on to the provider, whose page may be on a host of the customer's own.
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self' https:; base-uri 'none'; frame-ancestors 'none'"
)


def of(proposition_id: UUID) -> Proposition | None:
    """With all that its purchase needs; None where there is none, or nobody any more."""
    related = ("offer__checkout__account", "person", "account")
    found = Proposition.objects.select_related(*related).filter(pk=proposition_id).first()
    return None if found is None or found.person.erased_at else found


def follow(proposition: Proposition, *, human: bool) -> HttpResponse:
    """Somebody followed the offer's link. Only for a person something begins; a machine sees the page as it stands."""
    if human and begin.stopped(proposition, clock.now()) is None and (way := orders.how(proposition)):
        begin.ask(proposition, way)
    return standing(proposition)


def start(proposition: Proposition) -> HttpResponse:
    """They pressed the button: begin, or try again."""
    if begin.stopped(proposition, clock.now()) is None and (way := orders.how(proposition)):
        begin.ask(proposition, way, again=True)
    answer = HttpResponseRedirect(_path(proposition))
    answer.status_code = 303
    return answer


def standing(proposition: Proposition, *, back: bool = False) -> HttpResponse:
    """Where it stands. `back`: they left the provider's page. Changes nothing."""
    if stop := begin.stopped(proposition, clock.now()):
        return _page(proposition, str(stop))
    row = Checkout.objects.filter(pk=proposition.pk).first()
    if orders.how(proposition) is None:
        return _without(proposition)
    if row is None or (row.state == State.READY and not _stands(row)):
        return _page(proposition, "back" if back else "begin", button=0)
    if row.state == State.READY:
        return _page(proposition, "back", button=0) if back else HttpResponseRedirect(row.url)
    if row.state == State.OWNED:
        return _page(proposition, "owned")
    if row.state == State.WANTED:
        return _waiting(proposition, row)
    return _page(proposition, "cannot", button=1, instead=True)


def paid(proposition: Proposition) -> HttpResponse:
    """The provider sent them back after paying; that it was paid is told by webhook alone."""
    return _page(proposition, "paid")


def _stands(row: Checkout) -> bool:
    return row.expires_at is None or row.expires_at > clock.real()


def _without(proposition: Proposition) -> HttpResponse:
    """It is not sold at a provider any more: its own address, as for offers that never were."""
    url = orders.fallback(proposition)
    return HttpResponseRedirect(url) if url else _page(proposition, "cannot")


def _waiting(proposition: Proposition, row: Checkout) -> HttpResponse:
    slow = clock.real() - row.asked_at > PATIENT
    page = _page(proposition, "slow" if slow else "moment", again=True, instead=slow)
    page["Refresh"] = f"{SLOWLY_SECONDS if slow else REFRESH_SECONDS}; url={_path(proposition)}"
    return page


def _page(
    proposition: Proposition,
    name: str,
    *,
    button: int | None = None,
    again: bool = False,
    instead: bool = False,
) -> HttpResponse:
    words = checkout_words.of(proposition.person.locale)
    heading, text = words[name]
    url = orders.fallback(proposition) if instead else ""
    context = {
        "heading": heading,
        "text": text,
        "offer": proposition.offer.name,
        "action": _path(proposition),
        "button": "" if button is None else words["buttons"][button],
        "again": _path(proposition) if again else "",
        "again_label": words["buttons"][0],
        "instead": url,
        "instead_host": urlsplit(url).hostname or "",
    }
    page = recipient_pages.checkout(proposition.person, context)
    page["Content-Security-Policy"] = _POLICY
    return page


def _path(proposition: Proposition) -> str:
    return f"/checkout/{links.make_click(proposition.pk, CTA)}"
