"""What staff may say of accounts and people beside reading them: facts and limits, names, merges, erasure."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns_app import corrections, merges, person_export, privacy
from campaigns_app.api import idempotency
from campaigns_app.api.authentication import may_see_addresses
from campaigns_app.api.base import Door
from campaigns_app.api.people import AccountSerializer
from campaigns_app.api.problems import Conflict
from campaigns_app.models import ApiKey
from people_app import account_names, erasure, facts, shown
from people_app.models import Account, Erasure, Person


class FactsSerializer(serializers.Serializer[Any]):
    facts = serializers.DictField(required=False, help_text="plan, mrr, ...; null takes back what staff said")
    limits = serializers.DictField(
        child=serializers.DecimalField(
            max_digits=18, decimal_places=3, min_value=0, max_value=10**11, allow_null=True
        ),
        required=False,
        help_text="By resource; null: unlimited",
    )
    unlimit = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        help_text="Resources without a known limit",
    )

    def validate_facts(self, said: dict[str, Any]) -> dict[str, Any]:
        wrong = {
            name: "is not a value of this kind" for name, value in said.items() if not _fits(name, value)
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return said


def _fits(name: str, value: Any) -> bool:
    try:
        if value is not None:
            shown.PARSERS.get(name, lambda value: facts.untyped({}, name, value))(value)
    except facts.Unusable:
        return False
    return True


class NameSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(account_names.PROVIDERS)
    value = serializers.CharField(max_length=200, help_text="The account's id at that provider")


class MergeSerializer(serializers.Serializer[Any]):
    into = serializers.CharField(max_length=200, help_text="The group id of the account that stays")


class ErasureSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Erasure
        fields = ("asked_at", "source", "done_at")
        read_only_fields = fields


class AccountDoor(Door):
    """Base: changes an account, so staff need the right to change accounts."""

    staff_permission = "people_app.account"
    staff_verb = "change"

    def shown(self, group_id: str) -> Response:
        """The account as it stands afterwards."""
        return Response(AccountSerializer(_account(group_id), context={"request": self.request}).data)


class FactsView(AccountDoor):
    """Corrects facts and limits of an account: older news from elsewhere does not overwrite it, newer does."""

    @extend_schema(operation_id="accounts_facts", request=FactsSerializer, responses=AccountSerializer)
    @idempotency.once()
    def post(self, request: Request, group_id: str) -> Response:
        said = _read(FactsSerializer, request)
        limits = {name: None if cap is None else str(cap) for name, cap in said.get("limits", {}).items()}
        told = {**said.get("facts", {}), **({"limits": limits} if limits else {})}
        corrections.say(_account(group_id).pk, told, said.get("unlimit", ()))
        return self.shown(group_id)


class NamesView(AccountDoor):
    """Says what a provider calls an account: whichever other account had that name loses it."""

    @extend_schema(operation_id="accounts_names", request=NameSerializer, responses=AccountSerializer)
    @idempotency.once()
    def post(self, request: Request, group_id: str) -> Response:
        said = _read(NameSerializer, request)
        if not corrections.name(_account(group_id).pk, said["kind"], said["value"]):
            raise Conflict("Another account claimed this name at a later time than now.")
        return self.shown(group_id)


class MergeView(AccountDoor):
    """Makes an account a part of another one. Nothing undoes it."""

    write_role: ClassVar[ApiKey.Role] = ApiKey.Role.ADMIN

    @extend_schema(operation_id="accounts_merge", request=MergeSerializer, responses=AccountSerializer)
    @idempotency.once()
    def post(self, request: Request, group_id: str) -> Response:
        gone, kept = _account(group_id), _account(_read(MergeSerializer, request)["into"])
        try:
            merges.by_hand(kept.pk, gone.pk)
        except merges.Refused as refusal:
            raise Conflict(str(refusal)) from None
        return self.shown(kept.group_id or "")


class EraseView(Door):
    """Forgets a person. At once nobody reaches them; within a minute nothing names them. Nothing undoes it."""

    staff_permission = "people_app.erasure"
    write_role: ClassVar[ApiKey.Role] = ApiKey.Role.ADMIN

    @extend_schema(operation_id="people_erase", request=None, responses=ErasureSerializer)
    @idempotency.once()
    def post(self, request: Request, user_id: str) -> Response:
        person = _person(user_id)
        privacy.ask(person)
        return Response(ErasureSerializer(Erasure.objects.get(person=person)).data)


class ExportView(Door):
    """Everything that is stored about a person, in clear: viewers may not."""

    staff_permission = "people_app.person"

    @extend_schema(operation_id="people_export", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, user_id: str) -> Response:
        if not may_see_addresses(request):
            raise PermissionDenied("Viewers see no contact addresses, and this holds them.")
        return Response(person_export.of(_person(user_id)))


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = kind(data=request.data)
    if isinstance(request.data, dict) and (unknown := request.data.keys() - asked.fields.keys()):
        wrong = serializers.ErrorDetail("is not a field of this resource", "unknown")
        raise serializers.ValidationError(dict.fromkeys(unknown, wrong))
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _account(group_id: str) -> Account:
    account = Account.objects.filter(group_id=group_id).first()
    if account is None:
        raise NotFound(f"There is no account {group_id[:200]}.")
    return account


def _person(user_id: str) -> Person:
    person = erasure.known_as(user_id)
    if person is None:
        raise NotFound("There is no person with this user id.")
    return person
