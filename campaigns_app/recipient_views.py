"""Recipients' pages: no login, no script, no cookie; the signed link is the authority. A GET changes nothing.

The one exception is the click redirect, which notes that somebody clicked, and has the payment page of an offer that is
bought at a provider prepared: docs/checkout.md says why that is safe.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns_app import checkout_pages, enroll, interact, machines, preferences, recipient_pages
from campaigns_app.models import Interaction
from campaigns_app.recipient_pages import Page
from consent_app import ledger, links
from offers_app.checkout import orders
from offers_app.models import Proposition
from people_app import merging
from people_app.models import Channel, Person
from upsell_project.lib import clock

View = Callable[[HttpRequest, str], HttpResponse]
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}
_CLICK = uuid.UUID("9f5b0c0e-8c1e-4b55-9b3f-1f0f5e1d2a77")
_ACT = uuid.UUID("5c0f8a53-2c55-4a0b-8a1a-6d1e3c9d7b42")


def private(view: View) -> View:
    """Nobody may keep, index or embed the page, or learn where it was; a link that is not ours is a 404."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except (links.BadLink, Http404):
            response = recipient_pages.broken()
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return wrapped


@private
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """`/p/<token>`: see and change what one gets; with `?do=not_now` or `?do=no_more`, as in mails, one act."""
    page = _page(links.read_preferences(token))
    if page is None:
        return recipient_pages.nobody()
    if request.method == "POST":
        return _change(request, page)
    act = request.GET.get("do", "")
    return recipient_pages.one_act(page, act) if page.offers(act) else recipient_pages.preferences(page)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """`/u/<token>`: RFC 8058. The POST acts at once and answers 200, whatever its body."""
    page = _page(links.read_unsubscribe(token))
    if page is None:
        return recipient_pages.nobody()
    if request.method != "POST":
        return recipient_pages.unsubscribe(page, token)
    page.remember()
    preferences.stop_all(page.person, "one_click", page.proof)
    _note(page, Interaction.Kind.OPTED_OUT, "one_click")
    return recipient_pages.preferences(page, "stopped")


@private
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """`/c/<token>`: on to the target that the offer itself names, or to where it is bought, and nowhere else."""
    proposition_id, target = links.read_click(token)
    proposition = checkout_pages.of(proposition_id)
    bought = target == checkout_pages.CTA and proposition and _is_bought(proposition)
    url = _target(proposition, target)
    if proposition is None or (url is None and not bought):
        raise Http404
    human = request.method == "GET" and _human(request)
    if human and not (bought and _told_by_the_widget(proposition)):
        _clicked(proposition, target)
    if bought:
        return checkout_pages.follow(proposition, human=human)
    return HttpResponseRedirect(str(url))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, token: str) -> HttpResponse:
    """`/checkout/<token>`: how far a purchase is; the POST begins it or tries again."""
    proposition_id, target = links.read_click(token)
    proposition = checkout_pages.of(proposition_id)
    if proposition is None or target != checkout_pages.CTA or not _is_bought(proposition):
        raise Http404
    if request.method == "POST":
        return checkout_pages.start(proposition)
    if "done" in request.GET:
        return checkout_pages.paid(proposition)
    return checkout_pages.standing(proposition, back="back" in request.GET)


@private
@require_safe
def why(request: HttpRequest, token: str) -> HttpResponse:
    """`/why/<token>`: the reason for one offer, in the words and figures of its evidence."""
    proposition = (
        Proposition.objects.select_related("offer", "person").filter(pk=links.read_why(token)).first()
    )
    if proposition is None or proposition.person.erased_at:
        raise Http404
    return recipient_pages.why(proposition)


