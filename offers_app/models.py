"""What we could propose, how it reads, and each decision with its reasons."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models

from people_app.models import Account, Channel, Person
from signals_app import references
from upsell_project.lib import stored_rules


class Placement(models.Model):
    """A named slot in the customer's app."""

    class Format(models.TextChoices):
        BANNER = "banner", "Banner"
        MODAL = "modal", "Modal"
        SIDEBAR = "sidebar", "Sidebar"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    format = models.CharField(max_length=10, choices=Format.choices)

    def __str__(self) -> str:
        return self.slug


class Offer(models.Model):
    """One commercial proposal. Price and terms are data, so that copy cannot invent them."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    topic = models.CharField(max_length=100, default="upgrades", help_text="What a person can switch off")
    for_sale = models.BooleanField(default=True)
    plan = models.CharField(
        max_length=100, blank=True, help_text="The plan it sells: never offered to who has it"
    )
    addon = models.CharField(max_length=100, blank=True, help_text="The add-on it sells: likewise")
    fields = models.JSONField(default=dict, blank=True, help_text="Merge fields: feature, benefit_1, ...")
    terms = models.JSONField(
        default=dict, blank=True, help_text="price, currency, period, renews, trial_days, ..."
    )
    url = models.CharField(
        max_length=500, blank=True, help_text="Where accepting leads; {account} is filled in"
    )
    chat_url = models.CharField(max_length=500, blank=True)
    priority = models.IntegerField(default=0)
    eligibility = models.JSONField(
        default=dict,
        blank=True,
        validators=[stored_rules.readable],
        help_text="A rule about whom it is for; empty: everybody. What is not known keeps it from them",
    )
    live = models.BooleanField(default=False)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Also of a list that is imported."""
        if wrong := references.faults(self.eligibility, own=("offer", self.slug)):
            raise ValidationError({"eligibility": wrong})


class Template(models.Model):
    """One message, written once and rendered per channel and locale by its treatments."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name


class Treatment(models.Model):
    """A template's rendering for one channel and locale. Texts are Liquid; a missing value skips the send."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="treatments")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    locale = models.CharField(max_length=20, default="en")
    headline = models.CharField(
        max_length=300, help_text="Headline in-app, subject of a mail, title of a task"
    )
    body = models.TextField(help_text="HTML in-app and in mail; the text part of a mail is made from it")
    why = models.CharField(max_length=300, blank=True, help_text="Why this, why now: from the evidence")
    cta_label = models.CharField(max_length=60, blank=True)
    secondary_label = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "channel", "locale"], name="treatment_once")
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.channel} {self.locale}"


class Decision(models.Model):
    """One evaluation: what was considered for whom, every gate it met in order, and how it ended."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        HELD = "held", "Held"
        EXCLUDED = "excluded", "Excluded"
        HOLDOUT = "holdout", "Holdout"

    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    playbook = models.CharField(max_length=50, blank=True)
    enrollment_id = models.BigIntegerField(null=True)
    step_id = models.BigIntegerField(null=True)
    offer = models.CharField(max_length=50, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    gates = models.JSONField(
        default=list, help_text="[{gate, passed, input, threshold}] in the order they were met"
    )
    gate = models.CharField(max_length=40, blank=True, help_text="Closed code of the one that stopped it")
    reason = models.CharField(max_length=300, blank=True)
    input = models.JSONField(default=dict)
    threshold = models.JSONField(default=dict)
    next_eligible_at = models.DateTimeField(null=True)
    policy_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="decision_person"),
            models.Index(fields=["-at"], name="decision_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.gate}".strip()


class Proposition(models.Model):
    """An offer that a decision presented to one person. Live until an answer, its expiry or an exit."""

    class State(models.TextChoices):
        LIVE = "live", "Live"
        ANSWERED = "answered", "Answered"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    decision = models.ForeignKey(Decision, models.CASCADE, db_constraint=False)
    person = models.ForeignKey(Person, models.CASCADE, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_constraint=False)
    enrollment_id = models.BigIntegerField(db_index=True)
    offer = models.ForeignKey(Offer, models.PROTECT)
    treatment = models.ForeignKey(Treatment, models.SET_NULL, null=True, db_constraint=False, db_index=False)
    topic = models.CharField(max_length=100)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    placement = models.CharField(max_length=50, blank=True)
    content = models.JSONField(
        default=dict, help_text="As rendered: the contract's JSON in-app, subject and bodies in mail"
    )
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    viewed_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "channel"], name="proposition_live", condition=models.Q(state="live")
            ),
            models.Index(fields=["account"], name="proposition_account", condition=models.Q(state="live")),
        ]

    def __str__(self) -> str:
        return str(self.id)


class HoldoutAssignment(models.Model):
    """Whether an account is in the global control group; the first assignment stays."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="holdout")
    held_out = models.BooleanField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    assigned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account}: {'held out' if self.held_out else 'may be contacted'}"
