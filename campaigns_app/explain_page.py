"""The page "Why / why not": what `explain` says of one person, as rows of text with links to what closed a gate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from campaigns_app import explain, next_time
from campaigns_app.models import Playbook
from offers_app.models import Decision, Offer
from people_app.models import Person
from signals_app.models import SignalDefinition
from upsell_project.lib import in_words
from upsell_project.lib.gates import Code

SHOWN = 30
LONG = 160
_OF_POLICY = {Code.CAP, Code.COOLDOWN, Code.QUIET_HOURS}
_OF_OFFER = {
    Code.OFFER_OFF,
    Code.NOT_VALID_NOW,
    Code.ALREADY_OWNED,
    Code.NO_PRICE,
    Code.NOT_ELIGIBLE,
    Code.NOT_APPLICABLE,
    Code.NOT_SUITABLE,
    Code.OFFER_CAP,
    Code.DISMISSED_EARLIER,
    Code.NOT_WORTH,
    Code.NOT_CHOSEN,
    Code.NO_CANDIDATE,
}
_OF_TEXTS = {Code.NO_TREATMENT, Code.WAIVER_ENDED, Code.RENDER_ERROR, Code.TOO_LONG}
_OF_PLAYBOOK = {
    Code.PLAYBOOK_OFF,
    Code.LOW_CONFIDENCE,
    Code.REENTRY,
    Code.ENTRY_RULE,
    Code.EXIT_RULE,
    Code.ALREADY_ENROLLED,
    Code.LANE_RULE,
    Code.WAITING,
}
_OF_PERSON = {
    Code.NO_CONTACT_POINT,
    Code.OPTED_OUT,
    Code.NO_CONSENT,
    Code.SUPPRESSED,
    Code.SNOOZED,
    Code.DO_NOT_DISTURB,
    Code.ERASED,
    Code.NO_ACCOUNT,
    Code.UNKNOWN_PERSON,
    Code.ZONE_UNKNOWN,
    Code.UNPAID,
    Code.CANCELLING,
    Code.PREPAID_ANNUALLY,
    Code.PROBLEM_TICKET,
    Code.ACCOUNT_BUSY,
    Code.NO_EVIDENCE,
    Code.NO_LONGER_RELEVANT,
    Code.HOLDOUT,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as text: what is long is folded behind `short`."""

    short: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A gate. `link`: where what closed it can be changed or looked at, with its words."""

    name: str
    passed: bool
    reason: str
    value: Shown
    threshold: Shown
    next: str
    link: str = ""
    link_words: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that was weighed. `factors` are its parts by name."""

    offer: str
    chosen: bool
    score: str
    chance: str
    factors: list[tuple[str, str]]
    stopped: str
    """By what; that it was not drawn, where nothing stopped it."""
    open: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One evaluation."""

    at: datetime
    title: str
    outcome: str
    went: bool
    reason: str
    must_happen: str
    next: str
    policy: int
    gates: list[Row]
    candidates: list[Candidate] = field(default_factory=list)
    not_known: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Links:
    """Pages of the admin by slug, as far as whoever looks may see them."""

    playbooks: Mapping[str, int]
    offers: Mapping[str, int]
    definitions: Mapping[str, int]
    person: Person
    may: Mapping[str, bool]

    def of(self, gate: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
        code = gate.get("gate")
        if code == Code.NO_SIGNAL:
            said = gate.get("input")
            slug = said.get("definition", "") if isinstance(said, Mapping) else ""
            return self._to("signals_app_signaldefinition", self.definitions.get(slug), "the signal's rule")
        if code in _OF_PLAYBOOK:
            return self._to("campaigns_app_playbook", self.playbooks.get(told["playbook"]), "the playbook")
        if code in _OF_OFFER:
            return self._to("offers_app_offer", self.offers.get(told["offer"]), "the offer")
        if code in _OF_PERSON:
            return self._to("people_app_person", self.person.pk, "the person")
        if code in _OF_TEXTS:
            return self._list("offers_app_template", "the texts")
        if code in _OF_POLICY:
            return self._list("campaigns_app_contactpolicy", "the contact policy")
        return "", ""

    def _list(self, page: str, words: str) -> tuple[str, str]:
        return (reverse(f"admin:{page}_changelist"), words) if self.may.get(page) else ("", "")

    def _to(self, page: str, pk: int | None, words: str) -> tuple[str, str]:
        if pk is None or not self.may.get(page):
            return "", ""
        return reverse(f"admin:{page}_change", args=[pk]), words


PAGES = (
    "signals_app_signaldefinition",
    "campaigns_app_playbook",
    "offers_app_offer",
    "people_app_person",
    "campaigns_app_contactpolicy",
    "offers_app_template",
)


def of(
    person: Person, offer: str, playbook: str, at: datetime | None, may: Mapping[str, bool]
) -> dict[str, list[Told]]:
    """`decided`: what is stored; `standing`: what stands in the way now, or at that moment."""
    decided = [one for one in explain.evaluations(person, offer, playbook, at, SHOWN) if not one["derived"]]
    standing = explain.standing(person, offer, playbook, at)
    links = _links(person, [*decided, *standing], may)
    return {
        "decided": [_told(one, links) for one in decided],
        "standing": [_told(one, links) for one in standing],
    }


def of_decision(row: Decision, may: Mapping[str, bool]) -> Told:
    """One stored decision."""
    told = explain.evaluation(row)
    return _told(told, _links(row.person, [told], may))


def query(person: str, offer: str = "", playbook: str = "", at: str = "") -> str:
    given = {"person": person, "offer": offer, "playbook": playbook, "at": at}
    return urlencode({name: value for name, value in given.items() if value})


def _links(person: Person, told: Iterable[Mapping[str, Any]], may: Mapping[str, bool]) -> _Links:
    told = list(told)
    said = [gate.get("input") for one in told for gate in one["gates"] if gate["gate"] == Code.NO_SIGNAL]
    slugs = {one.get("definition") for one in said if isinstance(one, Mapping)}
    return _Links(
        dict(Playbook.objects.filter(slug__in={one["playbook"] for one in told}).values_list("slug", "pk")),
        dict(Offer.objects.filter(slug__in={one["offer"] for one in told}).values_list("slug", "pk")),
        dict(SignalDefinition.objects.filter(slug__in=slugs - {None}).values_list("slug", "pk")),
        person,
        may,
    )


def _told(one: Mapping[str, Any], links: _Links) -> Told:
    about = [one["playbook"], one["offer"], one["channel"].replace("_", " ")]
    return Told(
        at=one["at"],
        title=" · ".join(part for part in about if part) or "Any offer",
        outcome=str(Decision.Outcome(one["outcome"]).label) if not one["derived"] else _stands(one),
        went=one["outcome"] == Decision.Outcome.DELIVERED,
        reason=one["reason"],
        must_happen=one["must_happen"],
        next=in_words.moment(one["next_eligible_at"]) if one["next_eligible_at"] else "",
        policy=one["policy_version"],
        gates=[_row(gate, one, links) for gate in one["gates"]],
        candidates=[_candidate(each) for each in one["candidates"]],
        not_known=one["not_known"],
    )


def _stands(one: Mapping[str, Any]) -> str:
    return "Waiting" if one["outcome"] == Decision.Outcome.HELD else "Not offered"


def _row(gate: Mapping[str, Any], told: Mapping[str, Any], links: _Links) -> Row:
    moment = next_time.moment(gate.get("next_eligible_at"))
    link, link_words = links.of(gate, told)
    return Row(
        name=str(gate.get("gate", "")).replace("_", " "),
        passed=bool(gate.get("passed")),
        reason=str(gate.get("reason") or ""),
        value=_shown(gate.get("input")),
        threshold=_shown(gate.get("threshold")),
        next=in_words.moment(moment) if moment else "",
        link=link,
        link_words=link_words,
    )


def _candidate(one: Mapping[str, Any]) -> Candidate:
    closed = next_time.closed(one["gates"])
    first = closed[0] if closed else {}
    return Candidate(
        offer=str(one["offer"]),
        chosen=bool(one["chosen"]),
        score=_number(one["score"]),
        chance=f"{chance:.1%}" if isinstance(chance := one["chance"], float) else "",
        factors=[(str(name).replace("_", " "), _number(value)) for name, value in one["factors"].items()],
        stopped=str(first.get("reason") or first.get("gate") or "").replace("_", " "),
        open=not closed and one["score"] is not None,
    )


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else _shown(value).short
    return f"{value:.4g}"


def _shown(value: Any) -> Shown:
    text = words(value)
    return Shown(text) if len(text) <= LONG else Shown(f"{text[:60].rstrip()} …", text)


def words(value: Any) -> str:
    """JSON as it reads: names with their values, days without their seconds; empty where there is nothing."""
    if isinstance(value, Mapping):
        return "; ".join(f"{str(name).replace('_', ' ')}: {words(one) or '–'}" for name, one in value.items())
    if isinstance(value, list):
        return " | ".join(words(one) or "–" for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    moment = next_time.moment(value)
    return in_words.moment(moment) if moment else str(value)
