"""The admin's own pages beside those of the models; they come before `admin.site.urls`."""

from django.contrib import admin
from django.urls import include, path

from campaigns_app.admin.live_events import live_events

urlpatterns = [
    path("queues/", include("upsell_project.queue_urls")),
    path("live-events/", admin.site.admin_view(live_events), name="live-events"),
]
