"""Product analytics: what the SDKs of PostHog, Amplitude, Mixpanel and Heap send to us instead of to their vendor."""

from signals_app.connectors.analytics.amplitude import Amplitude
from signals_app.connectors.analytics.amplitude_hook import AmplitudeHook
from signals_app.connectors.analytics.dialect import Dialect, Reading
from signals_app.connectors.analytics.heap import Heap
from signals_app.connectors.analytics.mixpanel import Mixpanel
from signals_app.connectors.analytics.posthog import PostHog

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (PostHog(), Amplitude(), Mixpanel(), Heap())
}

__all__ = ["DIALECTS", "AmplitudeHook", "Dialect", "Reading"]
