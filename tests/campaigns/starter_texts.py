"""The shipped texts, with evidence as the signals leave it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from offers_app import claims, payback, personalize, wording
from offers_app.cohort import Compared
from offers_app.models import Claim, Offer, Treatment
from people_app.models import Account, Person

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
ID = str(UUID(int=7))
EXPORTS = {
    "resource": "exports",
    "resource_label": "reports",
    "verb": "exported",
    "used": 17,
    "cap": 20,
    "period": "2026-03-01",
}
SEATS = EXPORTS | {"resource": "seats", "resource_label": "seats", "verb": "filled", "used": 10, "cap": 10}
OTHER = EXPORTS | {
    "resource": "credits",
    "resource_label": "credits",
    "verb": "used",
    "used": 950,
    "cap": 1000,
}
PREMIUM = {"event": "Feature Used", "feature": "cohorts", "count": 5, "days": 14}
DROP = {"change": "drop", "event": "Session Started or Feature Used", "days": 7}
RENEWAL = {"date_of": "renews_at", "date": "2026-04-20", "days_until": 41}
DOUBTS = {"intent": "doubts_value", "count": 1}
CONFUSED = {"intent": "confused"}
TICKETS = {"event": "Ticket Created", "count": 5, "days": 14}
SEASON = {
    "season": "black_friday",
    "label": "",
    "starts": "2026-11-23",
    "ends": "2026-11-30",
    "phase": "before",
}
AFTER = SEASON | {"phase": "after"}
TRIAL = {"date_of": "trial_ends_at", "date": "2026-03-19", "days_until": 9}
EVIDENCE: dict[str, list[dict[str, Any]]] = {
    "smart-nudge": [EXPORTS, EXPORTS | {"used": 20}, SEATS, OTHER],
    "advanced-unlock": [PREMIUM, PREMIUM | {"feature": ""}],
    "companion-product": [
        {"event": "Onboarding Completed", "count": 1, "days": 1},
        {"event": "Core Feature Activated", "feature": "Dashboards", "count": 1, "days": 1},
    ],
    "retention-expansion": [DROP, RENEWAL, DOUBTS],
    "seasonal": [SEASON, SEASON | {"phase": "during"}],
    "check-in": [DROP, RENEWAL, DOUBTS, CONFUSED, TICKETS],
    "callback": [DROP, RENEWAL, DOUBTS, CONFUSED, TICKETS],
    "trial-reminder-sms": [TRIAL],
    "pause-survey": [TRIAL, {"event": "Trial Ended", "count": 1, "days": 7}],
    "over-limit": [
        EXPORTS | {"used": 20},
        SEATS,
        OTHER,
        {"event": "Feature Denied", "count": 1, "days": 1, "feature": "Exports"},
        {"event": "Feature Denied", "count": 1, "days": 1},
    ],
    "event-recap": [AFTER, AFTER | EXPORTS | {"amount": 1200}, AFTER | {"count": 40, "days": 7}],
}
REVIEW = {
    "slug": "success-review",
    "name": "Success review",
    "fields": {"feature": "half an hour with somebody who knows your setup"},
    "url": "{booking}",
    "chat_url": "{public}/demo/?chat=success-review",
}
NOT_FOR_SALE = ("check-in", "callback", "pause-survey")


def a_claim(**changes: Any) -> Claim:
    given = {
        "slug": "merch-co",
        "kind": "case_study",
        "texts": {"en": "MerchCo prepared its sale in half the time."},
        "source_name": "MerchCo",
        "source_url": "https://merch.test/story",
        "source_date": date(2025, 5, 2),
        "valid_until": date(2027, 1, 1),
        "approved_by": "Ana",
        "approved_at": NOW,
    }
    return Claim(**given | changes)


def an_offer(slug: str) -> Offer:
    return Offer(**REVIEW) if slug in NOT_FOR_SALE else Offer.objects.get(slug="pro-plan")


def rendered(
    treatment: Treatment,
    evidence: dict[str, Any],
    *,
    account_name: str = "Acme",
    known: claims.Known | None = None,
    offer: Offer | None = None,
    peers: Compared | None = None,
    of_account: Mapping[str, Any] | None = None,
    **person: Any,
) -> dict[str, Any]:
    offer = offer or an_offer(treatment.template.slug)
    who = Person(pk=1, user_id="u1", locale=treatment.locale, **person)
    over = treatment.template.slug == "pause-survey"
    known_of_it: dict[str, Any] = {
        "trial_ends_at": datetime(2026, 3, 1 if over else 19, tzinfo=UTC),
        "account_manager": {"booking_url": "https://book.test/ana"},
        **(of_account or {}),
    }
    account = Account(group_id="acme", name=account_name, **known_of_it)
    context = personalize.context(who, account, offer, evidence, NOW, treatment.locale, {"peers": peers})
    context |= claims.fields(
        known or claims.Known(), who, account, evidence, treatment.locale, product=offer.product_id
    )
    context |= payback.fields(context, personalize.spoken(who.locale, treatment.locale))
    return wording.proposition_content(
        treatment, offer, context, channel=treatment.channel, proposition_id=ID
    )


PEOPLE: tuple[dict[str, Any], ...] = ({}, {"first_name": "Ana"})


def treatments() -> list[Treatment]:
    return list(Treatment.objects.select_related("template").order_by("pk"))


@cache
def all_renderings() -> list[tuple[Treatment, dict[str, Any]]]:
    """Made once: the pack is the same in every test."""
    return [
        (treatment, rendered(treatment, evidence, **person))
        for treatment in treatments()
        for evidence in EVIDENCE[treatment.template.slug]
        for person in PEOPLE
    ]
