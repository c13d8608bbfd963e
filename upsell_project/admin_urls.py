"""The admin's own pages beside those of the models; they come before `admin.site.urls`."""

from django.contrib import admin
from django.urls import include, path

from campaigns_app.admin.event_detail import live_event
from campaigns_app.admin.live_events import live_events
from campaigns_app.admin.try_again import try_again
from campaigns_app.admin.why import why

urlpatterns = [
    path("queues/", include("upsell_project.queue_urls")),
    path("live-events/", admin.site.admin_view(live_events), name="live-events"),
    path("live-events/again/", admin.site.admin_view(try_again), name="live-events-again"),
    path("live-events/<int:pk>/", admin.site.admin_view(live_event), name="live-event"),
    path("why/", admin.site.admin_view(why), name="why"),
]
