"""All public paths. POST paths exist with and without the trailing slash; nothing redirects a POST."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("signals_app.urls")),
    path("", include("campaigns_app.urls")),
    re_path(r"^(?P<page>admin|demo)$", RedirectView.as_view(url="/%(page)s/")),
    path("admin/", include("upsell_project.admin_urls")),
    path("admin/", admin.site.urls),
]
