"""Every kind of source. A new provider is one file, one import here and one line in the list."""

from signals_app.connectors.airship import Airship
from signals_app.connectors.amplitude_cohort import AmplitudeCohort
from signals_app.connectors.analytics import DIALECTS, AmplitudeHook, Dialect
from signals_app.connectors.appcues import Appcues
from signals_app.connectors.base import Connector
from signals_app.connectors.clearbit import Clearbit
from signals_app.connectors.customerio import CustomerIo
from signals_app.connectors.delighted import Delighted
from signals_app.connectors.drift import Drift
from signals_app.connectors.hubspot import HubSpot
from signals_app.connectors.inbound_mail import InboundMail
from signals_app.connectors.intercom import Intercom
from signals_app.connectors.klaviyo import Klaviyo
from signals_app.connectors.launchdarkly import LaunchDarkly
from signals_app.connectors.mixpanel_cohort import MixpanelCohort
from signals_app.connectors.onesignal import OneSignal
from signals_app.connectors.optimizely import Optimizely
from signals_app.connectors.paddle import Paddle
from signals_app.connectors.pendo import Pendo
from signals_app.connectors.recurly import Recurly
from signals_app.connectors.salesforce_outbound_message import SalesforceOutboundMessage
from signals_app.connectors.segment import SegmentWebhook, ServerSource, WebSource
from signals_app.connectors.sendgrid import SendGrid
from signals_app.connectors.slack import Slack
from signals_app.connectors.standard_webhooks import StandardWebhooks, Tray, Workato, Zapier
from signals_app.connectors.stripe import Stripe
from signals_app.connectors.twilio import Twilio
from signals_app.connectors.typeform import Typeform
from signals_app.connectors.userpilot import Userpilot
from signals_app.connectors.whatsapp_cloud import WhatsAppCloud
from signals_app.connectors.zendesk import Zendesk

CONNECTORS: dict[str, Connector] = {
    connector.kind: connector
    for connector in (
        ServerSource(),
        WebSource(),
        Stripe(),
        Recurly(),
        Paddle(),
        StandardWebhooks(),
        Zapier(),
        Tray(),
        Workato(),
        LaunchDarkly(),
        Optimizely(),
        Zendesk(),
        SegmentWebhook(),
        AmplitudeHook(),
        AmplitudeCohort(),
        MixpanelCohort(),
        HubSpot(),
        Clearbit(),
        SalesforceOutboundMessage(),
        Pendo(),
        Appcues(),
        Userpilot(),
        Delighted(),
        Drift(),
        InboundMail(),
        Intercom(),
        Slack(),
        Typeform(),
        SendGrid(),
        Twilio(),
        WhatsAppCloud(),
        CustomerIo(),
        Klaviyo(),
        OneSignal(),
        Airship(),
    )
}


def kinds() -> list[tuple[str, str]]:
    """Each kind with its label, for choices."""
    return [(connector.kind, connector.label) for connector in CONNECTORS.values()]


def of(kind: str) -> Connector:
    """The connector of a source's kind. Raises KeyError for a kind that is no longer installed."""
    return CONNECTORS[kind]


def reader(kind: str, call: str) -> Connector | Dialect:
    """Who reads an envelope: a door with a dialect of its own (`mixpanel:track`), else its source's connector."""
    return DIALECTS.get(call.partition(":")[0]) or of(kind)
