from campaigns_app.admin import (
    accounts,
    decisions,
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
    "decisions",
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
