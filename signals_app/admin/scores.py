"""Scores in the admin: their signs, how accounts are spread, and how far what was learned can be trusted."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from signals_app.admin import kept, score_form, score_pictures
from signals_app.admin.kept import KeptAdmin
from signals_app.admin.score_form import FIELDS, ScoreForm
from signals_app.models import ScoreDefinition
from signals_app.scores import compute, sound, training
from upsell_project.lib import in_words
from upsell_project.lib.admin_base import EditedAdmin, log

SAVED = (*FIELDS, "signs")


@admin.register(ScoreDefinition)
class ScoreDefinitionAdmin(KeptAdmin, EditedAdmin):
    """Changed signs are a new version, by which all accounts are measured anew."""

    form = ScoreForm
    change_form_template = "admin/signals_app/scoredefinition/change_form.html"
    list_display = ("name", "slug", "made_of", "trained", "live", "refreshed")
    list_filter = ("live", "trained")
    search_fields = ("slug", "name")
    readonly_fields = ("version", "edited")
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's scores with manage.py load_starter_pack, or add one."

    def get_fieldsets(self, request: HttpRequest, obj: ScoreDefinition | None = None) -> Any:
        rows = [
            (_headed(obj, row), {"fields": score_form.names(row), "classes": _classes(obj, row)})
            for row in range(score_form.shown_rows(obj))
        ]
        return [(None, {"fields": (*FIELDS, *self.readonly_fields)}), *rows]

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The rows are no columns: the form itself adds them."""
        fixed = self.get_readonly_fields(request, obj)
        kwargs["fields"] = [name for name in FIELDS if name not in fixed]
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ScoreDefinition | None = None
    ) -> tuple[str, ...]:
        """Others refer to its slug."""
        return ("slug", *self.readonly_fields) if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: ScoreDefinition | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.train_view)
        return [
            path("<int:pk>/train/", view, name="signals_app_scoredefinition_train"),
            *super().get_urls(),
        ]

    def train_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        definition = ScoreDefinition.objects.filter(pk=pk).first()
        if definition is None:
            raise Http404
        training.ask(definition)
        log(request, [definition], "Asked to be trained")
        messages.success(
            request, "It is being trained on the answers to offers. This page shows the outcome."
        )
        return HttpResponseRedirect(reverse("admin:signals_app_scoredefinition_change", args=[pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        definition = self.get_object(request, object_id)
        about = _about(definition) if definition and self.has_view_permission(request, definition) else {}
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: ScoreDefinition, form: Any, change: bool) -> None:
        """Only what was changed: how far a pass has come is written at the same time."""
        was = ScoreDefinition.objects.filter(pk=obj.pk).first()
        if was is None:
            obj.edited = True
            obj.save()
        elif changed := {name for name in SAVED if getattr(was, name) != getattr(obj, name)}:
            obj.edited, obj.version = True, was.version + ("signs" in changed)
            obj.save(update_fields=[*changed, "edited", "version"])
            if changed & {"signs", "live", "trained"}:
                compute.anew(obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes, without loading a score of each account; and what forbids it."""
        found = list(objs)
        told = [f"{one}, of each account" for one in found]
        return told, {"scores": len(found)}, set(), kept.needed("score", found)

    def delete_model(self, request: HttpRequest, obj: ScoreDefinition) -> None:
        compute.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for one in queryset:
            compute.delete(one)

    @admin.display(description="Points")
    def made_of(self, definition: ScoreDefinition) -> str:
        return made_of(definition)

    @admin.display(description="Last measured", ordering="refreshed_at")
    def refreshed(self, definition: ScoreDefinition) -> str:
        return refreshed(definition)


def _headed(definition: ScoreDefinition | None, row: int) -> str:
    """What a stored sign says, so that it need not be opened."""
    sign = definition.signs[row] if definition and row < len(definition.signs) else None
    if not isinstance(sign, dict) or sound.unreadable([sign]):
        return f"Sign {row + 1}"
    points = "1 point" if sign["points"] == 1 else f"{sign['points']:g} points"
    return f"{sign['name']} ({sign['part']}, {points})"


def _classes(definition: ScoreDefinition | None, row: int) -> tuple[str, ...]:
    """Stored ones are folded, and one that is wrong opens by itself; blank ones are shown one by one."""
    if row >= (len(definition.signs) if definition else 1):
        return ("upsell-more",)
    return ("collapse",) if definition else ()


def made_of(definition: ScoreDefinition) -> str:
    """`usage 9, fit 4`: points by part."""
    if sound.unreadable(definition.signs):
        return "Its signs cannot be read: no account has it"
    sums: dict[str, float] = {}
    for sign in definition.signs:
        sums[sign["part"]] = sums.get(sign["part"], 0) + sign["points"]
    return ", ".join(f"{part} {points:g}" for part, points in sums.items())


def refreshed(definition: ScoreDefinition) -> str:
    if not definition.live:
        return "Switched off"
    percent = compute.percent(definition)
    if percent is not None:
        return f"{percent} % of all accounts measured"
    return in_words.moment(definition.refreshed_at) if definition.refreshed_at else ""


def _about(definition: ScoreDefinition) -> dict[str, Any]:
    waits = definition.live and compute.percent(definition) is not None
    return {
        "made_of": made_of(definition),
        "readable": not sound.unreadable(definition.signs),
        "going_on": waits or definition.training_asked_at is not None,
        "refreshed": refreshed(definition),
        "spread": score_pictures.spread(definition),
        "trained": score_pictures.training(definition),
    }
