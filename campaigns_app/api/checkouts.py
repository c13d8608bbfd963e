"""What people began to buy at payment providers. Written by the engine alone."""

from rest_framework import serializers

from campaigns_app.api.base import Readable, Shown
from campaigns_app.api.filters import between, choice, text
from offers_app.models import Checkout, Provider


class CheckoutSerializer(Shown):
    proposition = serializers.UUIDField(source="proposition_id", read_only=True)
    offer = serializers.CharField(source="proposition.offer.slug", read_only=True)
    person = serializers.CharField(source="proposition.person.user_id", read_only=True, allow_null=True)
    account = serializers.CharField(source="proposition.account.group_id", read_only=True, allow_null=True)
    provider = serializers.CharField(source="account.provider", read_only=True)
    state = serializers.ChoiceField(Checkout.State.choices, read_only=True)

    class Meta:
        model = Checkout
        fields = (
            *("proposition", "offer", "person", "account", "provider", "state", "unsure", "attempts"),
            *("asked_at", "expires_at", "ended_at"),
        )
        read_only_fields = fields


class CheckoutsView(Readable):
    """What was begun at a provider for one proposition, the last asked first. Neither what the provider was asked nor
    its page is told: whoever has the address may pay there."""

    # A key that cannot be read any more must not keep the list from being read.
    queryset = Checkout.objects.select_related(
        "account", "proposition__offer", "proposition__person", "proposition__account"
    ).defer("account__secret_key", "request", "url")
    serializer_class = CheckoutSerializer
    order = ("-asked_at", "-proposition_id")
    lookup_field = "proposition"
    lookup_value_regex = "[0-9a-f-]{36}"
    filters = {
        "person": text("proposition__person__user_id"),
        "account": text("proposition__account__group_id"),
        "offer": text("proposition__offer__slug"),
        "provider": choice("account__provider", Provider),
        "state": choice("state", Checkout.State),
        **between("asked_at"),
    }
