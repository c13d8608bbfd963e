"""Requests that are JSON, as those of most providers are."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signals_app.connectors.base import Connector, Parsed, unusable
from signals_app.incoming import digest, short_id
from upsell_project.lib import strict_json


@dataclass(frozen=True, slots=True)
class Arrival:
    """One kept request, beside what its body says."""

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    call: str

    def unusable(self, reason: str, path: str = "") -> Parsed:
        return unusable(self.body, reason, path)

    def id(self, given: str) -> str:
        """The provider's id of the event; without one the body tells events apart."""
        return short_id(given or f"sha256:{digest(self.body.decode(errors='replace'))}")

    def at(self, *said: datetime | None) -> datetime:
        """The first of these moments that is known, never later than it came in."""
        return min(next(filter(None, said), self.received_at), self.received_at)


class JsonConnector(Connector):
    """Its requests are a JSON object, or an array where `lists` names the body itself."""

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        if reason := self.too_much(body):
            return unusable(body, f"the body {reason}")
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if isinstance(said, dict) or (isinstance(said, list) and "" in self.lists):
            return self.read(said, Arrival(body, headers, received_at, call))
        return unusable(body, "the body is not a JSON object")

    @abstractmethod
    def read(self, said: Any, arrival: Arrival) -> Parsed:
        """What an authentic body says. Never raises."""
