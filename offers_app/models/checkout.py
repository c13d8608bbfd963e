"""Where an offer is bought: accounts at payment providers, their prices, and what was begun there for whom."""

from django.db import models

from offers_app.models.catalog import Offer
from offers_app.models.decision import Proposition
from upsell_project.lib.secrets import EncryptedField


class Provider(models.TextChoices):
    STRIPE = "stripe", "Stripe"
    PADDLE = "paddle", "Paddle Billing"
    LINK = "link", "Payment links"


class CheckoutAccount(models.Model):
    """One account at a payment provider; its key is kept encrypted."""

    provider = models.CharField(max_length=20, choices=Provider.choices)
    name = models.CharField(max_length=100, unique=True)
    secret_key = EncryptedField(blank=True)
    base_url = models.CharField(
        max_length=300,
        blank=True,
        help_text="Empty: the provider's own address. Paddle has another for its sandbox",
    )
    active = models.BooleanField(default=True)
    error = models.CharField(
        max_length=300, blank=True, help_text="Why the provider refused the key, when it did"
    )
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When it last answered a test")
    created_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class OfferCheckout(models.Model):
    """How one offer is bought. Without it the offer's own address is used. Trial days are those of its terms."""

    class Mode(models.TextChoices):
        SUBSCRIPTION = "subscription", "Subscription"
        PAYMENT = "payment", "One payment"

    class Existing(models.TextChoices):
        CHANGE = "change", "Change the subscription they have"
        BESIDE = "beside", "Buy it beside what they have"
        PORTAL = "portal", "Open the billing portal (in the app only)"

    class Quantity(models.TextChoices):
        FIXED = "fixed", "As many as given here"
        SEATS_USED = "seats_used", "The seats the account uses"
        EVIDENCE = "evidence", "The seats that were asked for, as the evidence says"

    offer = models.OneToOneField(Offer, models.CASCADE, related_name="checkout")
    account = models.ForeignKey(CheckoutAccount, models.PROTECT)
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.SUBSCRIPTION)
    existing = models.CharField(
        "who subscribes already", max_length=20, choices=Existing.choices, default=Existing.CHANGE
    )
    quantity = models.PositiveIntegerField(default=1, help_text="Also the least, where it is counted")
    quantity_from = models.CharField(max_length=20, choices=Quantity.choices, default=Quantity.FIXED)
    adjustable = models.BooleanField(
        default=False, help_text="Whether the buyer may change the quantity (Stripe)"
    )
    discount = models.CharField(
        max_length=100,
        blank=True,
        help_text="The provider's id of the incentive: a coupon or promotion code (promo_...) of Stripe, a discount"
        " (dsc_...) of Paddle. It is only used while the incentive of the offer's terms lasts",
    )
    trial_without_card = models.BooleanField(
        default=False, help_text="A trial ends by itself if no card was given (Stripe)"
    )
    success_url = models.CharField(
        max_length=500, blank=True, help_text="Empty: a page of ours that says thank you"
    )
    cancel_url = models.CharField(
        max_length=500, blank=True, help_text="Empty: a page of ours that leads back"
    )

    def __str__(self) -> str:
        return f"{self.offer} at {self.account}"


class CheckoutPrice(models.Model):
    """What the provider calls an offer's price in one currency and period."""

    class Period(models.TextChoices):
        MONTH = "month", "Per month"
        YEAR = "year", "Per year"
        __empty__ = "One payment"

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="checkout_prices")
    provider = models.CharField(max_length=20, choices=Provider.choices)
    currency = models.CharField(max_length=3, help_text="EUR")
    period = models.CharField(max_length=10, blank=True, choices=Period.choices)
    external_id = models.CharField(
        "price",
        max_length=500,
        help_text="price_... of Stripe, pri_... of Paddle, the address of a payment link",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "provider", "currency", "period"], name="checkout_price_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.currency} {self.period}".strip()


class Checkout(models.Model):
    """What was begun at a provider for one proposition: never two at a time that could be paid.

    `request` is what is asked of the provider, kept before it is asked, so that a repetition says the same under the
    same key (`proposition:generation`). Times are the real clock's.
    """

    class State(models.TextChoices):
        WANTED = "wanted", "Is being prepared"
        READY = "ready", "Can be paid"
        OWNED = "owned", "They have it already"
        REFUSED = "refused", "Refused: nothing was made"
        FAILED = "failed", "Not known whether something was made"
        COMPLETED = "completed", "Completed"

    proposition = models.OneToOneField(Proposition, models.CASCADE, primary_key=True, related_name="checkout")
    account = models.ForeignKey(CheckoutAccount, models.PROTECT)
    request = models.JSONField(default=dict)
    generation = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    external_id = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    expires_at = models.DateTimeField(
        null=True, help_text="What was made, or may have been made, is void after this"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    unsure = models.BooleanField(default=False, help_text="It was asked for and no usable answer came")
    error = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="checkout_due", condition=models.Q(state="wanted"))]

    def __str__(self) -> str:
        return f"{self.proposition_id}: {self.get_state_display()}"
