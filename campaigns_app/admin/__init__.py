from campaigns_app.admin import (
    accounts,
    channel_accounts,
    definitions,
    deliveries,
    enrollments,
    erasures,
    found,
    people,
    plan_prices,
    platform,
    playbooks,
    staff,
)

__all__ = [
    "accounts",
    "channel_accounts",
    "definitions",
    "deliveries",
    "enrollments",
    "erasures",
    "found",
    "people",
    "plan_prices",
    "platform",
    "playbooks",
    "staff",
]
