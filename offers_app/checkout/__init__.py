"""Buying an offer: from the signed link to the provider's page. docs/checkout.md tells the whole way."""

from offers_app.checkout.base import Provider
from offers_app.checkout.link import Link
from offers_app.checkout.paddle import Paddle
from offers_app.checkout.stripe import Stripe

PROVIDERS: dict[str, Provider] = {one.kind: one for one in (Stripe(), Paddle(), Link())}
