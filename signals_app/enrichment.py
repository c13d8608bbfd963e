"""Firmographics: what is looked up of a company by its domain, where nobody told us its industry or size."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import Q

from people_app.models import Account, ContactPoint
from signals_app import lookups
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Wanted
from signals_app.connectors.shared.firmographics import COMPANY, DOMAIN
from signals_app.models import Lookup, Source
from upsell_project.lib import clock

AGAIN_AFTER = timedelta(days=90)
MOST_PEOPLE = 20
# Addresses there tell a person, not a company.
# fmt: off
FREE_MAIL = frozenset({
    "126.com", "163.com", "aim.com", "aol.com", "arcor.de", "bellsouth.net", "bigpond.com",
    "bluewin.ch", "bol.com.br", "btinternet.com", "comcast.net", "cox.net", "duck.com", "email.com",
    "fastmail.com", "fastmail.fm", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com",
    "gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de",
    "hotmail.es", "hotmail.fr", "hotmail.it", "hushmail.com", "icloud.com", "inbox.com", "interia.pl",
    "laposte.net", "libero.it", "list.ru", "live.co.uk", "live.com", "live.de", "live.fr", "live.nl",
    "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com", "msn.com", "naver.com", "o2.pl",
    "online.de", "orange.fr", "outlook.com", "outlook.de", "outlook.fr", "pm.me", "posteo.de",
    "proton.me", "protonmail.com", "qq.com", "rambler.ru", "rediffmail.com", "rocketmail.com",
    "seznam.cz", "sfr.fr", "shaw.ca", "sky.com", "t-online.de", "tutanota.com", "uol.com.br",
    "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "yahoo.co.in", "yahoo.co.jp",
    "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com",
    "yandex.ru", "ymail.com", "zoho.com",
})
# fmt: on


def want(account_ids: Collection[int]) -> None:
    """Ask for the firmographics of those of these accounts that lack them. Run in the inbox's transaction."""
    wanting = _asked() if account_ids else []
    if wanting:
        domains = _domains(account_ids)
        for source in wanting:
            _ask(source.pk, domains)


def _asked() -> list[Source]:
    """Those that do nothing else, and those that send webhooks where staff said so."""
    knowing = [connector for connector in CONNECTORS.values() if connector.enriches]
    only = [connector.kind for connector in knowing if not connector.signed]
    told = Q(kind__in=[connector.kind for connector in knowing], looks_up=True)
    return list(Source.objects.filter(Q(kind__in=only) | told, active=True).exclude(api_key=""))


def _ask(source_id: int, domains: dict[str, set[int]]) -> None:
    earlier = {
        one.object_id: one
        for one in Lookup.objects.filter(source_id=source_id, kind=COMPANY, object_id__in=domains)
    }
    lookups.ask(
        (source_id, Wanted(COMPANY, domain), sorted(accounts))
        for domain, accounts in domains.items()
        if domain not in earlier or _stale(earlier[domain])
    )
    for domain, before in earlier.items():
        new = domains[domain] - set(before.accounts)
        if new and not _stale(before):
            _answer_also(before, new)


def _stale(before: Lookup) -> bool:
    ended = before.ended_at
    return before.state != Lookup.State.OPEN and (ended is None or ended < clock.real() - AGAIN_AFTER)


def _answer_also(before: Lookup, new: set[int]) -> None:
    """Another account of a domain that was looked up, or is to be: the one answer is about it too."""
    Lookup.objects.filter(pk=before.pk).update(accounts=sorted({*before.accounts, *new}))
    if before.state == Lookup.State.DONE:
        wanted = Wanted(before.kind, before.object_id)
        lookups.accept(before.source_id, wanted, before.answer.encode(), sorted(new))


def _domains(account_ids: Collection[int]) -> dict[str, set[int]]:
    """Accounts without industry or size by domain: the one that was told, else that of their people's addresses."""
    accounts = Account.objects.filter(pk__in=account_ids, merged_into=None, personal_of=None)
    lacking = [account for account in accounts if not (account.industry and account.traits.get("employees"))]
    found: dict[str, set[int]] = defaultdict(set)
    for account in lacking:
        said = (account.traits.get(name) for name in ("domain", "website"))
        domain = next(filter(None, map(domain_of, said)), "") or _of_people(account)
        if domain:
            found[domain].add(account.pk)
    return found


def _of_people(account: Account) -> str:
    """Where most of its people have their mail."""
    points = ContactPoint.objects.filter(channel="email", person__memberships__account=account)
    addresses = points.order_by("pk").values_list("address", flat=True)[:MOST_PEOPLE]
    return most_common(address.rpartition("@")[2] for address in addresses)


def most_common(domains: Iterable[str]) -> str:
    """Of the domains that are a company's; the first of those that are as frequent. Empty without any."""
    counts: dict[str, int] = defaultdict(int)
    for domain in domains:
        if domain.lower() not in FREE_MAIL and domain_of(domain):
            counts[domain.lower()] += 1
    return max(counts, key=lambda domain: counts[domain], default="")


def domain_of(said: object) -> str:
    """`https://www.initech.com/about` and `Initech.com` are `initech.com`; empty when it is none."""
    if not isinstance(said, str):
        return ""
    try:
        host = urlsplit(said if "//" in said else f"//{said}").hostname or ""
    except ValueError:
        return ""
    domain = host.lower().removeprefix("www.").rstrip(".")
    return domain if DOMAIN.fullmatch(domain) and domain not in FREE_MAIL else ""
