"""Groups of people: their rule as a sentence, who is in them, and why."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from signals_app import references
from signals_app.admin import kept, segment_pages
from signals_app.admin.kept import KeptAdmin
from signals_app.admin.pickers import rule_field
from signals_app.models import Segment, SegmentMember
from signals_app.segments import lists, members, refresh, rules, sound
from upsell_project.lib.admin_base import EditedAdmin, Form, OfPersonAdmin, confirmed, log, told
from upsell_project.lib.rules import wording

FIELDS = ("name", "slug", "description", "kind", "rule", "live")


class SegmentForm(Form):
    rule = rule_field(required=False, help_text="Empty for a list.")

    class Meta:
        model = Segment
        fields = FIELDS
        help_texts: ClassVar = {"live": "While it is off, nobody is in it."}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        was = self.instance
        slug, kind = values.get("slug", was.slug), values.get("kind", was.kind)
        if kind == Segment.Kind.LIST:
            values["rule"] = {}  # the page hides what was typed before a list was chosen
        wrong: dict[str, list[str]] = {}
        for field, sentence in sound.problems(slug, kind, values.get("rule") or {}, live=values["live"]):
            wrong.setdefault(field, []).append(sentence)
        if (
            was.pk
            and was.live
            and not values["live"]
            and (refused := references.refusals("segment", [slug], "switched off"))
        ):
            wrong.setdefault("live", []).extend(refused)
        if wrong:
            raise ValidationError(wrong)
        return values


@admin.register(Segment)
class SegmentAdmin(KeptAdmin, EditedAdmin):
    """A changed rule is a new version, for which everybody is judged anew."""

    form = SegmentForm
    change_form_template = "admin/signals_app/segment/change_form.html"
    list_display = ("name", "kind", "people", "sentence", "refreshed", "live")
    list_filter = ("kind", "live")
    search_fields = ("slug", "name")
    readonly_fields = ("version", "edited")
    prepopulated_fields = {"slug": ("name",)}
    empty_hint = "Load the blueprint's segments with manage.py load_starter_pack, or add one."

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple[str, ...]:
        """Others refer to its slug, and a list that became a rule would lose whom staff put there."""
        return ("slug", "kind", *self.readonly_fields) if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        """A list has no rule."""
        without = {"rule"} if obj and obj.kind == Segment.Kind.LIST else set()
        return [name for name in (*FIELDS, *self.readonly_fields) if name not in without]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages = {"import": self.import_view, "export": self.export_view, "why": self.why_view}
        own = [
            path(f"<int:pk>/{name}/", view(page), name=f"signals_app_segment_{name}")
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return segment_pages.imported(self, request, pk)

    def export_view(self, request: HttpRequest, pk: int) -> Any:
        return segment_pages.exported(self, request, pk)

    def why_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return segment_pages.explained(self, request, pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        segment = self.get_object(request, object_id)
        about = segment_pages.standing(segment, sentence_of(segment)) if segment else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about})

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        """Only what was changed: how far a pass has come is written at the same time."""
        was = Segment.objects.filter(pk=obj.pk).first()
        changed = {name for name in FIELDS if was and getattr(was, name) != getattr(obj, name)}
        if was is None:
            super().save_model(request, obj, form, change)
        elif changed:
            obj.edited, obj.version = True, was.version + ("rule" in changed)
            obj.save(update_fields=[*changed, "edited", "version"])
        if not change or changed & {"rule", "live"}:
            refresh.anew(obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes, without loading a million members; and what forbids it."""
        found = list(objs)
        counts = members.counts([one.pk for one in found])
        gone = {"segments": len(found), "members": sum(counts.values())}
        told = [f"{one} with {counts[one.pk]} people" for one in found]
        return told, gone, set(), kept.needed("segment", found)

    @admin.display(description="People")
    def people(self, segment: Segment) -> str:
        number = members.counts([segment.pk])[segment.pk]
        about = "about " if number > members.COUNTED_EXACTLY else ""
        url = f"{reverse('admin:signals_app_segmentmember_changelist')}?segment__id__exact={segment.pk}"
        return format_html('<a href="{}">{}{}</a>', url, about, f"{number:,}")

    @admin.display(description="Who")
    def sentence(self, segment: Segment) -> str:
        return sentence_of(segment)

    @admin.display(description="Last refreshed", ordering="refreshed_at")
    def refreshed(self, segment: Segment) -> str:
        return segment_pages.refreshed(segment)


def sentence_of(segment: Segment) -> str:
    if segment.kind == Segment.Kind.LIST:
        return "Whom staff put on the list"
    ruled = rules.of(segment).ruled
    return wording.sentence(ruled.rule) if ruled else "Its rule cannot be read: nobody is in it"


@admin.register(SegmentMember)
class SegmentMemberAdmin(OfPersonAdmin):
    """The members page of every segment, by its filter."""

    list_display = ("person", "segment", "since", "added_by", "why")
    list_before_template = "admin/signals_app/segmentmember/before_list.html"
    list_select_related = ("person", "segment")
    list_filter = ("segment",)
    actions = ("take_off",)
    empty_hint = "Members appear with the first refresh of a segment, or when staff put them on a list."

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Of one segment: with the way back to it."""
        asked = request.GET.get("segment__id__exact", "")
        segment = Segment.objects.filter(pk=int(asked)).first() if asked.isdecimal() else None
        return super().changelist_view(request, {"segment": segment, **(extra_context or {})})

    @admin.display(description="")
    def why(self, member: SegmentMember) -> str:
        if not member.person.user_id:
            return ""
        page = reverse("admin:signals_app_segment_why", args=[member.segment_id])
        asked = urlencode({"person": member.person.user_id})
        return format_html('<a class="text-link" href="{}?{}">Why?</a>', page, asked)

    def has_delete_from_list_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signals_app.change_segment")

    @admin.action(description="Take off the list", permissions=["delete_from_list"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[SegmentMember]) -> HttpResponse | None:
        """Of lists only: whom a rule put in, it would put in again."""
        rows = queryset.filter(segment__kind=Segment.Kind.LIST)
        question = f"{rows.count()} people will be taken off their list. Whom a rule put in a segment stays."
        if page := confirmed(self, request, rows, question):
            return page
        gone = 0
        for segment in Segment.objects.filter(pk__in=rows.values("segment_id")):
            people = list(rows.filter(segment=segment).values_list("person_id", flat=True))
            gone += (count := lists.remove(segment, people))
            log(request, [segment], f"Took {count} people off")
        told(self, request, gone, "were taken off")
        return None
