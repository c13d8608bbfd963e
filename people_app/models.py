"""Who they are: accounts, people, how to reach them, and what their plan allows."""

from django.db import models

from people_app import validators


class Tier(models.TextChoices):
    VIP = "vip", "VIP"
    SELF_SERVE = "self_serve", "Self-serve"


class Account(models.Model):
    """A paying organization, or the implicit one of a person who belongs to none (`group_id` is null)."""

    group_id = models.CharField(max_length=200, unique=True, null=True, blank=True)
    personal_of = models.OneToOneField(
        "Person", models.CASCADE, null=True, blank=True, related_name="personal_account"
    )
    name = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=100, blank=True)
    billing_period = models.CharField(max_length=10, blank=True, help_text="month or year")
    prepaid = models.BooleanField(null=True, blank=True)
    subscription_status = models.CharField(max_length=30, blank=True)
    cancelling = models.BooleanField(default=False, help_text="Cancellation is under way: no offers")
    invoice_status = models.CharField(max_length=20, blank=True, help_text="paid or past_due")
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    renews_at = models.DateTimeField(null=True, blank=True)
    fiscal_year_end = models.CharField(
        max_length=5, blank=True, help_text="MM-DD", validators=[validators.month_day]
    )
    mrr = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    ltv = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, validators=[validators.currency])
    industry = models.CharField(max_length=100, blank=True)
    tier = models.CharField(max_length=20, choices=Tier.choices, blank=True)
    country = models.CharField(max_length=2, blank=True, validators=[validators.country])
    timezone = models.CharField(max_length=64, blank=True, validators=[validators.zone])
    seats_used = models.IntegerField(null=True, blank=True)
    addons = models.JSONField(default=list, blank=True)
    account_manager = models.JSONField(default=dict, blank=True)
    stripe_customer_id = models.CharField(max_length=100, blank=True)
    period_started_at = models.DateTimeField(
        null=True, blank=True, help_text="Start of the billing period that runs"
    )
    traits = models.JSONField(
        default=dict, blank=True, help_text="Everything else that was said of the account"
    )
    provenance = models.JSONField(
        default=dict, blank=True, help_text="Per fact: when it was true and which source said so"
    )
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["stripe_customer_id"],
                name="account_stripe",
                condition=~models.Q(stripe_customer_id=""),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.group_id or f"Personal account {self.pk}"


