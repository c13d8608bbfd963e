"""What a signal rests on, as sentences for the recipient: their own doings, and of their account no more than counts,
its limits and its dates. Names of events, segments, signals and scores stay inside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from campaigns_app import reason_words
from campaigns_app.reason_words import Words
from upsell_project.lib.rules.facts import SHOWN

MEMBERS = frozenset({"Account Added User", "Member Invited"})
USE = frozenset({"Session Started", "Feature Used", "Module Opened", "Report Exported"})
MOST_NAMES = 3
LARGEST = 10**15
_WHOSE = ("events", "sequence", "change")
_TO_MINUTES = {"seconds": 1 / 60, "minutes": 1, "hours": 60}
_MEASURES = {"days": "active_days"}


def sentences(reasons: Iterable[Mapping[str, Any]], locale: Locale) -> list[str]:
    """Each once; what cannot be said truly is left out."""
    said: dict[tuple[str, ...], tuple[Any, str]] = {}
    for one in reasons:
        reason = _Reason(one, reason_words.of(locale.language), locale)
        speak = _SPEAKERS.get(one["asked"]["fact"])
        if one["found"] and speak and (text := speak(reason)):
            first, _ = said.get(reason.topic, (one["found"], ""))
            if reason.topic not in said or (reason.is_whole() and first == one["found"]):
                said[reason.topic] = one["found"], text
    return list(dict.fromkeys(text for _, text in said.values()))


def whose(reason: Mapping[str, Any]) -> str:
    """Events say whose they are, if not what is usual; of the rest it is whoever the signal is about."""
    asked = reason["asked"]
    kind = asked["fact"]
    usual = {"change": "account"}.get(kind, "person") if kind in _WHOSE else reason["of"]
    return str(asked.get("of", usual))


def number(value: Any, locale: Locale, form: str | None = None) -> str:
    """Beyond what Babel can round it stays as it is."""
    return format_decimal(value, form, locale=locale) if abs(value) < LARGEST else str(value)


@dataclass(frozen=True, slots=True)
class _Reason:
    raw: Mapping[str, Any]
    words: Words
    locale: Locale

    @property
    def asked(self) -> Mapping[str, Any]:
        asked: Mapping[str, Any] = self.raw["asked"]
        return asked

    @property
    def figures(self) -> Mapping[str, Any]:
        figures: Mapping[str, Any] = self.raw["figures"]
        return figures

    @property
    def found(self) -> Any:
        return self.raw["found"]

    @property
    def last(self) -> date:
        return date.fromisoformat(self.raw["day"])

    @property
    def of(self) -> str:
        return whose(self.raw)

    @property
    def who(self) -> str:
        return self.words[self.of]

    @property
    def topic(self) -> tuple[str, ...]:
        """What two reasons would say alike."""
        if self.asked["fact"] == "entitlement" and self.asked["share"] != "days_left":
            return "entitlement", self.asked["resource"]
        if self.asked["fact"] != "events":
            return (repr(sorted(self.asked.items())),)
        return (self.of, self.did(), self.asked.get("measure", "count"), str(self.asked["window"]))

    def is_known(self) -> bool:
        """Whether there are words for these events."""
        names = self.asked.get("names", ())
        return 0 < len(names) <= MOST_NAMES and all(f"did:{name}" in self.words for name in names)

    def is_whole(self) -> bool:
        """Whether the words speak of no more than what was counted."""
        return not self.asked.get("where") or all(map(self._narrow, self.asked["names"]))

    def did(self) -> str:
        if not self.is_known():
            return ""
        said = (self._narrow(name) or self.words[f"did:{name}"] for name in self.asked["names"])
        return self.words["or"].join(dict.fromkeys(said))

    def _narrow(self, name: str) -> str:
        """The words for events of this name with just that property."""
        where = self.asked.get("where", ())
        if len(where) != 1:
            return ""
        path, value = where[0]["path"], where[0].get("value")
        exact = self.words.get(f"did:{name}/{path}={value}", "") if where[0]["op"] == "is" else ""
        return exact or self.words.get(f"did:{name}/{path}", "")

    def number(self, value: Any) -> str:
        return number(value, self.locale, "#,##0.#")

    def day(self, value: date | str) -> str:
        at = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return format_date(at, "long", locale=self.locale)

    def times(self, number: Any) -> str:
        if number == 1:
            return self.words["once"]
        return self.words["twice"] if number == 2 else self.words["times"].format(n=self.number(number))

    def window(self, window: Mapping[str, Any] | None = None) -> str:
        window = window or self.asked["window"]
        day = self.day(self.last)
        if "this" in window:
            return self.words[window["this"]].format(day=day)
        unit, length = next(iter(window.items()))
        word = f"one_{unit[:-1]}" if length == 1 else unit
        return self.words[word].format(n=self.number(length), day=day)


def _events(one: _Reason) -> str:
    names, measure = one.asked["names"], one.asked.get("measure", "count")
    whole = next((one.words[f"whole:{name}"] for name in names if f"whole:{name}" in one.words), "")
    if whole:
        return whole.format(window=one.window())
    if not one.is_known():
        counted = one.words[f"counted:{one.of}"] if measure == "count" else ""
        return counted.format(n=one.number(one.found), window=one.window()) if counted else ""
    return _did(one, measure)


def _did(one: _Reason, measure: str) -> str:
    unit, amount = one.asked.get("path", ""), one.found
    if measure == "sum" and unit in _TO_MINUTES:
        measure, amount = "minutes", amount * _TO_MINUTES[unit]
    if one.of == "account" and measure in ("sum", "last"):
        return ""  # it may be one colleague's
    if not _is_number(amount, unit if measure in ("sum", "last") else "x"):
        return ""
    times = one.times(amount)
    return one.words[_MEASURES.get(measure, measure)].format(
        who=one.who,
        did=one.did(),
        times=times if one.is_whole() else one.words["least"].format(times=times),
        n=one.number(amount),
        unit=unit.replace("_", " "),
        window=one.window(),
    )


def _is_number(value: Any, unit: str) -> bool:
    plain = unit.replace("_", "").isalpha()
    return plain and isinstance(value, int | float) and not isinstance(value, bool)


def _sequence(one: _Reason) -> str:
    times = one.times(one.found)
    if one.asked.get("where"):
        times = one.words["least"].format(times=times)
    return one.words["sequence"].format(who=one.who, times=times, window=one.window())


def _use(one: _Reason) -> str:
    figures = one.figures
    label = one.words.get(f"label:{one.asked['resource']}") or figures["resource_label"]
    if one.asked["share"] == "days_left":
        return _ahead(one, label)
    if figures.get("used") is None:
        return ""
    cap = figures.get("cap")
    return one.words["used" if cap else "used_uncapped"].format(
        used=one.number(figures["used"]),
        cap=one.number(cap) if cap else "",
        label=label,
        window=_since(one),
        percent=format_percent(figures.get("percent", 0) / 100, locale=one.locale),
    )


def _metered(one: _Reason) -> str:
    label = one.words.get(f"label:{one.asked['resource']}") or one.figures["resource_label"]
    return one.words["used_uncapped"].format(
        used=one.number(one.found), label=label, window=f" {one.window()}"
    )


def _since(one: _Reason) -> str:
    if days := one.figures.get("days"):
        return f" {one.window({'days': days})}"
    period = one.figures.get("period")
    return one.words["since"].format(day=one.day(period)) if period else ""


def _ahead(one: _Reason, label: str) -> str:
    """When the limit will be reached, and how sure that is."""
    figures = one.figures
    if not figures.get("expected") or not figures.get("cap"):
        return ""
    ends = [one.day(figures[name]) for name in ("earliest", "latest") if figures.get(name)]
    apart = len(set(ends)) > 1
    interval = one.words["between"].format(earliest=ends[0], latest=ends[1]) if apart else ""
    cap, expected = one.number(figures["cap"]), one.day(figures["expected"])
    return one.words["ahead"].format(cap=cap, label=label, expected=expected, interval=interval)


def _change(one: _Reason) -> str:
    """A drop ends with yesterday."""
    turn = one.asked["turn"]
    last = one.last - timedelta(days=turn == "drop")
    if one.asked.get("span", "week") == "day":
        window = one.words["day"].format(day=one.day(last))
    else:
        window = one.words["days"].format(n=7, day=one.day(last))
    names = {*one.asked.get("names", ())}
    what = "members" if names and names <= MEMBERS else "use" if names and names <= USE else ""
    observed, expected = (one.number(one.figures[name]) for name in ("observed", "expected"))
    words = one.words.get(f"{turn}:{what}") or one.words[f"{turn}:"]
    return words.format(who=one.who, window=window, observed=observed, expected=expected)


def _season(one: _Reason) -> str:
    if "starts" not in one.figures:
        return ""
    starts, ends = (one.day(one.figures[name]) for name in ("starts", "ends"))
    season = one.words.get(f"season:{one.asked['name']}", one.words["season:"])
    return one.words["season" if starts != ends else "one_day_season"].format(
        season=season, starts=starts, ends=ends
    )


def _trait(one: _Reason) -> str:
    """Dates of the account and its plan; whatever else was said of anybody stays inside."""
    name = one.asked["name"]
    if one.asked["of"] != "account":
        return ""
    if name == "plan":
        return one.words["plan"].format(plan=one.found)
    if "date" not in one.figures:
        return ""
    side = "past" if one.figures["days_until"] < 0 else "date"
    words = one.words.get(f"{side}:{name}", one.words[f"{side}:"])
    return words.format(date=one.day(one.figures["date"]))


def _intent(one: _Reason) -> str:
    what = one.words.get(f"intent:{one.asked['label']}")
    return one.words["intent"].format(who=one.who, window=one.window(), what=what) if what else ""


def _score(one: _Reason) -> str:
    return one.words["score"].format(n=one.number(round(one.found * 100)), day=one.day(one.last))


def _answer(one: _Reason) -> str:
    words = one.words[f"shown:{one.of}" if one.asked["answer"] == SHOWN else "answer"]
    return words.format(n=one.number(one.found), window=one.window())


_SPEAKERS: dict[str, Callable[[_Reason], str]] = {
    "events": _events,
    "sequence": _sequence,
    "entitlement": _use,
    "meter": _metered,
    "change": _change,
    "season": _season,
    "trait": _trait,
    "intent": _intent,
    "score": _score,
    "answer": _answer,
    "signal": lambda one: one.words["signal"],
    "segment": lambda one: one.words["segment"],
}
