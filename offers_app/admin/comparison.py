"""The page that says what another way of choosing offers would have brought. A GET only reads."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from offers_app import compared, in_force, off_policy
from offers_app.models import Offer
from offers_app.policy import Policy
from upsell_project.lib import clock

MOST, MOST_HEARD = 5_000, 20_000
"""Decisions, and answers counted anew, so that the page answers within some seconds; the command looks at more."""


class Other(forms.Form):
    """The policy to compare with; what is left empty is as in force."""

    days = forms.IntegerField(
        min_value=1, max_value=compared.MOST_DAYS, initial=90, label="Decisions of the last days"
    )
    half_life_days = forms.FloatField(required=False, label="Half-life of answers, days")
    base_rate = forms.FloatField(required=False, label="Base rate, between 0 and 1")
    strength = forms.FloatField(required=False, label="Strength, answers")
    exploration = forms.FloatField(required=False, label="Exploration, 0 to 1")
    least = forms.FloatField(required=False, label="Least score")
    greedy = forms.BooleanField(required=False, label="Always the best by what is expected")
    offer = forms.ModelChoiceField(
        Offer.objects.order_by("slug"), required=False, to_field_name="slug", label="Another priority for"
    )
    priority = forms.IntegerField(required=False, label="Its priority")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("offer") is None) != (values.get("priority") is None):
            self.add_error("priority", "An offer and its priority go together.")
        elif not self.errors:
            values["policy"] = self._policy(values)
        return values

    def _policy(self, values: dict[str, Any]) -> Policy | None:
        priorities = {values["offer"].slug: values["priority"]} if values.get("offer") else {}
        try:
            return in_force.but(values, priorities)
        except ValueError as error:
            self.add_error(str(error).partition(":")[0], str(error))
            return None


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = Other(request.GET if "days" in request.GET else None)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Compare policies",
        "opts": model_admin.opts,
        "form": form,
        "force": in_force.policy().as_json(),
        "most": MOST,
        "fewest": (int(off_policy.FEWEST_EFFECTIVE), off_policy.FEWEST_REWARDED, off_policy.FEWEST_ACCOUNTS),
        **(_found(form) if form.is_bound and form.is_valid() else {}),
    }
    return TemplateResponse(request, "admin/offers_app/decision/compare.html", context)


def _found(form: Other) -> dict[str, Any]:
    since = clock.now() - timedelta(days=form.cleaned_data["days"])
    try:
        result = compared.compare(form.cleaned_data["policy"], since, MOST, MOST_HEARD)
    except (compared.NothingLogged, ValueError) as error:
        return {"nothing": str(error)}
    results = [("Acceptance", result.acceptance), ("Value", result.value)]
    return {"results": results, "left_out": result.left_out}
