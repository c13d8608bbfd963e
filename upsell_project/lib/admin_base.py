"""What our admin pages start from: the theme's classes, facts nobody edits, lists without COUNT(*)."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import BaseModelAdmin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from upsell_project.lib import clock

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    Tabular = admin.TabularInline[Any, Any]
    Pages = Paginator[Any]
    Form = forms.ModelForm[Any]
    _Base = BaseModelAdmin[Any]
else:
    from unfold.admin import ModelAdmin as Admin
    from unfold.admin import TabularInline as Tabular

    _Base = object
    Pages = Paginator
    Form = forms.ModelForm

COUNTED_EXACTLY = 1_000
LISTED = 20


class EstimatedPages(Pages):
    """Counts exactly up to 1,000 rows; beyond, PostgreSQL's own estimate, as cheap at any size."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        few = rows.order_by()[: COUNTED_EXACTLY + 1].count()
        return few if few <= COUNTED_EXACTLY else max(few, _estimate(rows))


def _estimate(rows: QuerySet[Any]) -> int:
    """Of a whole table, or of all its partitions, as of the last ANALYZE; of a filtered one as the planner expects."""
    if not rows.query.where:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(greatest(reltuples, 0)) FROM pg_class WHERE relkind <> 'p'"
                " AND oid IN (SELECT %s::regclass UNION"
                " SELECT inhrelid FROM pg_inherits WHERE inhparent = %s::regclass)",
                [rows.model._meta.db_table] * 2,
            )
            return int(cursor.fetchone()[0])
    plan = json.loads(rows.order_by().explain(format="json").removeprefix("Rows "))
    return int(plan[0]["Plan"]["Plan Rows"])


class ReadOnly(_Base):
    """Nobody adds, changes or deletes: what happened is not edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FactsAdmin(ReadOnly, Admin):
    """Rows that the product wrote, newest first, however many there are."""

    ordering = ("-pk",)
    sortable_by = ()
    paginator = EstimatedPages
    show_full_result_count = False
    list_per_page = 50


class OfPersonAdmin(FactsAdmin):
    """Facts about a person, found by the exact user id: an index answers, whatever the length."""

    list_select_related: ClassVar[tuple[str, ...]] = ("person",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"


class RowsInline(ReadOnly, Tabular):
    """Rows of a parent, to be read."""

    extra = 0
    can_delete = False


class StampedAdmin(Admin):
    """Fills the columns that say when a row was made: nobody types a time."""

    stamps: tuple[str, ...] = ("created_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            stamp(obj, *self.stamps)
        super().save_model(request, obj, form, change)


class KeepsSlug(Admin):
    """Rules, playbooks, lists that are imported and programs of others name a row by its slug: it is chosen once."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return ("slug", *fixed) if obj else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)


class EditedAdmin(Admin):
    """Of things the starter pack brings: what staff saved here, it leaves alone from then on."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.has_changed() or not change:
            obj.edited = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not form.instance.edited and any(formset.has_changed() for formset in formsets):
            form.instance.edited = True
            form.instance.save(update_fields=["edited"])


class OfEditedAdmin(Admin):
    """Rows of such a thing: who changes or deletes one changes what it belongs to. `parent` is the foreign key."""

    parent: ClassVar[str]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.has_changed() or not change:
            self._mark(getattr(obj, self._field.attname), form.initial.get(self.parent))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Or the starter pack would bring it back."""
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        for obj in queryset:
            self._mark(getattr(obj, self._field.attname))
            obj.delete()

    @property
    def _field(self) -> Any:
        return self.model._meta.get_field(self.parent)

    def _mark(self, *parents: Any) -> None:
        rows = self._field.related_model._default_manager.filter(pk__in=parents, edited=False)
        rows.update(edited=True)


def stamp(obj: Model, *columns: str) -> None:
    """Set the empty ones of these columns to the product's time."""
    for column in columns:
        if getattr(obj, column) is None:
            setattr(obj, column, clock.now())


def confirmed(
    model_admin: Any, request: HttpRequest, rows: QuerySet[Any], question: str
) -> TemplateResponse | None:
    """Ask before an action: the page with the question, or None once it was answered with yes."""
    if "confirmed" in request.POST:
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Are you sure?",
        "opts": model_admin.opts,
        "question": question,
        "action": request.POST["action"],
        "rows": list(rows[:LISTED]),
        "ids": [str(pk) for pk in rows.values_list("pk", flat=True)],
    }
    return TemplateResponse(request, "admin/confirm.html", context)


def told(model_admin: Any, request: HttpRequest, count: int, what: str) -> None:
    """Say how many rows an action changed; with a warning where there were none left."""
    model_admin.message_user(request, f"{count} {what}.", messages.SUCCESS if count else messages.WARNING)


def log(request: HttpRequest, rows: Iterable[Model], message: str) -> None:
    """Note in the history of each row who did what."""
    staff = request.user.pk or 0
    LogEntry.objects.log_actions(staff, list(rows), CHANGE, change_message=message)
