"""Which provider serves which channel in this deployment. A new one costs its file and a line here."""

from campaigns_app.channels.airship import Airship
from campaigns_app.channels.base import Channel
from campaigns_app.channels.customerio import CustomerIo
from campaigns_app.channels.email import Email, Keep
from campaigns_app.channels.fcm import Fcm
from campaigns_app.channels.in_app import InApp
from campaigns_app.channels.klaviyo import Klaviyo
from campaigns_app.channels.onesignal import OneSignal
from campaigns_app.channels.over_http import HttpProvider
from campaigns_app.channels.sendgrid import SendGrid
from campaigns_app.channels.staff_task import StaffTask
from campaigns_app.channels.twilio import Twilio
from campaigns_app.channels.web_push import WebPush
from campaigns_app.channels.whatsapp_cloud import WhatsAppCloud

PROVIDERS: dict[str, type[HttpProvider]] = {
    one.kind: one
    for one in (SendGrid, CustomerIo, Klaviyo, Twilio, WhatsAppCloud, Fcm, OneSignal, Airship, WebPush)
}
"""Those at which a deployment has accounts."""
BY_HAND = ("chat", "voice")
"""Staff do it where no provider does."""


def of(channel: str, email_url: str, keep: Keep | None = None) -> Channel | None:
    """What serves a channel without an account at a provider; None: nothing. `keep` stores mail under `demo://`."""
    if channel == "in_app":
        return InApp()
    if channel in BY_HAND:
        return StaffTask()
    if channel == "email" and email_url:
        return Email(email_url, keep)
    return None
