"""What staff do to a whole account: merge it into another one, and say what a provider calls it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from campaigns_app import corrections, merges
from people_app import account_names, facts
from people_app.models import Account, AccountName
from upsell_project.lib.admin_base import log


def merge(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Search the account that stays, see what will move, then say yes: nothing undoes it."""
    gone = _account(model_admin, request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    words = asked.get("q", "").strip()
    kept = _named(words) if words else None
    context: dict[str, Any] = {"gone": gone, "kept": kept, "q": words, "refused": "", "preview": None}
    try:
        if kept is not None and request.method == "POST":
            return _merged(request, kept, gone)
        if kept is not None:
            context["preview"] = merges.preview(kept, gone)
    except merges.Refused as refusal:
        context["refused"] = str(refusal)
    return _page(model_admin, request, "merge", f"Merge {gone} into another account", context)


def name(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A provider's id of this account: what that provider says of it is said of this account."""
    account = _account(model_admin, request, pk)
    kind, value = request.POST.get("kind", ""), request.POST.get("value", "").strip()
    context: dict[str, Any] = {
        "account": account,
        "kinds": account_names.PROVIDERS,
        "kind": kind,
        "value": value,
    }
    if request.method == "POST" and "confirmed" not in request.POST:
        context |= _held(account, kind, value)
    if request.method == "POST" and "holder" not in context:
        try:
            if corrections.name(account.pk, kind, value):
                log(request, [account], f"Named by staff: {kind}")
                messages.success(
                    request, f"{value} is a name of this account now, with all that was said under it."
                )
                return HttpResponseRedirect(_page_of(account))
            context["refused"] = (
                "Another account claimed this name later than now: look at the clock of the sandbox."
            )
        except facts.Unusable:
            context["refused"] = "Choose who calls it so, and give an id of at most 200 characters."
    return _page(model_admin, request, "name", f"What a provider calls {account}", context)


def _held(account: Account, kind: str, value: str) -> dict[str, Any]:
    """Another account that has this id, and whether it is nothing without it; empty when nobody else has it."""
    found = AccountName.objects.filter(kind=kind, value=value, account__isnull=False)
    name = found.exclude(account=account).select_related("account").first()
    holder = name.account if name else None
    if holder is None or kind not in account_names.PROVIDERS:
        return {}
    of_ours = holder.group_id or holder.personal_of_id
    return {"holder": holder, "joins": not of_ours and holder.names.count() == 1}


def _account(model_admin: Any, request: HttpRequest, pk: int) -> Account:
    account = Account.objects.filter(pk=pk).first()
    if not model_admin.has_change_permission(request, account):
        raise PermissionDenied
    if account is None:
        raise Http404
    return account


def _named(words: str) -> Account | None:
    """By our own id, else by the only provider's id of this text."""
    own = Account.objects.filter(group_id=words).first()
    if own is not None:
        return own.merged_into or own
    kinds = (account_names.GROUP, *account_names.PROVIDERS)
    names = AccountName.objects.filter(kind__in=kinds, value=words, account__isnull=False)
    found = list(names.select_related("account")[:2])
    return found[0].account if len(found) == 1 else None


def _merged(request: HttpRequest, kept: Account, gone: Account) -> HttpResponse:
    merges.by_hand(kept.pk, gone.pk)
    log(request, [kept], f"Took in the account {gone} ({gone.pk})")
    log(request, [gone], f"Merged into {kept} ({kept.pk})")
    messages.success(request, f"{gone} is a part of {kept} now. Its use is being counted together.")
    return HttpResponseRedirect(_page_of(kept))


def _page_of(account: Account) -> str:
    return reverse("admin:people_app_account_change", args=[account.pk])


def _page(
    model_admin: Any, request: HttpRequest, template: str, title: str, context: dict[str, Any]
) -> TemplateResponse:
    shared = {**model_admin.admin_site.each_context(request), "title": title, "opts": model_admin.opts}
    return TemplateResponse(request, f"admin/people_app/account/{template}.html", shared | context)
