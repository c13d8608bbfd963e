from django.urls import re_path

from signals_app import compat_views, hook_views, views

CALLS = "track|identify|page|screen|group|alias|batch|import|t|i|p|s|g|a|b"

urlpatterns = [
    re_path(rf"^v1/(?P<call>{CALLS})/?$", views.collect),
    re_path(r"^batch/?$", compat_views.batch),
    re_path(r"^(?:e|capture|i/v0/e)/?$", compat_views.collect, {"vendor": "posthog"}),
    re_path(r"^2/httpapi/?$", compat_views.collect, {"vendor": "amplitude"}),
    re_path(r"^heap/api(?:/integrations)?/track/?$", compat_views.collect, {"vendor": "heap"}),
    re_path(r"^heap/api/add_user_properties/?$", compat_views.collect, {"vendor": "heap", "call": "users"}),
    re_path(r"^(?P<call>track|import|engage|groups)/?$", compat_views.collect, {"vendor": "mixpanel"}),
    re_path(r"^hooks/(?P<kind>[a-z0-9_-]+)/(?P<token>[A-Za-z0-9_-]+)/?$", hook_views.hook),
]
