"""Paths under `/api/`, each with and without the trailing slash."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter

from campaigns_app.api.answers import ExplainView, NowhereView, SandboxClockView, TimelineView
from campaigns_app.api.back_tests import BackTestsView, BackTestView, TestView
from campaigns_app.api.catalog import OffersView, TemplatesView
from campaigns_app.api.channels import ChannelsView
from campaigns_app.api.checkouts import CheckoutsView
from campaigns_app.api.claims import ApproveView, ClaimsView
from campaigns_app.api.corrections import EraseView, ExportView, FactsView, MergeView, NamesView
from campaigns_app.api.definitions import MetersView, SignalDefinitionsView
from campaigns_app.api.facts import EventsView, RejectedEventsView, SignalsView
from campaigns_app.api.lint_waivers import LintWaiversView
from campaigns_app.api.outreach import (
    DecisionsView,
    DeliveriesView,
    EnrollmentsView,
    InteractionsView,
    StaffTasksView,
)
from campaigns_app.api.people import AccountsView, PeopleView
from campaigns_app.api.placements import PlacementsView
from campaigns_app.api.playbooks import PlaybooksView
from campaigns_app.api.products import ProductsView
from campaigns_app.api.schema import DocsView, SchemaView
from campaigns_app.api.scores import AccountScoresView, ScoresView, TrainView
from campaigns_app.api.segments import MembersView, SegmentsView, SegmentWhyView
from campaigns_app.api.sources import SourcesView

RESOURCES = {
    "people": PeopleView,
    "accounts": AccountsView,
    "events": EventsView,
    "rejected-events": RejectedEventsView,
    "signal-definitions": SignalDefinitionsView,
    "signals": SignalsView,
    "products": ProductsView,
    "offers": OffersView,
    "placements": PlacementsView,
    "templates": TemplatesView,
    "claims": ClaimsView,
    "playbooks": PlaybooksView,
    "enrollments": EnrollmentsView,
    "deliveries": DeliveriesView,
    "interactions": InteractionsView,
    "decisions": DecisionsView,
    "checkouts": CheckoutsView,
    "staff-tasks": StaffTasksView,
    "sources": SourcesView,
    "channels": ChannelsView,
    "meters": MetersView,
    "segments": SegmentsView,
    "scores": ScoresView,
    "lint-waivers": LintWaiversView,
}

SLUG = "(?P<slug>[-a-zA-Z0-9_]+)"

router = SimpleRouter()
router.trailing_slash = "/?"
for name, view in RESOURCES.items():
    router.register(name, view, basename=f"api-{name}")

urlpatterns = [
    re_path(r"^people/(?P<user_id>[^\x00]+)/timeline/?$", TimelineView.as_view(), name="api-timeline"),
    re_path(r"^people/(?P<user_id>[^\x00]+)/erase/?$", EraseView.as_view(), name="api-erase"),
    re_path(r"^people/(?P<user_id>[^\x00]+)/export/?$", ExportView.as_view(), name="api-export"),
    re_path(r"^accounts/(?P<group_id>[^\x00]+)/facts/?$", FactsView.as_view(), name="api-facts"),
    re_path(r"^accounts/(?P<group_id>[^\x00]+)/names/?$", NamesView.as_view(), name="api-names"),
    re_path(r"^accounts/(?P<group_id>[^\x00]+)/merge/?$", MergeView.as_view(), name="api-merge"),
    re_path(
        r"^accounts/(?P<group_id>[^\x00]+)/scores/?$", AccountScoresView.as_view(), name="api-account-scores"
    ),
    re_path(rf"^scores/{SLUG}/train/?$", TrainView.as_view(), name="api-train"),
    re_path(r"^segments/(?P<slug>[-a-zA-Z0-9_]+)/members/?$", MembersView.as_view(), name="api-members"),
    re_path(r"^segments/(?P<slug>[-a-zA-Z0-9_]+)/why/?$", SegmentWhyView.as_view(), name="api-why"),
    re_path(rf"^signal-definitions/{SLUG}/back-test/?$", BackTestView.as_view(), name="api-back-test"),
    re_path(rf"^signal-definitions/{SLUG}/back-tests/?$", BackTestsView.as_view(), name="api-back-tests"),
    re_path(rf"^signal-definitions/{SLUG}/test/?$", TestView.as_view(), name="api-test"),
    re_path(rf"^claims/{SLUG}/approve/?$", ApproveView.as_view(), name="api-approve"),
    re_path(r"^explain/?$", ExplainView.as_view(), name="api-explain"),
    re_path(r"^sandbox/clock/?$", SandboxClockView.as_view(), name="api-sandbox-clock"),
    re_path(r"^schema/?$", SchemaView.as_view(), name="api-schema"),
    re_path(r"^docs/?$", DocsView.as_view(), name="api-docs"),
    *router.urls,
    re_path(r"^[\w\W]*$", NowhereView.as_view(), name="api-nowhere"),
]
