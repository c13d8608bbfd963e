from django.urls import re_path

from signals_app import views

CALLS = "track|identify|page|screen|group|alias|batch|import|t|i|p|s|g|a|b"

urlpatterns = [
    re_path(rf"^v1/(?P<call>{CALLS})/?$", views.collect),
    re_path(r"^hooks/(?P<kind>[a-z0-9_-]+)/(?P<token>[A-Za-z0-9_-]+)/?$", views.hook),
]
