"""People, and what they are known and reached by: only read."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from people_app import facts
from people_app.admin.known import Known
from people_app.masking import masked
from people_app.models import Channel, ContactPoint, Identity, Membership, Person
from upsell_project.lib.admin_base import FactsAdmin


class KnownPerson(Known):
    own = "user_id"


@admin.register(Person)
class PersonAdmin(FactsAdmin):
    list_display = ("__str__", "first_name", "role", "country", "timezone", "last_seen_at")
    list_filter = (KnownPerson,)
    search_fields = ("user_id__exact",)
    search_help_text = "The exact user id, anonymous id, e-mail address or phone number"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        return (queryset.filter(_known_as(search_term.strip())) if search_term.strip() else queryset), False


def _known_as(term: str) -> Q:
    """Each part reads one index; an OR over joined tables would read them whole."""
    points = ContactPoint.objects.filter(
        channel__in=Channel.values, address__in={term.lower(), facts.phone(term)}
    )
    names = Identity.objects.filter(kind__in=("user", "anonymous"), value=term)
    people = Person.objects.filter(user_id=term)
    found = points.values("person_id").union(names.values("person_id"), people.values("pk"))
    return Q(pk__in=list(found.values_list("person_id", flat=True)[:100]))


@admin.register(Identity)
class IdentityAdmin(FactsAdmin):
    list_display = ("kind", "value", "person")
    list_select_related = ("person",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"


@admin.register(Membership)
class MembershipAdmin(FactsAdmin):
    list_display = ("person", "account", "role", "joined_at")
    list_select_related = ("person", "account")
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"


@admin.register(ContactPoint)
class ContactPointAdmin(FactsAdmin):
    """Addresses are masked: the admin is no address book."""

    list_display = ("person", "channel", "masked_address", "changed_at", "dead_at")
    list_select_related = ("person",)
    list_filter = ("channel",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"
    fields = ("person", "channel", "masked_address", "changed_at", "dead_at")

    @admin.display(description="Address")
    def masked_address(self, point: ContactPoint) -> str:
        return masked(point.address)
