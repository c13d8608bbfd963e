"""Who works here, and the keys of their programs."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from campaigns_app import api_keys
from campaigns_app.models import ApiKey, IdempotencyKey
from upsell_project.lib.admin_base import Admin, Form, ReadOnly, confirmed, log

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, Admin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, Admin):
    pass


class ApiKeyForm(Form):
    class Meta:
        model = ApiKey
        fields = ("name", "role")


@admin.register(ApiKey)
class ApiKeyAdmin(Admin):
    """A key is shown once, on the page after it was made; afterwards it can only be revoked."""

    form = ApiKeyForm
    add_fieldsets = ((None, {"fields": ("name", "role")}),)
    fields = ("name", "role", "prefix", "created_at", "last_used_at", "revoked_at")
    list_display = ("name", "prefix", "role", "created_at", "last_used_at", "revoked_at")
    ordering = ("-pk",)
    actions = ("revoke",)
    empty_hint = "Programs use the staff API with a key: add one here."

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        made, obj.shown_once = api_keys.create(obj.name, obj.role)  # type: ignore[attr-defined]
        obj.__dict__.update(made.__dict__)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"The key {obj.name}",
            "opts": self.opts,
            "key": obj.shown_once,  # type: ignore[attr-defined]
        }
        page = TemplateResponse(request, "admin/campaigns_app/apikey/created.html", context)
        page["Cache-Control"] = "no-store"
        return page

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        rows = queryset.filter(revoked_at=None)
        question = f"{rows.count()} keys will be refused from the next request on. This cannot be undone."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        for row in found:
            api_keys.revoke(row)
        log(request, found, "Revoked")
        self.message_user(request, f"{len(found)} keys are revoked.")
        return None


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnly, Admin):
    """The kept answers may hold a secret, so they are not shown."""

    list_display = ("created_at", "caller", "key", "status")
    ordering = ("-pk",)
    exclude = ("answer",)
