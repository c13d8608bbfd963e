"""Every kind of source. A new provider is one file, one import here and one line in the list."""

from signals_app.connectors.base import Connector
from signals_app.connectors.segment import ServerSource, WebSource
from signals_app.connectors.stripe import Stripe
from signals_app.connectors.zendesk import Zendesk

CONNECTORS: dict[str, Connector] = {
    connector.kind: connector
    for connector in (
        ServerSource(),
        WebSource(),
        Stripe(),
        Zendesk(),
    )
}


def kinds() -> list[tuple[str, str]]:
    """Each kind with its label, for choices."""
    return [(connector.kind, connector.label) for connector in CONNECTORS.values()]


def of(kind: str) -> Connector:
    """The connector of a source's kind. Raises KeyError for a kind that is no longer installed."""
    return CONNECTORS[kind]
