"""Recipients' pages, each with and without the trailing slash: nothing redirects a POST."""

from django.urls import path

from campaigns_app import recipient_views as views

PAGES = {
    "p": views.preferences_page,
    "u": views.unsubscribe,
    "c": views.click,
    "checkout": views.checkout,
    "why": views.why,
}
urlpatterns = [
    path(f"{letter}/<str:token>{slash}", view) for letter, view in PAGES.items() for slash in ("", "/")
]
