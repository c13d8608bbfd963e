"""The form of a contact policy: what caps, cooldowns and quiet hours must look like."""

from math import inf
from typing import Any

from django.core.exceptions import ValidationError

from campaigns_app.models import ContactPolicy
from campaigns_app.pressure import EACH, EVERY
from people_app.models import Channel
from upsell_project.lib.admin_base import Form
from upsell_project.lib.spans import MOST_DAYS, MOST_HOURS


class PolicyForm(Form):
    class Meta:
        model = ContactPolicy
        fields = ("caps", "cooldown_days", "hours", "high_value_mrr")

    def clean_caps(self) -> Any:
        return _sound(cap_faults(self.cleaned_data["caps"]), self.cleaned_data["caps"])

    def clean_cooldown_days(self) -> Any:
        return _sound(cooldown_faults(self.cleaned_data["cooldown_days"]), self.cleaned_data["cooldown_days"])

    def clean_hours(self) -> Any:
        return _sound(hour_faults(self.cleaned_data["hours"]), self.cleaned_data["hours"])


def _sound(faults: list[str], value: Any) -> Any:
    if faults:
        raise ValidationError(faults)
    return value


def cap_faults(caps: Any) -> list[str]:
    """One sentence per fault, beginning with its path (`caps[0].limit`)."""
    if not isinstance(caps, list):
        return ["caps: must be a list of {channel, limit, hours}"]
    return [fault for place, cap in enumerate(caps) for fault in _cap(f"caps[{place}]", cap)]


def _cap(path: str, cap: Any) -> list[str]:
    if not isinstance(cap, dict):
        return [f"{path}: must be an object with channel, limit and hours"]
    known = (EVERY, EACH, *Channel.values)
    faults = [] if cap.get("channel") in known else [f"{path}.channel: must be one of {', '.join(known)}"]
    faults += [] if _whole(cap.get("limit"), 0) else [f"{path}.limit: must be a whole number from 0"]
    if not _whole(cap.get("hours"), 1, MOST_HOURS):
        faults.append(f"{path}.hours: must be a whole number from 1 to {MOST_HOURS}")
    return faults


def cooldown_faults(days: Any) -> list[str]:
    if not isinstance(days, dict):
        return ["cooldown_days: must be an object of outcome and days"]
    return [
        f"cooldown_days.{name}: must be a whole number from 0 to {MOST_DAYS}"
        for name, value in days.items()
        if not _whole(value, 0, MOST_DAYS)
    ]


def hour_faults(hours: Any) -> list[str]:
    if not isinstance(hours, dict):
        return ["hours: must be an object of channel and [from, to]"]
    return [
        f"hours.{name}: must be two hours of the day such as [8, 20], for a known channel"
        for name, window in hours.items()
        if name not in Channel.values or not _window(window)
    ]


def _window(window: Any) -> bool:
    if not isinstance(window, list) or len(window) != 2 or not all(_whole(hour, 0) for hour in window):
        return False
    return bool(window[0] < window[1] <= 24)


def _whole(value: Any, least: int, most: float = inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
