"""The kinds of sources as staff look for them: grouped by what they are, searched by any word."""

from dataclasses import dataclass

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Connector

OTHERS = "Others"
GROUPS: dict[str, tuple[str, ...]] = {
    "Your own code": ("http", "web", "standard_webhooks", "standard"),
    "Product analytics": (
        "segment_webhook",
        "amplitude",
        "amplitude_cohort",
        "amplitude_stream",
        "mixpanel",
        "mixpanel_cohort",
        "heap",
        "posthog",
    ),
    "Billing": ("stripe", "recurly", "paddle"),
    "CRM and company data": ("salesforce_outbound_message", "hubspot", "clearbit", "firmographics"),
    "Support and conversations": ("zendesk", "intercom", "drift", "slack"),
    "Feedback and surveys": ("delighted", "typeform"),
    "In-app guides": ("appcues", "pendo", "userpilot"),
    "Messaging": (
        "sendgrid",
        "twilio",
        "whatsapp_cloud",
        "customerio",
        "klaviyo",
        "onesignal",
        "airship",
        "inbound_mail",
        "sendgrid_inbound",
    ),
    "Flags and experiments": ("launchdarkly", "optimizely"),
    "Automation": ("zapier", "tray", "workato", "automation"),
}


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    connectors: list[Connector]


def found(words: str) -> list[Group]:
    """The groups with the kinds that hold each of these words; all kinds for no words."""
    wanted = words.casefold().split()
    of = {kind: title for title, kinds in GROUPS.items() for kind in kinds}
    sorted_in: dict[str, list[Connector]] = {title: [] for title in (*GROUPS, OTHERS)}
    for connector in CONNECTORS.values():
        title = of.get(connector.kind, OTHERS)
        text = " ".join((connector.kind, connector.label, title, *connector.aliases)).casefold()
        if all(word in text for word in wanted):
            sorted_in[title].append(connector)
    return [
        Group(title, sorted(kinds, key=lambda one: one.label.casefold()))
        for title, kinds in sorted_in.items()
        if kinds
    ]
