"""The catalog staff write, and the decisions that were taken from it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from offers_app import wording
from offers_app.models import Decision, HoldoutAssignment, Offer, Placement, Proposition, Template, Treatment
from signals_app.admin import kept, pickers
from signals_app.admin.kept import KeptAdmin
from upsell_project.lib.admin_base import Admin, EditedAdmin, FactsAdmin, Form, OfPersonAdmin, Tabular
from upsell_project.lib.rules import ready
from upsell_project.lib.tables import TableAdmin, TableResource

_LINKS = ("https://", "http://", "{public}/")
_TEXTS = {"headline": False, "body": True, "why": False, "cta_label": False, "secondary_label": False}

pickers.ABOVE["offers"] = lambda: list(
    Offer.objects.order_by("slug").values_list("slug", flat=True)[: pickers.MOST]
)


@admin.register(Placement)
class PlacementAdmin(Admin):
    list_display = ("slug", "name", "format")
    search_fields = ("slug", "name")
    prepopulated_fields = {"slug": ("name",)}


class OfferForm(Form):
    eligibility = pickers.rule_field(
        required=False,
        label="For whom",
        help_text="Empty: for everybody. What is not known of somebody keeps it from them.",
    )

    class Meta:
        model = Offer
        exclude = ("edited",)

    def clean_url(self) -> str:
        return _link(self.cleaned_data["url"])

    def clean_chat_url(self) -> str:
        return _link(self.cleaned_data["chat_url"])

    def clean_terms(self) -> dict[str, Any]:
        terms = self.cleaned_data["terms"] or {}
        if not isinstance(terms, dict):
            raise ValidationError('terms: must be an object such as {"price": "49.00", "currency": "EUR"}')
        if unknown := sorted(terms.keys() - set(wording.TERMS)):
            known = ", ".join(wording.TERMS)
            raise ValidationError([f"terms.{name}: is not known; there are {known}" for name in unknown])
        return terms


def _link(address: str) -> str:
    if address and not address.startswith(_LINKS):
        raise ValidationError("Write an address that begins with https:// or {public}/.")
    return address


class OfferResource(TableResource):
    class Meta(TableResource.Meta):
        model = Offer
        import_id_fields = ("slug",)
        fields = (
            "slug",
            "name",
            "topic",
            "for_sale",
            "plan",
            "addon",
            "fields",
            "terms",
            "url",
            "chat_url",
            "priority",
            "eligibility",
            "live",
        )

    def before_save_instance(self, instance: Offer, row: Any, **options: Any) -> None:
        instance.edited = True


@admin.register(Offer)
class OfferAdmin(KeptAdmin, TableAdmin, EditedAdmin):
    resource_classes: ClassVar = [OfferResource]
    form = OfferForm
    list_display = ("name", "slug", "topic", "plan", "addon", "for_whom", "priority", "live", "edited")
    list_filter = ("live", "for_sale")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited",)
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's offers with manage.py load_starter_pack, add one, or import a list."

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> tuple[str, ...]:
        """Rules, playbooks and answers refer to its slug."""
        return ("slug", *self.readonly_fields) if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Offer | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        refused = kept.needed("offer", list(objs))
        return ([], {}, set(), refused) if refused else super().get_deleted_objects(objs, request)

    @admin.display(description="For whom")
    def for_whom(self, offer: Offer) -> str:
        if not offer.eligibility:
            return "Everybody"
        rule = ready.readable(offer.eligibility)
        return rule.sentence if rule else "Its rule cannot be read: nobody"


class TreatmentForm(Form):
    class Meta:
        model = Treatment
        fields = ("template", "channel", "locale", *_TEXTS)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        faults = {name: fault for name, html in _TEXTS.items() if (fault := _fault(values.get(name), html))}
        if faults:
            raise ValidationError(faults)
        return values


def _fault(text: str | None, html: bool) -> str:
    """A field without a value is no fault here: whether one has a value is known per person."""
    try:
        wording.render(text or "", {}, html=html)
    except wording.Missing:
        return ""
    except wording.Broken as error:
        return f"This text cannot be rendered: {error}"
    return ""


class TreatmentInline(Tabular):
    model = Treatment
    form = TreatmentForm
    fields = ("channel", "locale", "headline", "why", "cta_label")
    extra = 0
    show_change_link = True


@admin.register(Template)
class TemplateAdmin(EditedAdmin):
    list_display = ("name", "slug", "edited")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    readonly_fields = ("edited",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (TreatmentInline,)


@admin.register(Treatment)
class TreatmentAdmin(Admin):
    form = TreatmentForm
    list_display = ("template", "channel", "locale", "headline")
    list_select_related = ("template",)
    list_filter = ("channel", "locale")
    search_fields = ("template__slug", "headline")

    def save_model(self, request: Any, obj: Treatment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Template.objects.filter(pk=obj.template_id, edited=False).update(edited=True)


@admin.register(Decision)
class DecisionAdmin(OfPersonAdmin):
    list_display = ("at", "person", "playbook", "offer", "channel", "outcome", "gate", "reason")
    list_filter = ("outcome",)
    empty_hint = "Every considered offer leaves its reasons here, also when nothing was sent."


@admin.register(Proposition)
class PropositionAdmin(OfPersonAdmin):
    ordering = ("-decision_id",)
    list_display = ("ready_at", "person", "offer", "channel", "placement", "state", "answer", "expires_at")
    list_select_related = ("person", "account", "offer")
    list_filter = ("state",)


@admin.register(HoldoutAssignment)
class HoldoutAssignmentAdmin(FactsAdmin):
    list_display = ("account", "held_out", "percent", "assigned_at")
    list_select_related = ("account",)
    list_filter = ("held_out",)
    search_fields = ("account__group_id__exact",)
    search_help_text = "The exact account id"
