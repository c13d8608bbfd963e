"""The ways out of each channel: accounts at providers in their order, and the deployment's own mail server after them.

What a provider says of itself (it is down, it refuses our key) is kept at the account, so that every worker leaves it
alone: the circuit breaker.
"""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from campaigns_app import channels, demo_inbox
from campaigns_app.channels.base import Accepted, Channel, Outcome, Refused, Unknown
from campaigns_app.channels.over_http import Ask, HttpProvider
from campaigns_app.models import ChannelAccount
from people_app.models import Channel as Name
from upsell_project.lib import clock, http

FAILURES = 5
"""Refusals for now in a row, after which the provider is taken to be down."""
FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds that a provider that is down is left alone."""

LOCKED = "its secrets were encrypted under another SECRET_KEY: enter them again"


@dataclass(slots=True)
class Route:
    """One way out. `account` is None for the deployment's own mail server."""

    channel: Channel
    account: ChannelAccount | None = None

    @property
    def shut(self) -> bool:
        """Until staff do something: switch it on, or mend its key."""
        return self.account is not None and (not self.account.active or self.account.broken_at is not None)

    def well(self, real: datetime) -> bool:
        return not self.shut and self.rests_until(real) is None

    def rests_until(self, real: datetime) -> datetime | None:
        until = self.account.down_until if self.account and not self.shut else None
        return until if until and until > real else None


def ready() -> set[str]:
    """The channels by which anything can leave."""
    found = set(_usable().values_list("channel", flat=True))
    return found | {name for name in Name.values if _own(name)}


def at_once(channel: str, ready_ones: Callable[[], Collection[str]]) -> bool:
    """Whether an intent is all that has to happen: it waits to be fetched, or staff have it on their list."""
    return channel == Name.IN_APP or (channel in channels.BY_HAND and channel not in ready_ones())


def of(channel: str) -> list[Route]:
    """All of a channel, the one to be used first at the beginning; those that rest or are shut among them."""
    rows = ChannelAccount.objects.filter(channel=channel, provider__in=channels.PROVIDERS).defer("secrets")
    own = _own(channel)
    return [*map(_route, rows), *([Route(own)] if own else [])]


def _route(row: ChannelAccount) -> Route:
    """One whose secrets are lost stops itself alone."""
    try:
        return Route(opened(row), row)
    except ValueError:
        _save(row, broken_at=clock.real(), error=LOCKED)
        return Route(channels.PROVIDERS[row.provider](row.channel, row.given, row.base_url), row)


def opened(account: ChannelAccount, ask: Ask = http.ask) -> HttpProvider:
    """Raises KeyError for a provider that this release does not have, ValueError for secrets under another key."""
    return channels.PROVIDERS[account.provider](account.channel, account.values, account.base_url, ask)


def keyed() -> list[str]:
    """The providers that know a repetition by its key."""
    return [kind for kind, provider in channels.PROVIDERS.items() if provider.key_lives]


def tellers() -> list[str]:
    """The providers that can tell what became of a message."""
    return [
        kind for kind, provider in channels.PROVIDERS.items() if provider.look_up is not HttpProvider.look_up
    ]


def noted(route: Route, outcome: Outcome) -> None:
    """What an answer says of the account itself."""
    account = route.account
    if account is None:
        return
    match outcome:
        case Accepted() if account.failures or account.error:
            _save(account, failures=0, down_until=None, error="", broken_at=None)
        case Refused(broken=True):
            _save(account, broken_at=clock.real(), error=outcome.reason[:300])
        case Refused(retry=True):
            _failed(account, outcome.reason, outcome.retry_after, down=outcome.down)
        case Unknown(reason):
            _failed(account, reason)


def mended(account: ChannelAccount, **more: datetime) -> None:
    """Staff changed it, or a test went well."""
    _save(account, failures=0, down_until=None, error="", broken_at=None, **more)


def told(account: ChannelAccount, reason: str) -> None:
    """What a test found; whether it may carry messages is another matter."""
    _save(account, error=reason[:300])


def _failed(
    account: ChannelAccount, reason: str, retry_after: float | None = None, *, down: bool = False
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(failures=F("failures") + 1)
    account.failures += 1
    if down or account.failures >= FAILURES:
        rest = min(FIRST_REST * 2 ** min(max(account.failures - 1, 0), 10), LONGEST_REST)
        seconds = retry_after or random.uniform(rest / 2, rest)  # noqa: S311
        until = clock.real() + timedelta(seconds=seconds)
        _save(account, down_until=until, error=reason[:300])


def _save(account: ChannelAccount, **values: object) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(**values)
    for name, value in values.items():
        setattr(account, name, value)


def _usable() -> QuerySet[ChannelAccount]:
    return ChannelAccount.objects.filter(Q(broken_at=None), active=True, provider__in=channels.PROVIDERS)


def _own(channel: str) -> Channel | None:
    """Not what is done at once: that is no way out of the outbox."""
    found = channels.of(channel, settings.EMAIL_URL, demo_inbox.keep)
    return found if found and not found.at_intent else None
