"""How the admin looks and what its side bar leads to; `settings.UNFOLD`."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

Item = dict[str, Any]
UNCERTAIN = "uncertain"
PARKED_RUNS = "parked_runs"
PARKED_ENVELOPES = "parked_envelopes"
SOURCES = "sources"


def environment(request: HttpRequest) -> list[str]:
    """The label in the header: whether what is done here reaches real people."""
    return ["TEST", "warning"] if settings.SANDBOX else ["LIVE", "danger"]


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _list(title: str, icon: str, app: str, model: str, query: str = "", **more: Any) -> Item:
    url = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {
        "title": title,
        "icon": icon,
        "link": (lambda request: f"{url}?{query}") if query else url,
        "permission": _may(f"{app}.view_{model}"),
        **more,
    }


def _group(title: str, *items: Item) -> Item:
    return {"title": title, "separator": True, "items": list(items)}


NAVIGATION: list[Item] = [
    {"title": "", "items": [{"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")}]},
    _group(
        "Build",
        _list("Signals", "sensors", "signals_app", "signaldefinition"),
        _list("Segments", "groups", "signals_app", "segment"),
        _list("Scores", "leaderboard", "signals_app", "scoredefinition"),
        _list("Meters", "speed", "signals_app", "meter"),
        _list("Mappings", "swap_horiz", "signals_app", "eventmapping"),
        _list("Products", "inventory_2", "offers_app", "product"),
        _list("Offers", "sell", "offers_app", "offer"),
        _list("Checkouts", "shopping_cart", "offers_app", "offercheckout"),
        _list("Checkout prices", "price_change", "offers_app", "checkoutprice"),
        _list("Checkout accounts", "credit_card", "offers_app", "checkoutaccount"),
        _list("Templates", "article", "offers_app", "template"),
        _list("Claims", "fact_check", "offers_app", "claim"),
        _list("Lint waivers", "gavel", "offers_app", "lintwaiver"),
        _list("Placements", "web", "offers_app", "placement"),
        _list("Playbooks", "account_tree", "campaigns_app", "playbook"),
        _list("Contact policy", "gavel", "campaigns_app", "contactpolicy"),
        _list("Channel accounts", "outgoing_mail", "campaigns_app", "channelaccount"),
    ),
    _group(
        "Learn",
        _list("Decisions", "rule", "offers_app", "decision"),
        _list("Interactions", "touch_app", "campaigns_app", "interaction"),
        _list("Found signals", "notifications_active", "signals_app", "signal"),
        _list("Signal alerts", "notification_important", "signals_app", "signalalert"),
        _list("Back-tests", "history", "signals_app", "backtest"),
    ),
    _group(
        "People",
        _list("Find a person", "person_search", "people_app", "person"),
        {
            "title": "Why / why not",
            "icon": "contact_support",
            "link": reverse_lazy("why"),
            "permission": _may("offers_app.view_decision"),
        },
        _list("Accounts", "apartment", "people_app", "account"),
        _list("Names of accounts", "badge", "people_app", "accountname"),
        _list("Plan prices", "payments", "people_app", "planprice"),
        _list("Consent", "verified_user", "consent_app", "consentrecord"),
        _list("Pauses", "snooze", "consent_app", "pause"),
        _list("Suppressions", "block", "consent_app", "suppression"),
    ),
    _group(
        "Operate",
        {
            "title": "Live events",
            "icon": "stream",
            "link": reverse_lazy("live-events"),
            "permission": _may("signals_app.view_event"),
        },
        _list("Enrollments", "route", "campaigns_app", "enrollment"),
        _list("Deliveries", "outgoing_mail", "campaigns_app", "delivery"),
        _list(
            "Uncertain deliveries",
            "help",
            "campaigns_app",
            "delivery",
            "state__exact=unknown",
            key=UNCERTAIN,
            active=lambda request: request.GET.get("state__exact") == "unknown",
        ),
        _list(
            "Parked runs",
            "car_crash",
            "campaigns_app",
            "enrollment",
            "state__exact=parked",
            key=PARKED_RUNS,
            active=lambda request: False,
        ),
        _list(
            "Parked envelopes",
            "unsubscribe",
            "signals_app",
            "envelope",
            "state__exact=parked",
            key=PARKED_ENVELOPES,
        ),
        _list("Begun checkouts", "shopping_cart_checkout", "offers_app", "checkout"),
        _list("Staff tasks", "task_alt", "campaigns_app", "stafftask"),
        _list("Sources", "input", "signals_app", "source", key=SOURCES),
        _list("Source alerts", "notification_important", "signals_app", "sourcealert"),
        _list("Lookups", "travel_explore", "signals_app", "lookup"),
        _list("Recounts", "calculate", "signals_app", "recount"),
        _list("Rejected events", "report", "signals_app", "rejectedevent"),
        _list("Demo inbox", "inbox", "campaigns_app", "demomail"),
        _list("API keys", "key", "campaigns_app", "apikey"),
        _list("Staff", "badge", "auth", "user"),
        {
            "title": "Queues",
            "icon": "queue",
            "link": reverse_lazy("django_rq:home"),
            "permission": _may("django_rq.admin"),
        },
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Upsell",
    "SITE_HEADER": "Upsell",
    "SITE_SYMBOL": "trending_up",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "ENVIRONMENT": "upsell_project.admin_theme.environment",
    "DASHBOARD_CALLBACK": "campaigns_app.admin.home.dashboard",
    "SCRIPTS": [lambda request: static("admin-upsell.js")],
    "STYLES": [lambda request: static("admin-upsell.css")],
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": "campaigns_app.admin.home.navigation",
    },
}
