"""Accounts at providers by which people are reached. Secrets go in and never come out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns_app import channel_accounts
from campaigns_app.models import ChannelAccount
from people_app.models import Channel
from upsell_project.lib import clock, queue
from upsell_project.lib.admin_base import Form, StampedAdmin, log

OF = "of_"
"""What a provider asks for, as fields of the form."""
SECRET = {"type": "password", "autocomplete": "new-password"}
NOTED = ("failures", "down_until", "broken_at", "error", "checked_at")
"""What workers write."""


class ChannelAccountForm(Form):
    class Meta:
        model = ChannelAccount
        fields = ("provider", "channel", "name", "position", "active", "base_url")

    def clean_base_url(self) -> str:
        try:
            return channel_accounts.sound_url(self.cleaned_data["base_url"])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        row = self.instance
        kind, channel = values.get("provider") or row.provider, values.get("channel") or row.channel
        asked = channel_accounts.asked(kind, channel)
        if not asked:
            raise ValidationError("This provider does not carry this channel.")
        told = {one.name: str(values.get(OF + one.name) or "").strip() for one in asked}
        entered = {one.name for one in asked if one.secret and told[one.name]}
        kept = {name: value for name, value in row.kept.items() if name not in entered} if row.pk else {}
        for name, wrong in channel_accounts.faults(kind, channel, {**told, **kept}).items():
            self.add_error(OF + name, wrong)
        before = channel_accounts.where(row) if row.pk else ""
        row.given = {one.name: told[one.name] for one in asked if not one.secret and told[one.name]}
        row.base_url = values.get("base_url", row.base_url)
        if row.pk and kept and before != channel_accounts.where(row):
            self.add_error(None, channel_accounts.MOVED)
        row.keep({name: told[name] for name in entered})
        return values


@admin.register(ChannelAccount)
class ChannelAccountAdmin(StampedAdmin):
    """Adding one begins with the choice of a provider and a channel."""

    form = ChannelAccountForm
    list_display = ("name", "label", "channel", "position", "active", "state", "error", "checked_at")
    list_editable = ("position", "active")
    list_filter = ("channel", "active")
    readonly_fields = ("state", "error", "checked_at")
    search_fields = ("name", "provider")
    actions = ("test_selected",)
    actions_submit_line = ("save_and_test",)
    change_form_template = "admin/campaigns_app/channelaccount/change_form.html"
    empty_hint = "Add your account at a provider, such as Twilio, to reach people by SMS or WhatsApp."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChannelAccount]:
        """What is deferred is not saved. Secrets that cannot be read must not close the page on which they are entered
        again; what workers noted while somebody typed stays."""
        noted = NOTED if request.method == "POST" else ()
        return super().get_queryset(request).defer("secrets", *noted)

    def get_fieldsets(self, request: HttpRequest, obj: ChannelAccount | None = None) -> Any:
        told = [OF + one.name for one in channel_accounts.asked(*_which(request, obj))]
        shown = self.readonly_fields if obj else ()
        fields = ("provider", "channel", "name", *told, "position", "active", "base_url", *shown)
        return ((None, {"fields": fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: ChannelAccount | None = None) -> tuple[str, ...]:
        return ("provider", "channel", *self.readonly_fields) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        asked = channel_accounts.asked(*_which(request, obj))
        fields = {OF + one.name: _typed(one, obj) for one in asked}
        own = type("OfThisProvider", (ChannelAccountForm,), fields)
        form = super().get_form(request, obj, change, **{**kwargs, "form": own})
        for name in ("provider", "channel"):
            if name in form.base_fields:
                form.base_fields[name].widget = forms.HiddenInput()
                form.base_fields[name].label = ""
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        kind, channel = _which(request, None)
        found = channel_accounts.provider(kind)
        name = f"{found.label} {Channel(channel).label}" if found else ""
        return {"provider": kind, "channel": channel, "name": name}

    def get_urls(self) -> list[URLPattern]:
        send = self.admin_site.admin_view(self.send_view)
        return [path("<int:pk>/send/", send, name="campaigns_app_channelaccount_send"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        chosen = _which(request, None)
        if self.has_add_permission(request) and not channel_accounts.asked(*chosen):
            return self._choose(request)
        more = {"provider": _shown(chosen[0])}
        return super().add_view(request, form_url, {**(extra_context or {}), **more})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        more = {"account": row, "provider": _shown(row.provider) if row else None}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def _choose(self, request: HttpRequest) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Which provider carries what?",
            "opts": self.opts,
            "providers": [_shown(one.kind) for one in channel_accounts.providers()],
        }
        return TemplateResponse(request, "admin/campaigns_app/channelaccount/choose.html", context)

    def save_model(self, request: HttpRequest, obj: ChannelAccount, form: Any, change: bool) -> None:
        if any(name == "base_url" or name.startswith(OF) for name in form.changed_data):
            channel_accounts.mend(obj)
        super().save_model(request, obj, form, change)
        queue.nudge("outbox")

    def send_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One test message to the address that was typed."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        to = request.POST.get("to", "").strip()[:320]
        if not to or not to.isprintable():
            self.message_user(request, "Say where the test message goes.", messages.ERROR)
        else:
            outcome = channel_accounts.send(row, to)
            log(request, [row], "Sent a test message")
            level = messages.SUCCESS if channel_accounts.taken(outcome) else messages.ERROR
            self.message_user(request, f"{row.name}: {channel_accounts.in_words(outcome)}", level)
        return HttpResponseRedirect(reverse("admin:campaigns_app_channelaccount_change", args=[pk]))

    @action(description="Save and test")  # type: ignore[untyped-decorator]
    def save_and_test(self, request: HttpRequest, obj: ChannelAccount) -> None:
        self._tell(request, obj)

    @admin.action(description="Test the connection", permissions=["change"])
    def test_selected(self, request: HttpRequest, rows: QuerySet[ChannelAccount]) -> None:
        for row in rows[:3]:
            self._tell(request, row)
        if rows.count() > 3:
            self.message_user(request, "Only three are tested at once.", messages.WARNING)

    def _tell(self, request: HttpRequest, account: ChannelAccount) -> None:
        wrong = channel_accounts.check(account)
        said = wrong or "the provider answers and knows the key."
        self.message_user(request, f"{account.name}: {said}", messages.ERROR if wrong else messages.SUCCESS)

    @admin.display(description="Provider")
    def label(self, account: ChannelAccount) -> str | SafeString:
        found = channel_accounts.provider(account.provider)
        if found is None:
            return f"{account.provider} (no longer installed)"
        if found.beta:
            return format_html('{} <span class="upsell-tag">beta</span>', found.label)
        return found.label

    @admin.display(description="State")
    def state(self, account: ChannelAccount) -> str | SafeString:
        if not account.active:
            return "Switched off"
        if account.broken_at:
            return _tag("stop", "Key refused")
        if account.down_until and account.down_until > clock.real():
            return format_html("Rests until {}", account.down_until.strftime("%H:%M:%S UTC"))
        return _tag("go", "Well")


def _tag(kind: str, text: str) -> SafeString:
    return format_html('<span class="upsell-tag upsell-tag-{}">{}</span>', kind, text)


def _which(request: HttpRequest, obj: ChannelAccount | None) -> tuple[str, str]:
    """Provider and channel."""
    if obj:
        return obj.provider, obj.channel
    said = request.POST if request.method == "POST" else request.GET
    return said.get("provider", ""), said.get("channel", "")


def _shown(kind: str) -> dict[str, Any] | None:
    """Of a provider, for pages: a template would call its class."""
    found = channel_accounts.provider(kind)
    if found is None:
        return None
    carried = [(name, Channel(name).label) for name in found.channels]
    return {"kind": kind, "label": found.label, "beta": found.beta, "channels": carried}


def _typed(field: Any, obj: ChannelAccount | None) -> forms.Field:
    """Whether it is needed is said by `faults`: a secret that is kept need not be typed again."""
    note = "Empty: the present one stays." if field.secret and obj and field.name in obj.kept else ""
    common = {
        "label": field.label,
        "required": False,
        "help_text": " ".join(filter(None, [field.help, note, "" if field.required else "Optional."])),
        "initial": obj.given.get(field.name, "") if obj and not field.secret else "",
    }
    if field.choices:
        choices = [("", "---------"), *((one, one) for one in field.choices)]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **common)
    widget = UnfoldAdminTextInputWidget(attrs=SECRET if field.secret else {})
    return forms.CharField(max_length=channel_accounts.LONGEST_VALUE, widget=widget, **common)
