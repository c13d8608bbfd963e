"""What went out or did not, what people did with it, and the few that a human must decide."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from campaigns_app import replies, uncertain
from campaigns_app.models import Delivery, DemoMail, Interaction, StaffTask
from upsell_project.lib import clock
from upsell_project.lib.admin_base import Admin, OfPersonAdmin, ReadOnly, confirmed, log, told


@admin.register(Delivery)
class DeliveryAdmin(OfPersonAdmin):
    list_display = ("intended_at", "person", "channel", "offer", "state", "reason", "sent_at", "opened_at")
    list_select_related = ("person", "proposition__offer")
    list_filter = ("state", "channel")
    ordering = ("-intended_at",)
    actions = ("it_was_sent", "send_again")
    list_before_template = "admin/campaigns_app/delivery/before_list.html"
    empty_hint = "Deliveries appear when a live playbook reaches a message step."

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns_app.change_delivery")

    @admin.display(description="Offer")
    def offer(self, delivery: Delivery) -> str:
        return str(delivery.proposition.offer)

    @admin.action(description="It was sent", permissions=["resolve"])
    def it_was_sent(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        rows = queryset.filter(state=uncertain.PARKED)
        question = f"{rows.count()} uncertain deliveries will count as sent. Nothing is sent."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        log(request, found, "It was sent")
        count = uncertain.was_sent([row.pk for row in found])
        told(self, request, count, "uncertain deliveries now count as sent")
        return None

    @admin.action(description="It was not sent: send again", permissions=["resolve"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        rows = queryset.filter(state=uncertain.PARKED)
        people = rows.values("person_id").distinct().count()
        question = f"{rows.count()} deliveries will be sent again, to {people} people, if still allowed."
        if page := confirmed(self, request, rows, question):
            return page
        found = list(rows)
        log(request, found, "It was not sent: send again")
        count = uncertain.send_again([row.pk for row in found])
        told(self, request, count, "uncertain deliveries are in the outbox again")
        return None


@admin.register(Interaction)
class InteractionAdmin(OfPersonAdmin):
    list_display = ("at", "person", "kind", "offer", "how")
    list_select_related = ("person", "proposition__offer")
    list_filter = ("kind",)
    ordering = ("-at",)
    empty_hint = "Interactions appear when somebody sees or answers an offer."

    @admin.display(description="Offer")
    def offer(self, interaction: Interaction) -> str:
        return str(interaction.proposition.offer)


@admin.register(StaffTask)
class StaffTaskAdmin(Admin):
    """Made by playbooks; a human notes the outcome."""

    list_display = ("title", "person", "account", "channel", "assignee", "created_at", "done_at")
    list_select_related = ("person", "account")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "channel")
    ordering = ("-pk",)
    search_fields = ("person__user_id__exact",)
    search_help_text = "The exact user id"
    readonly_fields = (
        "title",
        "body",
        "person",
        "account",
        "channel",
        "delivery",
        "created_at",
        "done_at",
    )
    fields = (*readonly_fields, "assignee", "outcome")
    actions = ("done",)
    empty_hint = "Tasks appear when a playbook asks for a personal chat with a high-value account."

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Mark as done", permissions=["change"])
    def done(self, request: HttpRequest, queryset: QuerySet[StaffTask]) -> None:
        rows = list(queryset.filter(done_at=None))
        StaffTask.objects.filter(pk__in=[row.pk for row in rows]).update(done_at=clock.now())
        replies.settle(rows, clock.now())
        log(request, rows, "Marked as done")
        self.message_user(request, f"{len(rows)} tasks are done.")


@admin.register(DemoMail)
class DemoMailAdmin(ReadOnly, Admin):
    list_display = ("at", "to", "subject")
    ordering = ("-pk",)
    empty_hint = "In a sandbox without EMAIL_URL every mail lands here instead of being sent."
