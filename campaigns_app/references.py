"""What playbooks refer to: those that are live, and the versions in which somebody still is."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from campaigns_app import playbook_files
from campaigns_app.models import Enrollment, Playbook, PlaybookVersion
from signals_app import references
from signals_app.references import User
from upsell_project.lib.rules.meaning import Named


def users() -> Iterator[User]:
    live = Q(pk__in=Playbook.objects.filter(live=True).values("live_version"))
    running = Enrollment.objects.filter(state=Enrollment.State.ACTIVE).values("version").distinct()
    versions = PlaybookVersion.objects.filter(live | Q(pk__in=running)).select_related("playbook")
    needed: dict[Playbook, tuple[list[Any], set[Named]]] = {}
    for version in versions.order_by("playbook__slug", "number"):
        asks, more = needed.setdefault(version.playbook, ([], set()))
        steps = playbook_files.tree(version)
        asks += [version.entry, version.exit_when, steps]
        more |= {("offer", offer) for _, offer in playbook_files.offers(steps)}
        more |= {("signal", one.slug) for one in version.playbook.signals.all()}
    for playbook, (asks, more) in needed.items():
        yield User(("playbook", playbook.slug), playbook, asks, frozenset(more))


references.ABOVE.append(users)
