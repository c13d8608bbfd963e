"""What playbooks refer to: those that are live, and the versions in which somebody still is."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from campaigns_app import playbook_files
from campaigns_app.models import Enrollment, Playbook, PlaybookVersion, Step
from campaigns_app.models.playbook import StepKind
from offers_app import linted
from signals_app import references
from signals_app.references import User
from upsell_project.lib.rules.meaning import Named


def users() -> Iterator[User]:
    needed: dict[Playbook, tuple[list[Any], set[Named]]] = {}
    for version in _versions().order_by("playbook__slug", "number"):
        asks, more = needed.setdefault(version.playbook, ([], set()))
        steps = playbook_files.tree(version)
        asks += [version.entry, version.exit_when, steps]
        more |= {("offer", offer) for _, offer in playbook_files.offers(steps)}
        more |= {("placement", slug) for slug in playbook_files.placements(steps)}
        more |= {("signal", one.slug) for one in version.playbook.signals.all()}
    for playbook, (asks, more) in needed.items():
        yield User(("playbook", playbook.slug), playbook, asks, frozenset(more))


def templates() -> set[str]:
    """Those by which somebody may get a text right now, in one statement."""
    steps = Step.objects.filter(version__in=_versions(), kind=StepKind.MESSAGE)
    return {slug for config in steps.values_list("config", flat=True) for slug in _written_by(config)}


def refused_steps() -> Iterator[str]:
    """What the lint refuses in the steps of live playbooks, a sentence each."""
    rows = Playbook.objects.filter(live=True, live_version__isnull=False).select_related("live_version")
    for playbook in rows.order_by("slug"):
        assert playbook.live_version
        for one in playbook_files.findings(playbook.live_version):
            if one.blocks:
                yield f"playbook {playbook.slug} {one.field}: {linted.sentence(one)}"


def _written_by(config: Any) -> list[str]:
    return list(config.get("templates", {}).values())


def _versions() -> QuerySet[PlaybookVersion]:
    live = Q(pk__in=Playbook.objects.filter(live=True).values("live_version"))
    running = Enrollment.objects.filter(state=Enrollment.State.ACTIVE).values("version").distinct()
    return PlaybookVersion.objects.filter(live | Q(pk__in=running)).select_related("playbook")


references.ABOVE.append(users)
linted.IN_USE.append(templates)
linted.ALSO_LIVE.append(refused_steps)
