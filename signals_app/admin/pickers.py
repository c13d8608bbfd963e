"""What the editor of rules suggests: names that were really seen, and slugs that there are."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy

from people_app.models import Entitlement
from signals_app import references, unseen
from signals_app.admin import trait_values
from signals_app.admin.tester import PLAN, names, paths_of
from signals_app.columns import TYPES
from signals_app.intents import LABELS
from signals_app.models import Meter, Score, ScoreDefinition, Segment, SignalDefinition
from signals_app.models.answer import ANSWERS
from upsell_project.lib import bulk
from upsell_project.lib.rule_form import RuleField, RuleWidget, worded
from upsell_project.lib.rules import impersonal
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.reading_facts import SEASONS
from upsell_project.lib.rules.tree import Rule

WORDS_URL = reverse_lazy("admin:signals_app_signaldefinition_words")
CHOICES_URL = reverse_lazy("admin:signals_app_signaldefinition_choices")
LOOKED_AT, MOST, MOST_EVENTS = 2_000, 500, 40
ABOVE: dict[str, Callable[[], list[str]]] = {}
"""What apps above this one have to suggest: `offers`."""
_TEXT, _NUMBER, _YES_NO, _ANY = "text", "number", "yesno", "any"
# A text in a trait may be a date, which only its use shows.
_JSON_TYPES = {"number": _NUMBER, "boolean": _YES_NO}
_SEEN_TYPES = {"text": _TEXT, "number": _NUMBER, "boolean": _YES_NO}


def rule_field(about: str = "", **options: Any) -> RuleField:
    """A form field for a rule, with the suggestions of this installation."""
    return RuleField(RuleWidget(WORDS_URL, CHOICES_URL, about), **options)


def words_view(request: HttpRequest) -> JsonResponse:
    """How a rule reads, and what is wrong with it here."""
    return worded(request, _problems, unseen.hints)


def _problems(rule: Rule, about: str) -> list[tuple[str, str]]:
    return references.problems(rule) + (impersonal.problems(rule) if about == Of.ACCOUNT else [])


def choices_view(request: HttpRequest) -> JsonResponse:
    """All that is suggested; with `?event=`: what those events held."""
    allowed = ("signals_app.view_signaldefinition", "signals_app.view_segment")
    if not any(request.user.has_perm(one) for one in allowed):
        raise PermissionDenied
    if asked := request.GET.getlist("event")[:MOST_EVENTS]:
        return JsonResponse({"paths": {name: _paths(name) for name in asked}})
    return JsonResponse(suggested())


def suggested() -> dict[str, Any]:
    seen = names()
    return {
        "events": list(dict.fromkeys([*seen, *PLAN])),
        "planned": [name for name in PLAN if name not in seen],
        "values": trait_values.of_everybody(),
        "traits": {of.value: {**columns, **_traits(of, columns)} for of, columns in TYPES.items()},
        "resources": sorted(
            {*_of(Meter.objects.all(), "resource"), *_newest(Entitlement, "resource"), "seats"}
        ),
        "meters": sorted(_of(Meter.objects.all(), "resource")),
        "seasons": list(SEASONS),
        "signals": sorted(_of(SignalDefinition.objects.all(), "slug")),
        "segments": sorted(_of(Segment.objects.all(), "slug")),
        "intents": list(LABELS),
        "answers": list(ANSWERS),
        "scores": sorted(_newest(Score, "name") | _of(ScoreDefinition.objects.all(), "slug")),
        **{name: found() for name, found in ABOVE.items()},
    }


def _of(rows: QuerySet[Any], column: str) -> set[str]:
    return set(rows.order_by(column).values_list(column, flat=True)[:MOST])


def _newest(model: type[Model], column: str) -> set[str]:
    """Among the newest rows: a picker is not worth reading millions."""
    rows = model._default_manager.order_by("-pk").values_list(column, flat=True)
    return set(rows[:LOOKED_AT])


def _traits(of: str, columns: Mapping[str, str]) -> dict[str, str]:
    """Names under which something was said, as far as they are names, and of what type it was."""
    rows = bulk.select(
        "SELECT key, array_agg(DISTINCT jsonb_typeof(value)) FROM"
        f" (SELECT traits FROM people_app_{of} ORDER BY id DESC LIMIT %s) newest,"
        " jsonb_each(CASE WHEN jsonb_typeof(traits) = 'object' THEN traits END)"
        " WHERE key ~ '^[[:alpha:]_$][[:alnum:]_ $:/.-]{0,59}$' GROUP BY key ORDER BY count(*) DESC, key LIMIT %s",
        LOOKED_AT,
        MOST,
    )
    return {
        key: _JSON_TYPES.get(types[0], _ANY) if len(types) == 1 else _ANY
        for key, types in rows
        if key not in columns
    }


def _paths(event: str) -> dict[str, str]:
    """A property that came in more than one type is of any."""
    found: dict[str, str] = {}
    for path, seen in paths_of(event):
        kind = _SEEN_TYPES.get(seen, _ANY)
        found[path] = kind if found.get(path, kind) == kind else _ANY
    return found or dict.fromkeys(PLAN.get(event, ()), _ANY)
