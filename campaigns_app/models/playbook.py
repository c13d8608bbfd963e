"""Multi-step sequences as data: immutable versions of steps in lanes, and the policy they all obey."""

from django.core.exceptions import ValidationError
from django.db import models

from signals_app import references
from signals_app.models import SignalDefinition
from upsell_project.lib import stored_rules


class Playbook(models.Model):
    """A sequence that starts when one of its signals is found."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    signals = models.ManyToManyField(SignalDefinition, related_name="playbooks", blank=True)
    live = models.BooleanField(default=False, help_text="Off: nobody new enters; who is inside goes on")
    priority = models.IntegerField(default=0, help_text="The higher one wins when two want the same account")
    live_version = models.ForeignKey(
        "PlaybookVersion", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    edited = models.BooleanField(
        default=False, help_text="Staff changed it: the starter pack leaves it alone"
    )

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """One edition. Once published it never changes, so nobody's sequence changes under them."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True, blank=True)
    goal_event = models.CharField(max_length=200, help_text="The event that means success: Plan Upgraded")
    goal_days = models.PositiveIntegerField(default=30)
    reentry_days = models.PositiveIntegerField(
        default=30, help_text="Earliest next entry after this one ended"
    )
    minimum_confidence = models.DecimalField(
        max_digits=4, decimal_places=3, default=0, help_text="Less certain signals start nothing; 0 to 1"
    )
    entry = models.JSONField(
        default=dict,
        blank=True,
        validators=[stored_rules.readable],
        help_text="A rule about who may enter; empty: everybody. What is not known keeps them out",
    )
    exit_when = models.JSONField(
        default=dict,
        blank=True,
        validators=[stored_rules.readable],
        help_text="A rule that ends a run wherever it stands: at once by what is new, within the hour by time alone;"
        " empty: none",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.playbook} v{self.number}"

    def clean(self) -> None:
        wrong = {name: references.faults(getattr(self, name)) for name in ("entry", "exit_when")}
        if any(wrong.values()):
            raise ValidationError({name: said for name, said in wrong.items() if said})


class StepKind(models.TextChoices):
    """What a step does; each is one file in `steps/` (a test compares the two)."""

    MESSAGE = "message", "Message"
    WAIT_UNTIL = "wait_until", "Wait until"
    BRANCH = "branch", "Branch"
    ACTION = "action", "Action"
    EXIT = "exit", "Exit"


class Lane(models.Model):
    """A branch of a step. The first lane whose condition holds is taken; the last is `otherwise`."""

    step = models.ForeignKey("Step", models.CASCADE, related_name="lanes")
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=100, blank=True)
    condition = models.CharField(max_length=40, help_text="clicked, high_value, rule, otherwise, ...")
    rule = models.JSONField(
        default=dict,
        blank=True,
        validators=[stored_rules.readable],
        help_text="Where the condition is `rule`: taken when it holds for them",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "position"], name="lane_once")]

    def __str__(self) -> str:
        return self.label or self.condition

    def clean(self) -> None:
        if wrong := references.faults(self.rule):
            raise ValidationError({"rule": wrong})


class Step(models.Model):
    """A node: `lane` is null on the main line. After the last step of a lane its parent's line goes on."""

    version = models.ForeignKey(PlaybookVersion, models.CASCADE, related_name="steps")
    lane = models.ForeignKey(Lane, models.CASCADE, null=True, blank=True, related_name="steps")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=StepKind.choices)
    config = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "lane", "position"], name="step_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.position}"


class ContactPolicy(models.Model):
    """Caps, cooldowns and quiet hours together. The newest row is in force; older ones are the record."""

    version = models.PositiveIntegerField(unique=True)
    caps = models.JSONField(help_text="[{channel: * or a channel, limit, hours}]")
    cooldown_days = models.JSONField(help_text="{outcome: days}")
    hours = models.JSONField(help_text="{channel: [from hour, to hour]} in the person's own time")
    high_value_mrr = models.DecimalField(max_digits=14, decimal_places=2, default=500)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "contact policies"

    def __str__(self) -> str:
        return f"Contact policy {self.version}"
