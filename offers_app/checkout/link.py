"""Payment links and hosted pages of any provider: the price is an address, and nobody is asked."""

from typing import ClassVar

from offers_app.checkout.base import Api, Order, Provider, Ready, web_address
from offers_app.checkout.compare import Figures


class Link(Provider):
    kind: ClassVar[str] = "link"

    def begin(self, order: Order, api: Api, *, again: bool) -> Ready:
        return Ready(web_address(order.price))

    def test(self, api: Api) -> None:
        """There is nobody to ask."""

    def charged(self, price: str, api: Api) -> list[Figures]:
        return []