def _change(request: HttpRequest, page: Page) -> HttpResponse:
    wish, _, number = request.POST.get("do", "").partition("-")
    if page.offers(wish):
        return _answer(page, wish)
    if wish == "stop":
        page.remember()
        preferences.stop_all(page.person, preferences.HERE, page.proof)
        _note(page, Interaction.Kind.OPTED_OUT, preferences.HERE)
        return recipient_pages.preferences(page, "stopped")
    if wish == "start":
        shown = page.look()[0].shown
        return _choose(page, shown, shown, "started")
    if wish == "save":
        shown, ticked = request.POST.get("shown", ""), " ".join(request.POST.getlist("on"))
        return _choose(page, shown, ticked, "saved")
    if wish == "pause" and number in {str(days) for days in preferences.PAUSES}:
        page.remember()
        ledger.snooze(page.person, int(number), preferences.HERE)
        enroll.exit(person_id=page.person.pk, reason=Interaction.Kind.SNOOZED)
        _note(page, Interaction.Kind.SNOOZED, preferences.HERE)
        return recipient_pages.preferences(page, "paused")
    if wish == "resume":
        ledger.resume(page.person)
        return recipient_pages.preferences(page, "resumed")
    return recipient_pages.preferences(page, "nothing", status=400)


def _answer(page: Page, act: str) -> HttpResponse:
    """As the same control in the app. The act is kept once, however often it is pressed; a no is also said once
    more, as it may have been undone since."""
    page.remember()
    kind, made = recipient_pages.ACTS[act], page.proposition
    if made is None:
        raise Http404
    once = uuid.uuid5(_ACT, f"{made.pk}:{kind}")
    interact.record(made.pk, page.person.pk, kind, id=once, at=clock.now(), how=preferences.HERE)
    if kind == Interaction.Kind.OPTED_OUT:
        preferences.stop(page.person, made.topic, page.proof)
    return recipient_pages.preferences(page, f"{act}_done")


def _note(page: Page, kind: Interaction.Kind, how: str) -> None:
    """The offer that led here gets its answer, so that reports see what the ledger knows."""
    if page.proposition:
        interact.note(page.proposition, kind, how)


def _choose(page: Page, shown: str, ticked: str, result: str) -> HttpResponse:
    page.remember()
    changed = preferences.choose(page.person, shown, ticked, page.proof)
    return recipient_pages.preferences(page, result if changed else "nothing")


def _page(recipient: links.Recipient) -> Page | None:
    """The page of whom the link names, or of whom they were merged into; None when nobody is left."""
    person = merging.remaining(Person.objects.filter(pk=recipient.person_id).first())
    if person is None or person.erased_at:
        return None
    made = Proposition.objects.filter(person=person, pk=recipient.proposition_id or uuid.UUID(int=0))
    return Page(person, made.first())


def _target(proposition: Proposition | None, target: str) -> str | None:
    """The address stored with the offer under this name, if it is a web address on an allowed host."""
    button = proposition.content.get(target) if proposition else None
    url = button.get("url") if isinstance(button, dict) else None
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    allowed = not settings.CLICK_HOSTS or parts.hostname in settings.CLICK_HOSTS
    return url if parts.scheme in ("http", "https") and parts.hostname and allowed else None


def _is_bought(proposition: Proposition) -> bool:
    """Sold at a provider now, or when it was presented: then its button leads to our own link."""
    button = proposition.content.get(checkout_pages.CTA)
    stored = button.get("url") if isinstance(button, dict) else None
    own = isinstance(stored, str) and stored.startswith(f"{settings.PUBLIC_URL}/c/")
    return own or (bool(button) and orders.how(proposition) is not None)


def _told_by_the_widget(proposition: Proposition) -> bool:
    """It leads here as well and tells of clicks itself. On a page that asked for its offer there may be none."""
    in_app = proposition.channel == Channel.IN_APP
    return in_app and bool(proposition.enrollment_id is not None or proposition.clicked_at)


def _clicked(proposition: Proposition, target: str) -> None:
    interact.record(
        proposition.pk,
        proposition.person_id,
        Interaction.Kind.CLICKED,
        id=uuid.uuid5(_CLICK, f"{proposition.pk}:{target}"),
        at=clock.now(),
        how="mail" if proposition.channel == Channel.EMAIL else "link",
        data={"target": target},
    )


def _human(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "")
    prefetched = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    return bool(agent) and not prefetched and not machines.named_in(agent)
