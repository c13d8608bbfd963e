from django.urls import include, path, re_path

from campaigns_app import consent_views, decide_views, demo_inbox, demo_page, health, offer_views

urlpatterns = [
    path("", demo_page.home),
    re_path(r"^v1/offers/?$", offer_views.offers),
    re_path(r"^v1/interactions/?$", offer_views.interactions),
    re_path(r"^v1/consents/?$", consent_views.consents),
    re_path(r"^v1/decide/?$", decide_views.decide),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("demo/inbox/", demo_inbox.inbox),
    path("demo/inbox/<int:pk>/", demo_inbox.mail),
    path("demo/", demo_page.page),
    path("demo/do/", demo_page.act),
    path("api/", include("campaigns_app.api.urls")),
    path("", include("campaigns_app.recipient_urls")),
]
