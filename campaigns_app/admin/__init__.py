from campaigns_app.admin import (
    accounts,
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
