"""What a new deployment starts with, as reviewed files: signals, offers, templates, playbooks and so on."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import models, transaction

from campaigns_app import playbook_files, pressure
from campaigns_app.models import ContactPolicy, Playbook
from offers_app.models import Offer, Placement, Product, Template
from signals_app import references
from signals_app.models import Meter, ScoreDefinition, Segment, SignalDefinition
from signals_app.scores import compute
from signals_app.segments import refresh
from upsell_project.lib import clock

FOLDER = Path(__file__).parent
Row = Mapping[str, Any]
_NO_DEAL: Row = {
    "trial_days": None,
    "incentive_kind": "",
    "incentive_value": None,
    "eligibility": {},
    "applicability": {},
    "suitability": {},
}

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Summary:
    """What a load did, by "kind slug"; `kept` are those that staff had edited, or that could not be published."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def note(self, kind: str, slug: str, outcome: str) -> None:
        getattr(self, outcome).append(f"{kind} {slug}")


@transaction.atomic
def load() -> Summary:
    """Create what is missing and update what staff never edited; a second load changes nothing."""
    summary, catalog = Summary(), _read("catalog.yaml")
    for row in catalog["placements"]:
        _once(summary, Placement, "slug", row)
    for row in catalog["meters"]:
        _once(summary, Meter, "resource", row)
    for row in _read("segments.yaml")["segments"]:
        _segment(summary, row)
    for row in _read("scores.yaml")["scores"]:
        _score(summary, row)
    for row in _read("signals.yaml")["signals"]:
        _signal(summary, row | {"live": True})
    for row in catalog["products"]:
        _product(summary, row)
    for row in catalog["offers"]:
        _offer(summary, row)
    for path in sorted((FOLDER / "templates").glob("*.yaml")):
        _template(summary, _read(path))
    _policy(summary)
    for path in sorted((FOLDER / "playbooks").glob("*.yaml")):
        _playbook(summary, _read(path))
    return summary


def _read(name: str | Path) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")))


def _once(summary: Summary, model: type[models.Model], key: str, row: Row) -> None:
    """Created when missing and never touched again: these rows have no mark of being edited."""
    _, created = model._default_manager.get_or_create(
        **{key: row[key]}, defaults={name: value for name, value in row.items() if name != key}
    )
    summary.note(model._meta.model_name or "", row[key], "created" if created else "unchanged")


def _apply(summary: Summary, model: type[models.Model], row: Row) -> tuple[Any, str]:
    """The row by its slug, and what became of it: created, updated, unchanged or kept."""
    found: Any = model._default_manager.filter(slug=row["slug"]).first()
    if found is None:
        found, outcome = model._default_manager.create(**row), "created"
    elif found.edited:
        outcome = "kept"
    else:
        outcome = _change(found, row)
    summary.note(model._meta.model_name or "", row["slug"], outcome)
    return found, outcome


def _change(found: models.Model, row: Row) -> str:
    changed = [name for name, value in row.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, row[name])
    if changed:
        found.save(update_fields=changed)
    return "updated" if changed else "unchanged"


def _product(summary: Summary, row: Row) -> None:
    """With its prices and parts, which are staff's too once it is edited."""
    own = {name: value for name, value in row.items() if name not in ("prices", "parts")}
    product, outcome = _apply(summary, Product, own)
    if outcome == "kept":
        return
    product.parts.set(Product.objects.filter(slug__in=row.get("parts", ())))
    kept = [_part(product.prices, price, ("currency", "period")) for price in row["prices"]]
    product.prices.exclude(pk__in=kept).delete()


def _offer(summary: Summary, row: Row) -> None:
    """What the file does not say is as for a new offer; with its caps."""
    own = {name: value for name, value in row.items() if name != "caps"}
    product = Product.objects.get(slug=row["product"]) if row["product"] else None
    offer, outcome = _apply(summary, Offer, {**_NO_DEAL, **own, "product": product, "live": True})
    if outcome == "kept":
        return
    kept = [
        _part(offer.caps, {"days": None, **cap}, ("outcome", "scope", "days")) for cap in row.get("caps", ())
    ]
    offer.caps.exclude(pk__in=kept).delete()


def _part(rows: Any, row: Row, names: tuple[str, ...]) -> int:
    """The key of the one row with these values of these names, which has the others, too, from now on."""
    others = {name: value for name, value in row.items() if name not in names}
    found, _ = rows.update_or_create(**{name: row[name] for name in names}, defaults=others)
    return int(found.pk)


def _signal(summary: Summary, row: Row) -> None:
    exact = {"confidence": Decimal(str(row.get("confidence", 1)))}
    definition, outcome = _apply(summary, SignalDefinition, {**row, **exact})
    if outcome == "updated":
        definition.version += 1
        definition.save(update_fields=["version"])


def _segment(summary: Summary, row: Row) -> None:
    """A changed rule is a new version, and judged anew for everybody."""
    segment, outcome = _apply(summary, Segment, row)
    if outcome == "updated":
        segment.version += 1
        segment.save(update_fields=["version"])
        refresh.anew(segment.pk)


def _score(summary: Summary, row: Row) -> None:
    """Changed signs are a new version, and measured anew for every account."""
    definition, outcome = _apply(summary, ScoreDefinition, row)
    if outcome == "updated":
        definition.version += 1
        definition.save(update_fields=["version"])
        compute.anew(definition.pk)


def _template(summary: Summary, document: Row) -> None:
    row = {name: document.get(name, "") for name in ("slug", "name", "hesitation")}
    template, outcome = _apply(summary, Template, row)
    if outcome == "kept":
        return
    for treatment in document["treatments"]:
        key = {"channel": treatment["channel"], "locale": treatment["locale"]}
        defaults = {name: value for name, value in treatment.items() if name not in key}
        template.treatments.update_or_create(**key, defaults=defaults)


def _policy(summary: Summary) -> None:
    """Version 1, the defaults, unless a policy is in force already."""
    if ContactPolicy.objects.exists():
        summary.note("contactpolicy", "1", "unchanged")
        return
    ContactPolicy.objects.create(
        version=1,
        caps=pressure.DEFAULT_CAPS,
        cooldown_days=pressure.DEFAULT_COOLDOWN_DAYS,
        hours=pressure.DEFAULT_HOURS,
        created_at=clock.now(),
    )
    summary.note("contactpolicy", "1", "created")


def _playbook(summary: Summary, document: Row) -> None:
    slug = document["slug"]
    if absent := references.absent("signal", document["signals"]):
        raise playbook_files.Invalid("; ".join(absent.values()))
    row = {name: document[name] for name in ("name", "description", "priority")}
    playbook, created = Playbook.objects.get_or_create(slug=slug, defaults={**row, "live": True})
    if playbook.edited:
        summary.note("playbook", slug, "kept")
        return
    outcome = "created" if created else _change(playbook, row)
    if created:
        playbook.signals.set(SignalDefinition.objects.filter(slug__in=document["signals"]))
    if not playbook.live_version or not playbook_files.same(playbook.live_version, document):
        outcome = "created" if created else "updated"
        try:
            playbook_files.publish(playbook, document)
        except playbook_files.Invalid as error:
            # Such as a text that staff wrote before the linter refused it: an update must not fail by that.
            if created:
                raise
            log.warning("the playbook %s stays as it is: %s", slug, error)
            outcome = "kept"
    summary.note("playbook", slug, outcome)
