"""What a payment provider is asked, and what it can answer. A provider knows no database and no clock.

Nothing is ever charged from here: each provider makes an address at which the person themselves confirms or pays.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from offers_app.checkout import compare
from offers_app.checkout.compare import Figures
from upsell_project.lib import http, money

Send = Callable[[str, str, Mapping[str, str], bytes | None], http.Answer]
"""Method, URL, headers and body. Raises `http.Forbidden` and `http.Unreachable`."""
REPEATABLE = frozenset({408, 409, 425, 429})
_KEY_REFUSED = frozenset({401, 403})


class Later(Exception):
    """No usable answer: it may have been done. The same again, under the same key, after `wait` seconds or so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Refused(Exception):
    """The provider will not do it, and did nothing. The message is for staff."""


class KeyRefused(Refused):
    """The account's key is wrong, or may not do this."""


class NothingMade(Refused):
    """Nor did an earlier try make anything: it was looked for."""


class Owned(Exception):
    """They have it already: nothing is sold twice."""


class Elsewhere(Exception):
    """It cannot be bought by this way; the message says why. The offer's own address may do."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that a provider is told. Stored as JSON before it is asked, so that a repetition says exactly the same."""

    key: str
    proposition_id: str
    offer: str
    price: str
    mode: str
    existing: str
    quantity: int
    adjustable: bool
    trial_days: int
    trial_without_card: bool
    discount: str
    currency: str
    account_id: str
    """The customer's group id; empty for the account of a single person."""
    user_id: str
    customer: str
    """The provider's own id of the customer, where it is known."""
    success_url: str
    cancel_url: str
    asked_at: int
    """Unix seconds."""
    expires_at: int
    """Unix seconds: afterwards the offer may not be bought any more."""
    language: str
    in_app: bool
    fallback: str
    """The offer's own address; may be empty."""
    amount: str = ""
    """What the person was shown for one, in whole units of the currency; empty: no price."""
    period: str = ""
    """Likewise: month, year, once."""

    @property
    def shown(self) -> Figures | None:
        amount = money.read(self.amount)
        if amount is None:
            return None
        return Figures(amount, self.currency.upper(), self.period, self.trial_days)

    @property
    def ours(self) -> dict[str, str]:
        """What the provider keeps for us and tells back by webhook, so that the purchase is attributed."""
        said = {
            "proposition_id": self.proposition_id,
            "offer_id": self.offer,
            "account_id": self.account_id,
            "user_id": self.user_id,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Ready:
    """Where it is paid or confirmed. After `expires_at` (Unix seconds) the address is void; None: it stays."""

    url: str
    external_id: str = ""
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """One account at a provider."""

    key: str
    base_url: str
    send: Send

    def call(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> dict[str, Any]:
        """The answer as an object. Raises Later, Refused, KeyRefused."""
        try:
            answer = self.send(method, f"{self.base_url}{path}", headers, body)
        except http.Forbidden as error:
            raise KeyRefused(str(error)) from None
        except http.Unreachable as error:
            raise Later(f"no answer ({error})") from None
        return _read(answer)


class Provider(ABC):
    kind: ClassVar[str]
    address: ClassVar[str] = ""
    """Where its API is; empty: it has none, and `begin` asks nobody."""
    voids: ClassVar[bool] = True
    """Whether what it made cannot be paid any more after the order's `expires_at`."""

    @abstractmethod
    def begin(self, order: Order, api: Api, *, again: bool) -> Ready:
        """Make the address. `again`: the same order was sent before and its answer is not known.

        Raises Later, Refused, KeyRefused, NothingMade, Owned, Elsewhere.
        """

    @abstractmethod
    def test(self, api: Api) -> None:
        """Ask for something that changes nothing. Raises as `begin`."""

    @abstractmethod
    def charged(self, price: str, api: Api) -> list[Figures]:
        """What it charges for one of its prices, in each currency that the price has; nothing where it cannot be asked.

        Raises as `begin`; Refused also where nobody can buy at the price, or it has no one amount.
        """

    def refuse_another_price(self, order: Order, api: Api) -> None:
        """Nobody is led to another price than they were shown. Raises as `charged`, and Refused with both figures."""
        shown = order.shown
        if shown and (wrong := compare.difference(shown, self.charged(order.price, api))):
            raise Refused(wrong)


def listed(amount: Any, currency: Any, period: str, free_days: int | None = None) -> Figures:
    """An amount in the currency's minor units, as providers write it. Raises Refused where there is no one amount."""
    minor, code = money.read(amount), str(currency).upper()
    if minor is None:
        raise Refused("this price has no one amount")
    return Figures(minor.scaleb(-money.decimals(code)), code, period, free_days)


def _read(answer: http.Answer) -> dict[str, Any]:
    said = _object(answer.body)
    if answer.status in REPEATABLE or answer.status >= 500:
        raise Later(f"it answered {_told(answer.status, said)}", answer.wait)
    if _error(said).get("type") == "idempotency_error":
        raise Later("an earlier request under this key said something else")
    if answer.status in _KEY_REFUSED:
        raise KeyRefused(f"The key was refused: {_told(answer.status, said)}")
    if not 200 <= answer.status < 300:
        raise Refused(_told(answer.status, said))
    if said is None:
        raise Later("its answer is not an object")
    return said


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _error(said: dict[str, Any] | None) -> dict[str, Any]:
    error = (said or {}).get("error")
    return error if isinstance(error, dict) else {}


def _told(status: int, said: dict[str, Any] | None) -> str:
    """Codes alone: messages may repeat what they were sent."""
    error = _error(said)
    parts = [error.get(name) for name in ("type", "code", "param")]
    return " ".join([str(status), *(part for part in parts if isinstance(part, str))])[:200]


def web_address(value: Any) -> str:
    """What a provider says we should send somebody to. Raises Refused."""
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        return value
    raise Refused("it named no address to pay at")
