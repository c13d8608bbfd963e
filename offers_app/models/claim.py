"""What we say about what it does for others, each with where it is written."""

from django.db import models

from offers_app.models.product import Product


class Claim(models.Model):
    """A figure, a story or a comparison that texts may use: approved, until its end, for whom it is about."""

    class Kind(models.TextChoices):
        BENEFIT = "benefit", "Benefit (merge field benefit)"
        CASE_STUDY = "case_study", "Customer story (merge field story)"
        COMPARISON = "comparison", "Comparison (merge field comparison)"

    class Hesitation(models.TextChoices):
        PRICE = "price", "What it costs"
        VALUE = "value", "Whether it is worth it"
        EFFORT = "effort", "How much work it is"
        TRUST = "trust", "Whether it can be relied on"
        TIMING = "timing", "Whether now is the time"

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    segment = models.CharField(
        max_length=50, blank=True, help_text="Only for people of this segment (slug); empty: for all"
    )
    industry = models.CharField(
        max_length=100, blank=True, help_text="Only for accounts of this industry; empty: for all"
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        help_text="Which product it is about: it is only said beside an offer of it. Empty: about no single one",
    )
    texts = models.JSONField(help_text='By locale, plain sentences: {"en": "...", "de": "..."}')
    figures = models.JSONField(
        default=dict,
        blank=True,
        help_text='Numbers for templates: {"hours": 7} is {{ benefit.figures.hours }}. What a benefit says that its'
        ' product saves or earns a month, as {"monthly_EUR": 160}, makes the line {{ terms.payback }}',
    )
    hesitation = models.CharField(
        max_length=10, choices=Hesitation.choices, blank=True, help_text="The likely doubt that it answers"
    )
    source_name = models.CharField(
        max_length=200, help_text="Who says so: a study, a customer, our own report"
    )
    source_url = models.CharField(max_length=500, help_text="Where it can be read: https://...")
    source_date = models.DateField(help_text="When it was published")
    approved_by = models.CharField(max_length=150, blank=True, help_text="Who checked it; empty: never shown")
    approved_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(help_text="The last day on which it may be said")

    def __str__(self) -> str:
        return self.slug