class AccountName(models.Model):
    """One name under which an account is known, and all that was said of it under that name; the account itself shows
    per fact the newest of what was said under any of its names.

    `group_id` is our own; providers have theirs (`stripe_customer_id`, ...); `staff` holds what staff typed (value: the
    account's key); `person` what its people's events implied without naming an account (value: the key of their
    `Identity`), and goes where they are at home, which may be nowhere.
    """

    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="names", help_text="Whose name it is"
    )
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a group last said that it is theirs"
    )
    claimed_by = models.CharField(max_length=200, blank=True, help_text="That group")
    facts = models.JSONField(
        default=dict, blank=True, help_text="Per fact: when, how directly, source, value"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="account_name_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Entitlement(models.Model):
    """What an account's plan allows of one resource (exports, seats, ...) in a period; newest wins."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="entitlements")
    resource = models.CharField(max_length=100)
    cap = models.DecimalField(max_digits=18, decimal_places=3, null=True, help_text="Empty means unlimited")
    changed_at = models.DateTimeField()
    source = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "resource"], name="entitlement_once")]

    def __str__(self) -> str:
        return f"{self.resource}: {self.cap if self.cap is not None else 'unlimited'}"


class Person(models.Model):
    """A human end user, known by a pseudonymous `user_id`; null while only an anonymous id was seen."""

    user_id = models.CharField(max_length=200, unique=True, null=True, blank=True)
    first_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=64, blank=True, validators=[validators.zone])
    locale = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, validators=[validators.country])
    preferred_channel = models.CharField(max_length=20, blank=True)
    device = models.CharField(max_length=40, blank=True)
    traits = models.JSONField(default=dict, blank=True)
    provenance = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: never did anything themselves"
    )
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    aliased_at = models.DateTimeField(
        null=True, blank=True, help_text="The newest alias that made this their user id"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.user_id or f"Anonymous {self.pk}"


class Identity(models.Model):
    """One name under which a person is known: their `user` id, an `anonymous` id, a provider's own id, or the hash of
    an address (`hashed_email`, `hashed_phone`) by which alone something was said.

    What was said under a name, and when it was seen, stays with the name: the person shows per trait the newest of all
    their names, also after a name turned out to be somebody else's.
    """

    class Claim(models.IntegerChoices):
        """How a name came to its person; of several claims the strongest holds, then the earliest."""

        ALIAS = 0, "Said to be the same"
        SERVER = 1, "Came with a user id from a server or provider"
        BROWSER = 2, "Came with a user id from a browser: what they did counts, what they said does not"
        ADDRESS = 3, "Came with an address: it is theirs who has the address, if that is one person"

    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="identities",
        help_text="Nobody: an address that nobody has, or several people",
    )
    claim = models.SmallIntegerField(choices=Claim.choices, null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(
        max_length=200, blank=True, help_text="The user id of that claim, or the address as kind:hash"
    )
    facts = models.JSONField(
        default=dict, blank=True, help_text="Per trait: when, how directly, source, value"
    )
    first_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When something was first said under it"
    )
    last_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When they last did something themselves under it"
    )

    class Meta:
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_once")]
        indexes = [
            models.Index(fields=["claimed_by"], name="identity_by_address", condition=models.Q(claim=3)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class TurnedAddress(models.Model):
    """An address that came to somebody or left them, or was asked for: whose its names are is looked at soon.

    Rows are gone as soon as that was done (`addresses.settle`).
    """

    kind = models.CharField(max_length=40, help_text="hashed_email or hashed_phone")
    address = models.CharField(max_length=320)

    class Meta:
        verbose_name_plural = "turned addresses"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Membership(models.Model):
    """That a person belongs to an account, in a role."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships", db_index=False)
    role = models.CharField(max_length=100, blank=True)
    role_at = models.DateTimeField(null=True, blank=True, help_text="When the role was said: the newest wins")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "account"], name="membership_once")]
        indexes = [models.Index(fields=["account", "person"], name="membership_of_account")]

    def __str__(self) -> str:
        return f"{self.person} in {self.account}"


class Channel(models.TextChoices):
    """Every way to reach a person. Closed: a new one changes law, hours and caps, so it is a decision."""

    IN_APP = "in_app", "In-app"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"
    PUSH = "push", "Push"
    CHAT = "chat", "Chat"
    VOICE = "voice", "Voice"


class ContactPoint(models.Model):
    """One address of a person on one channel; the row that is locked when permission or pressure matters.

    Every known person has an `in_app` one (its address is empty), so that the lock always exists.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    address = models.CharField(
        max_length=1000, blank=True, help_text="Of push: the device that was used last (`lib.push_address`)"
    )
    changed_at = models.DateTimeField()
    dead_at = models.DateTimeField(null=True, blank=True, help_text="Set by a hard bounce")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="contact_point_once")]
        indexes = [models.Index(fields=["channel", "address"], name="contact_point_address")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} of {self.person}"


class PlanPrice(models.Model):
    """Which plan a billing provider's price stands for; staff edit this table."""

    price_key = models.CharField(
        max_length=200, unique=True, help_text="Stripe lookup key, price id or product id"
    )
    plan = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.price_key} -> {self.plan}"


class Erasure(models.Model):
    """That somebody asked for a person to be forgotten: at once nobody reaches them, the rest is done by a worker."""

    person = models.OneToOneField(Person, models.CASCADE, help_text="What is left of them: an empty row")
    asked_at = models.DateTimeField(help_text="When it was asked for")
    source = models.CharField(max_length=40, help_text="Kind of source, or staff")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="erasure_open", condition=models.Q(done_at=None))]

    def __str__(self) -> str:
        return f"Erasure of person {self.person_id}"


class ErasedName(models.Model):
    """A keyed hash of a name of somebody who was erased, so that what arrives late is not taken for news."""

    digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:8]
