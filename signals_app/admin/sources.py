"""Where data comes from. Secrets go in and never come out, but for the page right after creation."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextInputWidget

from signals_app import sources
from signals_app.models import Source
from upsell_project.lib.admin_base import Admin, Form


class SourceForm(Form):
    new_secret = forms.CharField(
        label="Signing secret",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
        help_text="Empty: the present one stays, or one is made. After a change the old one still counts.",
    )

    class Meta:
        model = Source
        fields = ("kind", "name", "origins", "active")

    def clean_origins(self) -> list[str]:
        origins = self.cleaned_data["origins"] or []
        if not isinstance(origins, list) or not all(isinstance(origin, str) for origin in origins):
            raise ValidationError('Write a list such as ["https://app.example.com"].')
        try:
            return [sources.sound_origin(origin) for origin in origins]
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_new_secret(self) -> str:
        secret: str = self.cleaned_data["new_secret"]
        try:
            return sources.sound_secret(secret) if secret else ""
        except ValueError as error:
            raise ValidationError(str(error)) from error


@admin.register(Source)
class SourceAdmin(Admin):
    form = SourceForm
    list_display = ("name", "kind", "active", "write_key", "signature_failures", "last_seen_at")
    list_filter = ("kind", "active")
    search_fields = ("name", "write_key")
    ordering = ("name",)
    empty_hint = "Add one, then send an event with the command it shows."
    add_fieldsets = ((None, {"fields": ("kind", "name", "origins", "new_secret")}),)
    fieldsets = (
        (None, {"fields": ("kind", "name", "active", "origins", "new_secret")}),
        ("How to send", {"fields": ("write_key", "webhook_address", "example")}),
        ("Health", {"fields": ("signature_failures", "created_at", "last_seen_at")}),
    )
    readonly_fields = (
        "write_key",
        "webhook_address",
        "example",
        "signature_failures",
        "created_at",
        "last_seen_at",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return ("kind", *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        secret = form.cleaned_data["new_secret"]
        if not change:
            made = sources.create(obj.kind, obj.name, secret, obj.origins)
            obj.__dict__.update(made.__dict__)
            return
        super().save_model(request, obj, form, change)
        if secret:
            sources.rotate(obj, secret)

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue: Any = None) -> HttpResponse:
        """The only time the secret is shown, so it is not a redirect, and nobody may keep the page."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{obj.name} can send now",
            "opts": self.opts,
            "source": sources.once(obj),
            "hook_url": hook_url(obj),
            "example": curl_example(obj),
        }
        page = TemplateResponse(request, "admin/signals_app/source/created.html", context)
        page["Cache-Control"] = "no-store"
        return page

    @admin.display(description="Webhook address")
    def webhook_address(self, source: Source) -> str:
        return format_html('<code class="upsell-long">{}</code>', hook_url(source))

    @admin.display(description="Try it")
    def example(self, source: Source) -> str:
        return format_html('<pre class="upsell-code">{}</pre>', curl_example(source))


def hook_url(source: Source) -> str:
    return f"{settings.PUBLIC_URL}{source.hook_path}"


def curl_example(source: Source) -> str:
    """A command that sends one event as this source; a provider signs its own: there it is the address."""
    if source.kind not in ("http", "web"):
        return f"Enter {hook_url(source)} as the webhook address at the provider."
    return (
        f"curl {settings.PUBLIC_URL}/v1/track -u {source.write_key}: -H 'Content-Type: application/json' \\\n"
        """  -d '{"userId":"u1","event":"Report Exported","context":{"groupId":"acme"}}'"""
    )
