"""The account page: each fact with who said it and when, under which names it is known, what it used of its limits."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from campaigns_app import corrections, person_page
from campaigns_app.admin import account_steps
from people_app import account_names, sayings, shown
from people_app.admin import accounts as plain
from people_app.models import Account, AccountName, Entitlement
from people_app.sayings import Saying
from signals_app.connectors import CONNECTORS
from signals_app.scores import telling
from upsell_project.lib import clock, in_words

MEMBERS = 20
OWN_NAMES = (account_names.STAFF, account_names.PERSON)


@dataclass(frozen=True, slots=True)
class Said:
    """A value, who said it and when it was true."""

    value: str
    source: str
    at: datetime | None

    @property
    def by(self) -> str:
        """The source as staff know it."""
        connector = CONNECTORS.get(self.source)
        return connector.label if connector else self.source.capitalize()


@dataclass(frozen=True, slots=True)
class Fact:
    """What the account shows, and what others say of the same."""

    name: str
    said: Said
    others: list[Said] = field(default_factory=list)
    label: str = ""


class AccountResource(plain.AccountResource):
    def do_instance_save(self, instance: Account, is_create: bool) -> None:
        """Of one that exists nothing is written here: what the row says counts like any other word."""
        if is_create:
            super().do_instance_save(instance, is_create)

    def after_save_instance(self, instance: Account, row: Any, **options: Any) -> None:
        given = [field for field in self.Meta.fields if field in row]
        corrections.say(instance.pk, plain.facts_in(instance, given))


@admin.register(Account)
class AccountPageAdmin(plain.AccountAdmin):
    resource_classes: ClassVar = [AccountResource]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        steps = [
            path("<int:pk>/merge/", view(self.merge_view), name="people_app_account_merge"),
            path("<int:pk>/name/", view(self.name_view), name="people_app_account_name"),
        ]
        return [*steps, *super().get_urls()]

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return account_steps.merge(self, request, pk)

    def name_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return account_steps.name(self, request, pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if account is not None and self.has_view_permission(request, account):
            context |= overview(account, clock.now())
            context["may_correct"] = self.has_change_permission(request, account)
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """What the form says is said like any other fact, so that what follows from a change is seen to."""
        if not change:
            super().save_model(request, obj, form, change)
        elif "group_id" in form.changed_data:
            obj.save(update_fields=["group_id"])
        corrections.say(obj.pk, plain.typed(form))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Limits are said like any other fact, so that they are kept with what staff said."""
        if formset.model is not Entitlement:
            super().save_formset(request, form, formset, change)
        else:
            limits, gone = plain.typed_limits(formset)
            corrections.say(form.instance.pk, {"limits": limits} if limits else {}, gone)


def overview(account: Account, now: datetime) -> dict[str, Any]:
    """In a fixed number of statements."""
    names = list(account.names.order_by("kind", "value")[:100])
    members = account.memberships.select_related("person").order_by("pk")
    return {
        "account": account,
        "facts": facts_of(account, names),
        "limits": _limits(account.entitlements.order_by("resource"), _by_fact(names)),
        "names": [name for name in names if name.kind not in OWN_NAMES],
        "members": members[:MEMBERS],
        "more_members": members.count() > MEMBERS,
        "merged": Account.objects.filter(merged_into=account).order_by("pk")[:MEMBERS],
        "bars": person_page.bars_of([account], now)[account.pk],
        "scores": telling.of_account(account.pk),
    }


def facts_of(account: Account, names: Iterable[AccountName]) -> list[Fact]:
    """The typed ones in their order, then the other traits; of each what is shown and what else was said."""
    said = _by_fact(names)
    found = []
    for name in shown.PARSERS:
        value = getattr(account, name)
        if value not in (None, "", [], {}) or name in account.provenance:
            found.append(_fact(name, value, account, said))
    return found + [_fact(name, value, account, said) for name, value in sorted(account.traits.items())]


def _fact(name: str, value: Any, account: Account, said: Mapping[str, list[Saying]]) -> Fact:
    source = account.provenance.get(name, {})
    here = Said(_text(value), source.get("source", ""), _moment(source.get("at")))
    return Fact(name, here, _others(here, said.get(name, [])), plain.label(name))


def _others(here: Said, said: Iterable[Saying]) -> list[Said]:
    """Newest first; what agrees is no news."""
    all_ = [Said(_text(one.value), one.source, _moment(one.at)) for one in sorted(said, key=sayings.rank)]
    return [one for one in reversed(all_) if (one.source, one.at) != (here.source, here.at)]


def _limits(rows: Iterable[Entitlement], said: Mapping[str, list[Saying]]) -> list[Fact]:
    found = []
    for row in rows:
        here = Said(
            "unlimited" if row.cap is None else f"{row.cap.normalize():f}", row.source, row.changed_at
        )
        others = _others(here, said.get(shown.LIMIT + row.resource, []))
        found.append(Fact(row.resource, here, others, plain.label(row.resource)))
    return found


def _by_fact(names: Iterable[AccountName]) -> dict[str, list[Saying]]:
    found: dict[str, list[Saying]] = defaultdict(list)
    for name in names:
        for fact, one in sayings.read(name.facts).items():
            found[fact].append(one)
    return found


def _text(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return in_words.moment(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _moment(at: Any) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else None
