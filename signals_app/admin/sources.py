"""Where data comes from. Secrets go in and never come out, but for the page right after creation."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextInputWidget

from signals_app import lookups, sources
from signals_app.admin import source_health, source_pages
from signals_app.admin.source_pages import curl_example, hook_url
from signals_app.connectors import CONNECTORS
from signals_app.models import Source, SourceAlert, SourceHour
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, FactsAdmin, Form

__all__ = ["SourceAdmin", "curl_example", "hook_url"]
TYPED = (
    "Whoever opens this chat may say who they are. So the addresses that it tells of people find them, but do not"
    " become theirs: mail could be redirected. Say yes only if the chat proves who they are (in Intercom: Messenger"
    " Security is enforced). It counts only while the source has a secret."
)


class SourceForm(Form):
    new_secret = forms.CharField(
        label="Signing secret",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
        help_text="Empty: the present one stays, or one is made. After a change the old one still counts.",
    )

    new_api_key = forms.CharField(
        label="API key",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
        help_text="Reads what the provider's webhooks only name, and companies by their domain. Empty: the present"
        " one stays.",
    )

    class Meta:
        model = Source
        fields = ("kind", "name", "origins", "active", "api_url", "vouched", "looks_up")

    def clean_origins(self) -> list[str]:
        origins = self.cleaned_data["origins"] or []
        if not isinstance(origins, list) or not all(isinstance(origin, str) for origin in origins):
            raise ValidationError('Write a list such as ["https://app.example.com"].')
        try:
            return [sources.sound_origin(origin) for origin in origins]
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_api_url(self) -> str:
        url: str = self.cleaned_data["api_url"].strip().rstrip("/")
        if url and not url.startswith(("https://", "http://127.0.0.1:") if settings.SANDBOX else "https://"):
            raise ValidationError("Write an address that begins with https://, or leave it empty.")
        return url

    def clean_new_secret(self) -> str:
        secret: str = self.cleaned_data["new_secret"]
        try:
            return sources.sound_secret(secret) if secret else ""
        except ValueError as error:
            raise ValidationError(str(error)) from error


class SourceList(ChangeList):  # type: ignore[misc]
    """Looks at the health of all rows of a page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        found = source_health.of(rows, clock.now())
        for row in rows:
            row.health = found[row.pk]
        self.result_list = rows


