from campaigns_app.admin import (
    accounts,
    deliveries,
    enrollments,
    erasures,
    people,
    plan_prices,
    platform,
    playbooks,
    staff,
)

__all__ = [
    "accounts",
    "deliveries",
    "enrollments",
    "erasures",
    "people",
    "plan_prices",
    "platform",
    "playbooks",
    "staff",
]
