"""Switch many on or off at once, by the rules of the form of each."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from offers_app import linted
from offers_app.models import Offer
from upsell_project.lib.admin_base import EditedAdmin, log, told


class SwitchedAdmin(EditedAdmin):
    """Each action is the other one's undo. What is already as asked is left alone and counts for nothing."""

    actions = ("switch_on", "switch_off")

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, rows: QuerySet[Offer]) -> None:
        with transaction.atomic():
            faults = {offer: _faults(offer) for offer in _locked(rows.filter(live=False))}
            sound = [offer for offer, found in faults.items() if not found]
            _switch(request, sound, live=True)
        for offer, found in faults.items():
            if found:
                self.message_user(request, f"{offer} stays off: {' '.join(found)}", messages.ERROR)
        told(self, request, len(sound), "switched on")

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, rows: QuerySet[Offer]) -> None:
        with transaction.atomic():
            offers = _locked(rows.filter(live=True))
            _switch(request, offers, live=False)
        told(self, request, len(offers), "switched off")


def _locked(rows: QuerySet[Offer]) -> list[Offer]:
    """Not against what only refers to them: offers go on being made meanwhile."""
    whole = rows.select_related("product").order_by("pk")
    return list(whole.select_for_update(of=("self",), no_key=True))


def _faults(offer: Offer) -> list[str]:
    """What its form would refuse, were it saved with the switch on."""
    try:
        offer.clean()
    except ValidationError as error:
        return [f"{name}: {one}" for name, told in error.message_dict.items() for one in told]
    return linted.refusals([offer])


def _switch(request: HttpRequest, offers: list[Offer], *, live: bool) -> None:
    for offer in offers:
        offer.live, offer.edited = live, True
        offer.save(update_fields=["live", "edited"])
    if offers:
        log(request, offers, "Switched on." if live else "Switched off.")
