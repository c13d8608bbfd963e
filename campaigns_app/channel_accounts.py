"""Accounts at providers as staff enter and try them: what is asked, whether it works, and one message to oneself."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from campaigns_app import channels, routes
from campaigns_app.channels.base import Accepted, Field, Message, Outcome, Refused, Unknown
from campaigns_app.channels.over_http import HttpProvider
from campaigns_app.models import ChannelAccount
from campaigns_app.routes import Route
from consent_app import permission
from consent_app.models import ALL, Suppression
from people_app.models import Channel, ContactPoint
from upsell_project.lib import clock, http

TRY_SECONDS = 8.0
"""Somebody waits for the page."""
LONGEST_VALUE = 10_000
GONE = "This release has no such provider."
CANNOT_BE_TESTED = "The provider has no question that changes nothing: send a test message."
NOT_ALLOWED = "Somebody at this address wants nothing on this channel: no test goes there either."
MOVED = "The secrets were entered for another address: enter them again."
TEST = "This is a test message. Nobody but you got it."


def providers() -> list[type[HttpProvider]]:
    return sorted(channels.PROVIDERS.values(), key=lambda one: one.label.casefold())


def provider(kind: str) -> type[HttpProvider] | None:
    return channels.PROVIDERS.get(kind)


def asked(kind: str, channel: str) -> Sequence[Field]:
    """What staff tell of an account there; nothing where the provider does not carry the channel."""
    found = provider(kind)
    if found is None or channel not in found.channels:
        return ()
    return [one for one in found.fields if not one.channels or channel in one.channels]


def faults(kind: str, channel: str, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with these values (secrets too), by the name of the field."""
    wrong = {}
    for one in asked(kind, channel):
        value = values.get(one.name, "")
        if not value and one.required:
            wrong[one.name] = "This is needed."
        elif value and one.choices and value not in one.choices:
            wrong[one.name] = f"Say one of: {', '.join(one.choices)}."
        elif not value.isprintable() or len(value) > LONGEST_VALUE:
            wrong[one.name] = "This holds characters that cannot be sent, or is too long."
    return wrong


def sound_url(url: str) -> str:
    """Raises ValueError for an address to which no key may travel."""
    url = url.strip().rstrip("/")
    if url and not url.startswith(("https://", "http://127.0.0.1:") if settings.SANDBOX else "https://"):
        raise ValueError("Write an address that begins with https://, or leave it empty.")
    return url


def where(account: ChannelAccount) -> str:
    """The address to which its secrets go: empty where what is told says none yet."""
    try:
        return channels.PROVIDERS[account.provider](account.channel, account.given, account.base_url).base_url
    except (KeyError, ValueError):
        return ""


def mend(account: ChannelAccount) -> None:
    """Staff changed what it is told: what it rested for may be over. The caller saves it."""
    account.failures, account.down_until, account.broken_at, account.error = 0, None, None, ""


def check(account: ChannelAccount) -> str:
    """Ask the provider for something that changes nothing. What is wrong, in a sentence; empty: it works."""
    try:
        api = routes.opened(account, _soon)
        request = api.test()
    except KeyError:
        return GONE
    except ValueError as error:
        return str(error)
    if request is None:
        return CANNOT_BE_TESTED
    answer = api.asked(request)
    outcome = api.tested(answer) if isinstance(answer, http.Answer) else answer
    if outcome is None:
        routes.mended(account, checked_at=clock.real())
        return ""
    routes.noted(Route(api, account), outcome)
    routes.told(account, outcome.reason)
    return outcome.reason


def send(account: ChannelAccount, to: str) -> Outcome:
    """One test message to this address, as the outbox would send it; never to somebody who wants none."""
    if _barred(account.channel, to):
        return Refused(NOT_ALLOWED, retry=False)
    try:
        api = routes.opened(account, _soon)
    except KeyError:
        return Refused(GONE, retry=False)
    except ValueError as error:
        return Refused(str(error), retry=False)
    outcome = api.send(_message(account.channel, to))
    routes.noted(Route(api, account), outcome)
    return outcome


def taken(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted)


def in_words(outcome: Outcome) -> str:
    match outcome:
        case Accepted(reference):
            return f"the provider took the message{f' ({reference})' if reference else ''}."
        case Unknown(reason):
            return f"it may or may not have been sent: {reason}."
        case Refused(reason):
            return reason


def _message(channel: str, to: str) -> Message:
    mail = {"html": f"<p>{TEST}</p>", "sender": settings.SENDER} if channel == Channel.EMAIL else {}
    # Where there is an address it is no user id: a provider would make a person of it.
    key = "" if channel in (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP) else to
    plain = Message(
        str(uuid.uuid4()), to, clock.now(), channel, user_id=key, subject="Test message", text=TEST
    )
    return replace(plain, url=settings.PUBLIC_URL, **mail)


def _barred(channel: str, to: str) -> bool:
    known = permission.address_hash(channel, to)
    if Suppression.objects.filter(channel=channel, address_hash=known).exists():
        return True
    people = ContactPoint.objects.filter(channel=channel, address=to).values_list("person_id", flat=True)
    standings = permission.load(list(people), clock.now())
    return any(standing.no(channel, ALL) for standing in standings.values())


def _soon(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float | None
) -> http.Answer:
    return http.ask(method, url, headers, body, min(seconds or TRY_SECONDS, TRY_SECONDS))
