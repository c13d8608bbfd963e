"""The rules staff write, and what they found."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from signals_app import sound
from signals_app.admin import fired, kept, shown
from signals_app.admin.back_tests import TriedAdmin
from signals_app.admin.detector_form import NamesField, SettingsField, checked, plainly, sentence
from signals_app.admin.ending import EndingAdmin
from signals_app.admin.pickers import choices_view, rule_field, words_view
from signals_app.admin.switched_off import warn_of_users
from signals_app.models import DetectorState, Signal, SignalDefinition
from upsell_project.lib import clock, in_words
from upsell_project.lib.admin_base import EditedAdmin, FactsAdmin, Form, OfPersonAdmin

FIELDS = (
    "name",
    "slug",
    "description",
    "detector",
    "config",
    "about",
    "condition",
    "hold_hours",
    "route_to",
    "confidence",
    "lifetime_hours",
    "cooldown_hours",
    "live",
)


LONGEST_SAID = 160
"""Of a sentence in the list."""


class DefinitionForm(Form):
    config = SettingsField(label="Settings")
    condition = rule_field(
        required=False, label="And only if", help_text="A rule that must hold, too; empty: none."
    )
    route_to = NamesField(
        required=False,
        label="Whom to tell",
        widget=UnfoldAdminTextInputWidget(),
        help_text="Roles, with commas between: the most recently active person of the account who has one; empty: any.",
    )

    class Meta:
        model = SignalDefinition
        fields = FIELDS
        help_texts: ClassVar = {
            "live": "Once it is live, whoever fulfils it already is found within the hour, and playbooks begin for "
            "them; from then on each when they do. How many these may be: see its back-test.",
            "hold_hours": "In hours. It must have been true for so long before it is found; 0: found at once.",
            "lifetime_hours": "In hours. How long one that was found may lead to an offer; 168 are 7 days.",
            "cooldown_hours": "In hours. How long it is not found again of the same person or account; it rests for"
            " its lifetime at least. Some kinds have a rule for that as well, such as a threshold that use must have"
            " fallen; in the next period of a limit or season it may be found anew.",
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if {"config", "condition", "route_to"} <= values.keys():
            given = {name: values[name] for name in sound.CHECKED if name in values}
            given.setdefault("slug", self.instance.slug)
            if found := sound.problems(SignalDefinition(**given)):
                raise ValidationError(
                    {
                        name: [plainly(one) if name == "config" else one for one in told]
                        for name, told in found.items()
                    }
                )
        return values


@admin.register(SignalDefinition)
class SignalDefinitionAdmin(TriedAdmin, EndingAdmin, EditedAdmin):
    """A changed rule is a new version; signals found by the old one keep its number."""

    form = DefinitionForm
    change_form_template = "admin/signals_app/signaldefinition/change_form.html"
    fields = (*FIELDS, "version", "edited")
    list_display = ("name", "looks_for", "detector", "live", "lately", "version", "was_edited")
    list_filter = ("live", "detector")
    ordering = ("name",)
    search_fields = ("slug", "name", "description", "detector")
    readonly_fields = ("version", "edited")
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's rules with manage.py load_starter_pack, or add one."

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Others refer to its slug."""
        return ("slug", *self.readonly_fields) if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What forbids it comes first: what it found may be much."""
        refused = kept.needed("signal", list(objs))
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "signals_app_signaldefinition"
        return [
            path("words/", wrap(words_view), name=f"{name}_words"),
            path("choices/", wrap(choices_view), name=f"{name}_choices"),
            path("check/", wrap(self.check_view), name=f"{name}_check"),
            *super().get_urls(),
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With what was found lately, by one statement for all that are shown."""
        shown_now = super().get_changelist_instance(request)
        rows = list(shown_now.result_list)
        found = fired.lately(rows, clock.now())
        for one in rows:
            one.found_lately = found.get(one.pk, "")
        shown_now.result_list = rows
        return shown_now

    @admin.display(description=f"Found in {fired.LATELY} days")
    def lately(self, definition: Any) -> str:
        return definition.found_lately or ("nothing" if definition.live else "")

    @admin.display(description="Found when")
    def looks_for(self, definition: SignalDefinition) -> str:
        said = _sentence(definition) or "Its settings cannot be read"
        return said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID].rsplit(' ', 1)[0]} …"

    @admin.display(description="Edited", empty_value="")
    def was_edited(self, definition: SignalDefinition) -> str:
        """Staff changed it, so the starter pack leaves it alone."""
        return "edited" if definition.edited else ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        about = standing(found) if found else {}
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})

    def check_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return checked(request)

    def save_model(self, request: HttpRequest, obj: SignalDefinition, form: Any, change: bool) -> None:
        if change and set(sound.RULE) & set(form.changed_data):
            obj.version += 1
            obj.swept_at = None
        super().save_model(request, obj, form, change)
        if change and "live" in form.changed_data and not obj.live:
            warn_of_users(request, obj)


def _sentence(definition: SignalDefinition) -> str:
    return sentence(definition.detector, definition.config, definition.condition, definition.about)


def standing(definition: SignalDefinition) -> dict[str, Any]:
    """How it reads and what it found lately."""
    return {
        "said": _sentence(definition),
        "spans": {
            name: in_words.hours(getattr(definition, f"{name}_hours"))
            for name in ("hold", "lifetime", "cooldown")
        },
        "fired": fired.of(definition, clock.now()),
        "all_url": f"{reverse('admin:signals_app_signal_changelist')}?definition__id__exact={definition.pk}",
    }


@admin.register(Signal)
class SignalAdmin(OfPersonAdmin):
    list_display = ("detected_at", "definition", "person", "account", "certainty", "expires_at")
    list_select_related = ("definition", "person", "account")
    list_filter = ("definition",)
    fields: ClassVar[tuple[str, ...]] = (
        *("definition", "definition_version", "person", "account"),
        *("rests_on", "certainty", "detected_at", "expires_at"),
    )
    empty_hint = "Signals appear when events meet a definition that is live."

    @admin.display(description="Confidence")
    def certainty(self, signal: Signal) -> str:
        return signal.certainty

    @admin.display(description="What it rests on")
    def rests_on(self, signal: Signal) -> SafeString:
        return shown.page(signal.evidence, shown.rule_of(signal.definition, signal.definition_version))


@admin.register(DetectorState)
class DetectorStateAdmin(FactsAdmin):
    list_display = ("definition", "person", "account", "part", "holds_since", "fired_at")
    list_select_related = ("definition", "person", "account")
    list_filter = ("definition",)