@admin.register(Source)
class SourceAdmin(Admin):
    """Adding one begins with the choice of a provider."""

    form = SourceForm
    list_display = (
        "name",
        "label",
        "state",
        "last_seen_at",
        "today",
        "rejected",
        "refused",
        "parked",
        "two_days",
    )
    list_filter = ("active",)
    search_fields = ("name", "kind", "write_key")
    ordering = ("name",)
    empty_hint = "Add one, then send an event with the command it shows."

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SourceList]:
        return SourceList

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        kind = obj.kind if obj else request.POST.get("kind") or request.GET.get("kind", "")
        origins = ("origins",) if kind == "web" or kind not in CONNECTORS else ()
        active = ("active",) if obj else ()
        connector = CONNECTORS.get(kind)
        reads = ("new_api_key", "api_url") if connector and connector.reads else ()
        vouched = ("vouched",) if connector and (connector.relays or connector.anybody_typed) else ()
        looks = ("looks_up",) if connector and connector.enriches and connector.signed else ()
        fields = ("kind", "name", *active, *origins, "new_secret", *vouched, *reads, *looks)
        return ((None, {"fields": fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "kind" in form.base_fields and request.GET.get("kind") in CONNECTORS:
            form.base_fields["kind"].widget = forms.HiddenInput()
            form.base_fields["kind"].label = ""
        connector = CONNECTORS.get(obj.kind if obj else request.GET.get("kind", ""))
        if connector and connector.anybody_typed and "vouched" in form.base_fields:
            form.base_fields["vouched"].help_text = TYPED
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        connector = CONNECTORS.get(request.GET.get("kind", ""))
        return {"kind": connector.kind, "name": connector.label} if connector else {}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/first/", wrap(self.first_view), name="signals_app_source_first"),
            path("<int:pk>/retire/", wrap(self.retire_view), name="signals_app_source_retire"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        kind = request.GET.get("kind", "")
        if request.method == "GET" and kind not in CONNECTORS and self.has_add_permission(request):
            return source_pages.choose(self, request)
        return super().add_view(
            request, form_url, {**(extra_context or {}), "connector": CONNECTORS.get(kind)}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        source = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if source is not None and self.has_view_permission(request, source):
            context |= source_pages.about(source, clock.now())
        return super().change_view(request, object_id, form_url, context)

    def first_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return source_pages.first(self, request, pk)

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return source_pages.retire(self, request, pk)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        secret = form.cleaned_data["new_secret"]
        if change:
            super().save_model(request, obj, form, change)
            if secret:
                sources.rotate(obj, secret)
        else:
            made = sources.create(obj.kind, obj.name, secret, obj.origins)
            made.vouched, made.looks_up = obj.vouched, obj.looks_up
            made.save(update_fields=["vouched", "looks_up"])
            obj.__dict__.update(made.__dict__)
        if {"new_api_key", "api_url"} & set(form.changed_data):
            self._open_api(
                obj, form.cleaned_data["new_api_key"], form.cleaned_data.get("api_url", obj.api_url)
            )

    def _open_api(self, source: Source, key: str, url: str) -> None:
        """What waits to be read there is read at once with a new key or address."""
        source.api_key, source.api_url = key or source.api_key, url
        source.save(update_fields=["api_key", "api_url"])
        lookups.resume(source.pk)

    def response_add(self, request: HttpRequest, obj: Source, post_url_continue: Any = None) -> HttpResponse:
        """The only time the secret is shown, so it is not a redirect, and nobody may keep the page."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{obj.name} can send now",
            "opts": self.opts,
            "source": sources.once(obj),
            **source_pages.about(obj, clock.now()),
        }
        page = TemplateResponse(request, "admin/signals_app/source/created.html", context)
        page["Cache-Control"] = "no-store"
        return page

    @admin.display(description="Provider")
    def label(self, source: Source) -> str | SafeString:
        connector = CONNECTORS.get(source.kind)
        if connector is None:
            return f"{source.kind} (no longer installed)"
        if connector.beta:
            return format_html('{} <span class="upsell-tag">beta</span>', connector.label)
        return connector.label

    @admin.display(description="State")
    def state(self, source: Source) -> str | SafeString:
        alerts: list[SourceAlert] = source.health.alerts  # type: ignore[attr-defined]
        if not source.active:
            return "Switched off"
        if alerts:
            return format_html(
                '<span class="upsell-tag upsell-tag-stop">{}</span>', alerts[0].get_kind_display()
            )
        if source.last_seen_at is None:
            return format_html('<span class="upsell-tag">{}</span>', "Waits for its first event")
        return format_html('<span class="upsell-tag upsell-tag-go">{}</span>', "Fine")

    @admin.display(description="Events in 24 h")
    def today(self, source: Source) -> str:
        return source_pages.beside_usual(source.health)  # type: ignore[attr-defined]

    @admin.display(description="Rejected")
    def rejected(self, source: Source) -> str:
        return f"{source.health.rejected_percent} %"  # type: ignore[attr-defined]

    @admin.display(description="Bad signatures")
    def refused(self, source: Source) -> int:
        return source.signature_failures

    @admin.display(description="Parked")
    def parked(self, source: Source) -> int:
        return int(source.health.parked)  # type: ignore[attr-defined]

    @admin.display(description="Two days")
    def two_days(self, source: Source) -> SafeString:
        return source.health.picture.drawn()  # type: ignore[attr-defined,no-any-return]


@admin.register(SourceAlert)
class SourceAlertAdmin(FactsAdmin):
    list_display = ("source", "kind", "sentence", "opened_at", "closed_at", "told_at")
    list_select_related = ("source",)
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    empty_hint = "Good: every source does what it usually does."


@admin.register(SourceHour)
class SourceHourAdmin(FactsAdmin):
    list_display = ("hour", "source", "accepted", "rejected", "refused")
    list_select_related = ("source",)
    list_filter = ("source",)
