"""Which provider serves which channel in this deployment. A new one costs its file and a line here."""

from campaigns_app.channels.base import Channel
from campaigns_app.channels.email import Email, Keep
from campaigns_app.channels.in_app import InApp
from campaigns_app.channels.staff_task import StaffTask


def of(channel: str, email_url: str, keep: Keep | None = None) -> Channel | None:
    """The provider of a channel; None when the deployment has none. `keep` stores mail under `demo://`."""
    if channel == "in_app":
        return InApp()
    if channel == "chat":
        return StaffTask()
    if channel == "email" and email_url:
        return Email(email_url, keep)
    return None
