"""The project's URLs, and the limits: a Django view that does nothing, and one with one ORM SELECT by primary key."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from people_app.models import Person


def plain(request: HttpRequest) -> HttpResponse:
    """As little as a JSON view can do."""
    return JsonResponse({"success": True})


def select(request: HttpRequest) -> HttpResponse:
    """One row by primary key, as JSON."""
    person = Person.objects.get(pk=int(request.GET["pk"]))
    return JsonResponse({"user_id": person.user_id, "first_name": person.first_name})


urlpatterns = [
    path("bench/plain", plain),
    path("bench/select", select),
    path("", include("upsell_project.urls")),
]
