from campaigns_app.models.channel_account import ChannelAccount
from campaigns_app.models.delivery import Delivery, DemoMail, StaffTask
from campaigns_app.models.enrollment import Cooldown, Enrollment, RunSweep
from campaigns_app.models.interaction import Interaction
from campaigns_app.models.playbook import ContactPolicy, Lane, Playbook, PlaybookVersion, Step
from campaigns_app.models.staff import ApiKey, IdempotencyKey

__all__ = [
    "ApiKey",
    "ChannelAccount",
    "ContactPolicy",
    "Cooldown",
    "Delivery",
    "DemoMail",
    "Enrollment",
    "IdempotencyKey",
    "Interaction",
    "Lane",
    "Playbook",
    "PlaybookVersion",
    "RunSweep",
    "StaffTask",
    "Step",
]
