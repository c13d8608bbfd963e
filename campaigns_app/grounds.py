"""What a decision on request can rest on: the person's unexpired signals, and how live playbooks speak of each.

No evidence, no offer: a signal is what begins a playbook, and here it is what an offer needs. Where live playbooks
speak of it, one of them must find it sure enough and its rule of entering must hold; texts and offers are that
playbook's, unless the request names others.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns_app import entry_gates, plan
from campaigns_app.decide_body import Request
from campaigns_app.models import Playbook
from campaigns_app.models.playbook import StepKind
from offers_app import bandit
from offers_app.decide import Ask
from offers_app.models import Offer
from people_app.models import Account, Person
from signals_app import detect
from signals_app.models import Signal
from upsell_project.lib.gates import Gate

MOST = 10
Gates = tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a playbook's message step speaks: `templates` by signal, and the offers it may make."""

    playbook: Playbook
    templates: dict[str, str]
    offers: tuple[str, ...]

    def template(self, signal: Signal) -> str:
        return self.templates.get(signal.definition.slug, next(iter(self.templates.values())))


@dataclass(frozen=True, slots=True)
class Ground:
    """One possibility: a signal, its evidence as it stands now (None: no longer so), what would be asked, and what the
    playbook whose way that is asks of the moment, up to the first gate that failed."""

    signal: Signal | None
    evidence: dict[str, Any] | None
    ask: Ask
    gates: Gates = ()


def signals(person_id: int, now: datetime, account_id: int | None = None) -> list[Signal]:
    """The newest first."""
    rows = Signal.objects.filter(person_id=person_id, expires_at__gt=now).select_related("definition")
    rows = rows if account_id is None else rows.filter(account_id=account_id)
    return list(rows.order_by("-detected_at", "-pk")[:MOST])


def of(person: Person, account: Account, request: Request, now: datetime) -> list[Ground]:
    """All possibilities, what still is so first; never none: without a signal, one without evidence."""
    found = signals(person.pk, now, account.pk)
    fresh = detect.refresh(found, now)
    ways = _ways(request.channel)
    asked = _asked(found, ways, now)
    everything = tuple(
        Offer.objects.filter(live=True).order_by("-priority", "pk").values_list("slug", flat=True)
    )
    seed = secrets.randbelow(bandit.SEEDS)
    grounds = [
        Ground(
            signal,
            fresh[signal.pk],
            Ask(person, account, offers, template, request.channel, evidence, float(signal.confidence), seed),
            gates,
        )
        for signal in sorted(found, key=lambda one: fresh[one.pk] is None)
        for (template, offers), gates in _texts(
            signal, request, ways[signal.definition_id], asked, everything
        )
        for evidence in [fresh[signal.pk] or signal.evidence]
    ]
    none = Ask(person, account, request.offers or everything, request.template, request.channel, {})
    return grounds or [Ground(None, None, none)]


def _asked(
    found: Sequence[Signal], ways: Mapping[int, Sequence[Way]], now: datetime
) -> dict[tuple[int, int], Gates]:
    """By playbook and signal, what it asks of the moment."""
    pairs = {
        (way.playbook.pk, signal.pk): (way.playbook, signal)
        for signal in found
        for way in ways.get(signal.definition_id, ())
    }
    gates = entry_gates.of_moments(list(pairs.values()), now)
    return {key: tuple(met) for key, met in zip(pairs, gates, strict=True)}


def _texts(
    signal: Signal,
    request: Request,
    ways: Sequence[Way],
    asked: Mapping[tuple[int, int], Gates],
    everything: tuple[str, ...],
) -> Iterable[tuple[tuple[str, tuple[str, ...]], Gates]]:
    """Template and offers in the order in which they are tried; what several playbooks would say one says that may."""
    if not ways:
        template = request.template or f"of the signal {signal.definition.slug}"
        return [((template, request.offers or everything), ())]
    texts: dict[tuple[str, tuple[str, ...]], Gates] = {}
    for way in ways:
        text = request.template or way.template(signal), request.offers or way.offers
        gates = asked[way.playbook.pk, signal.pk]
        if gates[-1].passed or text not in texts:
            texts[text] = gates
    return texts.items()


def _ways(channel: str) -> dict[int, list[Way]]:
    """By signal: the message steps of live playbooks, the more important first; those of this channel if there are."""
    ways: dict[int, list[Way]] = defaultdict(list)
    playbooks = Playbook.objects.filter(live=True).exclude(live_version=None).select_related("live_version")
    for playbook in playbooks.prefetch_related("signals").order_by("-priority", "pk"):
        spoken = _of(playbook, channel)
        for definition in playbook.signals.all():
            ways[definition.pk] += spoken
    return ways


def _of(playbook: Playbook, channel: str) -> list[Way]:
    version = playbook.live_version
    if version is None:
        return []
    nodes = sorted(plan.of(version.pk).nodes.values(), key=lambda node: node.id)
    configs = [node.config for node in nodes if node.kind == StepKind.MESSAGE]
    own = [config for config in configs if config["channel"] == channel]
    return [Way(playbook, dict(config["templates"]), tuple(config["offers"])) for config in own or configs]
