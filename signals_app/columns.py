"""What is kept of accounts and people in columns of their own, and how each can be compared."""

from collections.abc import Mapping
from typing import Literal

from upsell_project.lib.rules.comparing import DATE, NUMBER, TEXT, YES_NO, Answers
from upsell_project.lib.rules.facts import Of

Type = Literal["text", "number", "yesno", "date"]
TYPES: Mapping[Of, Mapping[str, Type]] = {
    Of.ACCOUNT: {
        "plan": "text",
        "tier": "text",
        "industry": "text",
        "country": "text",
        "timezone": "text",
        "currency": "text",
        "billing_period": "text",
        "subscription_status": "text",
        "invoice_status": "text",
        "fiscal_year_end": "text",
        "addons": "text",
        "prepaid": "yesno",
        "cancelling": "yesno",
        "trial_ends_at": "date",
        "renews_at": "date",
        "period_started_at": "date",
        "created_at": "date",
        "mrr": "number",
        "ltv": "number",
        "seats_used": "number",
    },
    Of.PERSON: {
        "role": "text",
        "locale": "text",
        "country": "text",
        "timezone": "text",
        "preferred_channel": "text",
        "device": "text",
        "first_seen_at": "date",
        "last_seen_at": "date",
    },
}
_ANSWERS: Mapping[Type, Answers] = {"text": TEXT, "number": NUMBER, "yesno": YES_NO, "date": DATE}
ANSWERS = {(of, name): _ANSWERS[kind] for of, columns in TYPES.items() for name, kind in columns.items()}
