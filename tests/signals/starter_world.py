"""Customers whose days are scripted, lived through by the product: what they do comes in by the inbox, and what time
alone makes true is looked for by sweeps."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaigns_app import sweeps
from signals_app.models import Signal, SignalDefinition
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

Found = tuple[date, str, str]
"""The day (UTC), the definition, and of whom it is true: a user id, or the account's group id."""
MINUTE = timedelta(minutes=1)
WORK = ("Session Started", "Feature Used", "Module Opened")


class Life:
    """Write down what happens, in any order, then `live`. Who: `ana@shop` is the user `ana` in the account `shop`."""

    def __init__(self, time: Time, begins: datetime) -> None:
        self.time, self.begins = time, begins
        time.set(begins)
        self.source = a_source("http")
        self._script: list[tuple[datetime, dict[str, Any]]] = []
        # Nothing has happened yet.
        SignalDefinition.objects.filter(live=True).update(swept_at=None)

    def day(self, number: int, hour: float = 9) -> datetime:
        """So many days after the first, by UTC."""
        midnight = self.begins.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=number, hours=hour)

    def company(self, name: str, at: datetime | None = None, **traits: Any) -> None:
        self._note(at or self.begins, type="group", userId=f"{name}-boss", groupId=name, traits=traits)

    def person(self, who: str, at: datetime | None = None, **traits: Any) -> None:
        self._note(at or self.begins, type="identify", **_who(who), traits=traits)

    def did(self, who: str, event: str, at: datetime, times: int = 1, **properties: Any) -> None:
        """Some times within as many minutes."""
        for minute in range(times):
            moment = at + timedelta(minutes=minute)
            self._note(moment, type="track", event=event, **_who(who), properties=properties)

    def told(self, at: datetime, **call: Any) -> None:
        """Any other call."""
        self._note(at, **call)

    def working(self, who: str, days: Iterable[int], each: int = 5, hour: float = 9) -> None:
        """So many things on each of these days, an hour for all of them."""
        for number in days:
            for place in range(each):
                at = self.day(number, hour) + timedelta(minutes=10 * place)
                self.did(who, WORK[place % len(WORK)], at, module="home")

    def live(self, until: datetime, every: timedelta = timedelta(days=1)) -> None:
        """Up to then: so often a sweep, what was done since the one before, and another sweep. A whole week in which
        nobody looks is `every=timedelta(days=7)`."""
        while self.time.now < until:
            ends = min(self.time.now + every, until)
            calls = sorted((one for one in self._script if one[0] <= ends), key=lambda one: one[0])
            self._script = [one for one in self._script if one[0] > ends]
            if calls:
                self._stand(calls[-1][0] + MINUTE)
                # The sender's clock is the real one; the door moves what it says.
                ahead = clock.offset()
                receive(self.source, *({"timestamp": (at - ahead).isoformat(), **call} for at, call in calls))
            self._stand(ends)
            self._sweep()

    def found(self) -> list[Found]:
        rows = Signal.objects.select_related("definition", "person", "account").order_by("detected_at", "pk")
        return sorted((one.detected_at.date(), one.definition.slug, _whose(one)) for one in rows)

    def _stand(self, at: datetime) -> None:
        if at > self.time.now:
            self.time.set(at)

    def _sweep(self) -> None:
        while sweeps.waiting():
            sweeps.run()

    def _note(self, at: datetime, **call: Any) -> None:
        self._script.append((at, call))


def at(month: int, day: int, hour: float = 6, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour)


def _who(who: str) -> dict[str, Any]:
    """Without a name in front of the `@` it is a visitor, known by the browser alone."""
    user, _, company = who.partition("@")
    context = {"context": {"groupId": company}} if company else {}
    return ({"userId": user} if not user.startswith("?") else {"anonymousId": user[1:]}) | context


def _whose(signal: Signal) -> str:
    if signal.definition.about == "account":
        return signal.account.group_id or "" if signal.account else ""
    return (signal.person.user_id or "a visitor") if signal.person else ""
