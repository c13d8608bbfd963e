"""The pages of django-rq for permitted staff only: its own views ask for nothing but `is_staff`.

Left out: the pages of cron jobs and of results, which show arguments and return values (we use neither).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django_rq import stats_views
from django_rq.urls import get_admin_urlpatterns

PERMISSION = "django_rq.admin"
_LEFT_OUT = {"result_detail", "cron_scheduler_detail", "cron_job_detail"}

_View = Callable[..., HttpResponseBase]


def permitted(view: _View) -> _View:
    """Login page for strangers, 403 for staff without the permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(guarded)


def may_see(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


app_name = "django_rq"
urlpatterns = [
    path("stats.json", permitted(stats_views.stats_json), name="home_json"),
    *(url for url in get_admin_urlpatterns(view_wrapper=permitted) if url.name not in _LEFT_OUT),
]
