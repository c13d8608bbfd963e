"""Playbooks and their editions. A published edition is read as sentences and never changes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, Max, Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns_app import outline, playbook_files, playbook_linted
from campaigns_app.admin.policies import PolicyForm
from campaigns_app.models import ContactPolicy, Lane, Playbook, PlaybookVersion, Step
from campaigns_app.plan import RULE
from offers_app.admin import lint
from signals_app import references
from signals_app.admin.pickers import rule_field
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, EditedAdmin, Form, RowsInline

ASKED = ("minimum_confidence", *playbook_files.RULES)


def _outline(version: PlaybookVersion | None) -> SafeString | str:
    if version is None:
        return "No version is live."
    said = {"rules": outline.rules(version), "lines": outline.of(version)}
    return render_to_string("admin/campaigns_app/outline.html", said)


def _lint(version: PlaybookVersion | None) -> SafeString | str:
    if version is None:
        return "No version is live."
    return lint.section(playbook_files.sent(version), {"steps": playbook_files.findings(version)})


class PlaybookForm(Form):
    """What the live version asks; a change of it is a new version with the same steps."""

    minimum_confidence = forms.DecimalField(
        min_value=0,
        max_value=1,
        max_digits=4,
        decimal_places=3,
        required=False,
        help_text="Less certain signals start nothing; 0 to 1.",
    )
    entry = rule_field(
        required=False,
        label="Who may enter",
        help_text="Empty: everybody. What is not known of somebody keeps them out.",
    )
    exit_when = rule_field(
        required=False,
        label="Ends at once when",
        help_text="Wherever a run stands: at once by what is new, within the hour by time alone. Empty: by its steps"
        " only. What is not known ends nothing.",
    )

    class Meta:
        model = Playbook
        exclude = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        live = self.instance.live_version if self.instance.pk else None
        for name in ASKED:
            if name in self.fields:
                self.fields[name].disabled = live is None
                self.initial[name] = getattr(live, name) if live else None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in playbook_files.RULES:
            if name in self.changed_data and name in values:
                for wrong in references.faults(values[name]):
                    self.add_error(name, wrong)
        if "entry" in self.changed_data:
            for wrong in playbook_linted.entry_refusals(values.get("entry") or {}):
                self.add_error("entry", wrong)
        if "signals" in self.changed_data:
            slugs = [one.slug for one in values.get("signals") or ()]
            for wrong in playbook_linted.signal_refusals(slugs):
                self.add_error("signals", wrong)
        if "live" in self.changed_data and values.get("live") and self.instance.live_version:
            for wrong in playbook_files.refusals(self.instance.live_version):
                self.add_error("live", wrong)
        return values

    def asked(self) -> dict[str, Any]:
        """What is another than in the live version."""
        return {name: self.cleaned_data[name] or 0 for name in ASKED[:1] if name in self.changed_data} | {
            name: self.cleaned_data[name] for name in ASKED[1:] if name in self.changed_data
        }


class VersionInline(RowsInline):
    model = PlaybookVersion
    fields = ("number", "published_at", "goal_event", "goal_days", "minimum_confidence")
    show_change_link = True


@admin.register(Playbook)
class PlaybookAdmin(EditedAdmin):
    form = PlaybookForm
    list_display = ("name", "slug", "live", "live_version", "priority", "edited")
    list_select_related = ("live_version__playbook",)
    list_filter = ("live",)
    search_fields = ("slug", "name")
    ordering = ("-priority", "slug")
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("signals",)
    fields = (
        *("name", "slug", "description", "signals", *ASKED),
        *("live", "priority", "live_version", "steps", "lint", "edited"),
    )
    readonly_fields = ("live_version", "steps", "lint", "edited")
    inlines = (VersionInline,)
    empty_hint = "Load the blueprint's playbooks with manage.py load_starter_pack, or add one."

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Playbook, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.live_version and (asked := form.asked()):
            Playbook.objects.select_for_update().get(pk=obj.pk)
            playbook_files.revise(obj, asked)

    @admin.display(description="Steps of the live version")
    def steps(self, playbook: Playbook) -> SafeString | str:
        return _outline(playbook.live_version)

    @admin.display(description="Lint of what it sends")
    def lint(self, playbook: Playbook) -> SafeString | str:
        return _lint(playbook.live_version)


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


class VersionForm(Form):
    entry = rule_field(required=False, label="Who may enter")
    exit_when = rule_field(required=False, label="Ends at once when")

    class Meta:
        model = PlaybookVersion
        exclude = ()


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(DraftAdmin):
    form = VersionForm
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


class LaneForm(Form):
    rule = rule_field(required=False, help_text=f"With the condition `{RULE}`, and only with it.")

    class Meta:
        model = Lane
        exclude = ()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and (values.get("condition") == RULE) != bool(values.get("rule")):
            raise ValidationError({"rule": f"Write a rule with the condition `{RULE}`, and only with it."})
        return values


@admin.register(Lane)
class LaneAdmin(DraftAdmin):
    form = LaneForm
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
