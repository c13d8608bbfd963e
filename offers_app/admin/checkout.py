"""Where offers are bought. Keys go in and never come out."""

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from offers_app.checkout import PROVIDERS, listed, work
from offers_app.models import Checkout, CheckoutAccount, CheckoutPrice, OfferCheckout
from upsell_project.lib.admin_base import Admin, FactsAdmin, Form, StampedAdmin

_RETURNS = ("https://", "http://", "{public}/")


class CheckoutAccountForm(Form):
    new_key = forms.CharField(
        label="Secret key",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "password", "autocomplete": "new-password"}),
        help_text="A restricted key of Stripe (rk_...) or an API key of Paddle: docs/checkout.md lists what it must be"
        " allowed. Empty: the present one stays.",
    )

    class Meta:
        model = CheckoutAccount
        fields = ("provider", "name", "base_url", "active")

    def clean_base_url(self) -> str:
        url: str = self.cleaned_data["base_url"].strip().rstrip("/")
        if url and not url.startswith(("https://", "http://127.0.0.1:") if settings.SANDBOX else "https://"):
            raise ValidationError("Write an address that begins with https://, or leave it empty.")
        return url

    def clean_new_key(self) -> str:
        key: str = self.cleaned_data["new_key"].strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValidationError("This is no key: it holds characters that cannot be sent.")
        return key

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        provider = PROVIDERS.get(values.get("provider") or self.instance.provider)
        if provider and provider.address and not (values.get("new_key") or self.instance.secret_key):
            self.add_error("new_key", "This provider is asked with a key.")
        return values


@admin.register(CheckoutAccount)
class CheckoutAccountAdmin(StampedAdmin):
    form = CheckoutAccountForm
    list_display = ("name", "provider", "active", "checked_at", "error")
    readonly_fields = ("checked_at", "error")
    search_fields = ("name",)
    ordering = ("name",)
    actions = ("test_selected",)
    actions_submit_line = ("save_and_test",)
    empty_hint = "Add your account at Stripe or Paddle, then say at Checkouts which offers are bought there."

    def get_readonly_fields(
        self, request: HttpRequest, obj: CheckoutAccount | None = None
    ) -> tuple[str, ...]:
        """Prices and what was begun are the provider's."""
        return ("provider", *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: CheckoutAccount, form: Any, change: bool) -> None:
        if key := form.cleaned_data.get("new_key"):
            obj.secret_key, obj.error = key, ""
        super().save_model(request, obj, form, change)

    @action(description="Save and test")  # type: ignore[untyped-decorator]
    def save_and_test(self, request: HttpRequest, obj: CheckoutAccount) -> None:
        self._tell(request, obj)

    @admin.action(description="Test the connection", permissions=["change"])
    def test_selected(self, request: HttpRequest, rows: QuerySet[CheckoutAccount]) -> None:
        until = time.monotonic() + work.TRY_SECONDS
        for account in rows:
            self._tell(request, account, until - time.monotonic())

    def _tell(self, request: HttpRequest, account: CheckoutAccount, seconds: float | None = None) -> None:
        """The page waits for all of them together: whose turn does not come is tested alone."""
        if seconds is not None and seconds <= 0:
            text = f"{account.name}: not tested, as the others took too long. Test it alone."
            self.message_user(request, text, messages.WARNING)
            return
        wrong = work.try_key(account, seconds)
        level = messages.ERROR if wrong else messages.SUCCESS
        self.message_user(
            request, f"{account.name}: {wrong or 'the provider answers and knows the key.'}", level
        )


class OfferCheckoutForm(Form):
    class Meta:
        model = OfferCheckout
        fields = "__all__"

    def clean_success_url(self) -> str:
        return _back(self.cleaned_data["success_url"])

    def clean_cancel_url(self) -> str:
        return _back(self.cleaned_data["cancel_url"])


def _back(url: str) -> str:
    if url and not url.startswith(_RETURNS):
        raise ValidationError("Write an address that begins with https:// or {public}/.")
    return url


@admin.register(OfferCheckout)
class OfferCheckoutAdmin(Admin):
    form = OfferCheckoutForm
    list_display = ("offer", "account", "mode", "existing", "quantity", "quantity_from", "discount")
    list_select_related = ("offer", "account")
    search_fields = ("offer__slug", "offer__name")
    empty_hint = "Without a row here, an offer's own address is used."


class CheckoutPriceForm(Form):
    not_compared = ""

    class Meta:
        model = CheckoutPrice
        fields = "__all__"

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise ValidationError("Write a currency such as EUR.")
        return currency

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins = {"stripe": ("price_",), "paddle": ("pri_",), "link": ("https://",)}.get(
            values.get("provider", ""), ()
        )
        if begins and not str(values.get("external_id", "")).startswith(begins):
            self.add_error("external_id", f"This begins with {begins[0]} at this provider.")
        if not self.errors:
            self._compare(values)
        return values

    def _compare(self, values: dict[str, Any]) -> None:
        """What cannot be compared just now may be saved: it is compared before each purchase, too."""
        try:
            if wrong := listed.difference(CheckoutPrice(**values)):
                self.add_error("external_id", wrong)
        except listed.NotCompared as error:
            self.not_compared = str(error)


@admin.register(CheckoutPrice)
class CheckoutPriceAdmin(Admin):
    form = CheckoutPriceForm
    list_display = ("offer", "provider", "currency", "period", "external_id")
    list_select_related = ("offer",)
    list_filter = ("provider", "currency")
    search_fields = ("offer__slug", "external_id")
    actions = ("compare_selected",)
    empty_hint = "Add the provider's price of each offer, in each currency and period in which it is offered."

    def save_model(self, request: HttpRequest, obj: CheckoutPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.not_compared:
            self.message_user(request, f"Saved, but not compared. {form.not_compared}", messages.WARNING)

    @admin.action(description="Compare with what the provider charges", permissions=["change"])
    def compare_selected(self, request: HttpRequest, rows: QuerySet[CheckoutPrice]) -> None:
        """The page waits for all of them together."""
        until = time.monotonic() + work.TRY_SECONDS
        for price in rows.select_related("offer__product"):
            left = until - time.monotonic()
            text, level = _compared(price, left) if left > 0 else (_NOT_YET, messages.WARNING)
            self.message_user(request, f"{price}: {text}", level)


_NOT_YET = "not compared, as the others took too long. Compare it alone."


def _compared(price: CheckoutPrice, seconds: float) -> tuple[str, int]:
    try:
        wrong = listed.difference(price, seconds)
    except listed.NotCompared as error:
        return f"not compared. {error}", messages.WARNING
    return (wrong, messages.ERROR) if wrong else ("the provider charges what we show.", messages.SUCCESS)


@admin.register(Checkout)
class CheckoutAdmin(FactsAdmin):
    ordering = ("-asked_at",)
    fields = (
        "proposition",
        "account",
        "state",
        "generation",
        "attempts",
        "external_id",
        "asked_at",
        "expires_at",
        "error",
    )
    list_display = ("asked_at", "proposition", "account", "state", "attempts", "error")
    list_select_related = ("account",)
    list_filter = ("state",)
    empty_hint = "Each purchase that somebody began appears here, with what the provider answered."
