"""Playbooks and their editions. A published edition is read as sentences and never changes."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Max, Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns_app import outline
from campaigns_app.admin.policies import PolicyForm
from campaigns_app.models import ContactPolicy, Lane, Playbook, PlaybookVersion, Step
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, EditedAdmin, RowsInline


def _outline(version: PlaybookVersion | None) -> SafeString | str:
    if version is None:
        return "No version is live."
    return render_to_string("admin/campaigns_app/outline.html", {"lines": outline.of(version)})


class VersionInline(RowsInline):
    model = PlaybookVersion
    fields = ("number", "published_at", "goal_event", "goal_days")
    show_change_link = True


@admin.register(Playbook)
class PlaybookAdmin(EditedAdmin):
    list_display = ("name", "slug", "live", "live_version", "priority", "edited")
    list_select_related = ("live_version__playbook",)
    list_filter = ("live",)
    search_fields = ("slug", "name")
    ordering = ("-priority", "slug")
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("signals",)
    fields = ("name", "slug", "description", "signals", "live", "priority", "live_version", "steps", "edited")
    readonly_fields = ("live_version", "steps", "edited")
    inlines = (VersionInline,)
    empty_hint = "Load the blueprint's playbooks with manage.py load_starter_pack, or add one."

    @admin.display(description="Steps of the live version")
    def steps(self, playbook: Playbook) -> SafeString | str:
        return _outline(playbook.live_version)


class DraftAdmin(Admin):
    """Editable until its version is published; then nobody's sequence changes under them."""

    def version_of(self, obj: Any) -> PlaybookVersion:
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._draft(obj)

    def _draft(self, obj: Model | None) -> bool:
        return obj is None or self.version_of(obj).published_at is None

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **options: Any
    ) -> Any:
        drafts = PlaybookVersion.objects.filter(published_at=None)
        choices: dict[str, Any] = {
            "version": drafts.select_related("playbook"),
            "lane": Lane.objects.filter(step__version__in=drafts),
            "step": Step.objects.filter(version__in=drafts),
        }
        if db_field.name in choices:
            options["queryset"] = choices[db_field.name]
        return super().formfield_for_foreignkey(db_field, request, **options)


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(DraftAdmin):
    list_display = ("__str__", "published_at", "goal_event", "goal_days")
    list_select_related = ("playbook",)
    list_filter = ("playbook",)
    ordering = ("playbook", "-number")
    readonly_fields = ("published_at", "steps")

    def version_of(self, obj: PlaybookVersion) -> PlaybookVersion:
        return obj

    @admin.display(description="Steps")
    def steps(self, version: PlaybookVersion) -> SafeString | str:
        return _outline(version) if version.pk else "Save first, then add steps."


@admin.register(Step)
class StepAdmin(DraftAdmin):
    list_display = ("version", "lane", "position", "kind", "says")
    list_select_related = ("version__playbook", "lane")
    list_filter = ("version",)
    ordering = ("version", "lane", "position")

    def version_of(self, obj: Step) -> PlaybookVersion:
        return obj.version

    @admin.display(description="What it does")
    def says(self, step: Step) -> str:
        return outline.sentence(step)


@admin.register(Lane)
class LaneAdmin(DraftAdmin):
    list_display = ("step", "position", "condition", "label")
    list_select_related = ("step__version__playbook",)
    ordering = ("step", "position")

    def version_of(self, obj: Lane) -> PlaybookVersion:
        return obj.step.version


@admin.register(ContactPolicy)
class ContactPolicyAdmin(Admin):
    """A change is a new row: every delivery names the policy that allowed it."""

    form = PolicyForm
    list_display = ("version", "caps", "high_value_mrr", "created_at")
    ordering = ("-version",)
    fields = ("caps", "cooldown_days", "hours", "high_value_mrr")

    def has_change_permission(self, request: HttpRequest, obj: ContactPolicy | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: ContactPolicy | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = ContactPolicy.objects.order_by("-version").first()
        return {name: getattr(newest, name) for name in self.fields} if newest else {}

    def save_model(self, request: HttpRequest, obj: ContactPolicy, form: Any, change: bool) -> None:
        obj.version = (ContactPolicy.objects.aggregate(newest=Max("version"))["newest"] or 0) + 1
        obj.created_at = clock.now()
        super().save_model(request, obj, form, change)
