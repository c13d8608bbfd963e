"""A filter that accounts and people share."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class Known(admin.SimpleListFilter):
    """Those that have no id of ours: only a provider's id, or an anonymous one, is known of them."""

    title = "known"
    parameter_name = "known"
    own: str
    """The column that holds our own id."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "By an id of ours"), ("no", "Nobody we know yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(**{f"{self.own}__isnull": self.value() == "no"})
