"""What a provider's refusal says of the address itself: nobody is there, or they want nothing there."""

from django.db import transaction

from campaigns_app import enroll, opt_outs, outcomes, preferences, standing
from campaigns_app.channels.base import Gone
from campaigns_app.models import Delivery
from consent_app import ledger
from consent_app.models import ALL
from people_app.models import ContactPoint
from upsell_project.lib import clock


@transaction.atomic
def heed(delivery: Delivery, gone: Gone, address: str) -> None:
    """At once, like a receipt that says so: a dead address is not tried again, a no ends every run."""
    standing.lock([], [delivery.person_id])
    if gone is Gone.NOBODY:
        points = ContactPoint.objects.filter(person=delivery.person_id, channel=delivery.channel)
        points.filter(address=address, dead_at=None).update(dead_at=clock.now())
        return
    proof = {"delivery": str(delivery.pk), "said_at": clock.now().isoformat()}
    ledger.withdraw(delivery.person, channel=delivery.channel, topic=ALL, how=opt_outs.HOW, proof=proof)
    outcomes.withdraw_deliveries(delivery.person_id, delivery.channel, ALL)
    enroll.exit(person_id=delivery.person_id, reason=preferences.OPTED_OUT, topic=None)
