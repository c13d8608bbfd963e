"""The gates of a moment that has passed, as far as they can be rebuilt: from what carries a date, and from events and
records that are only ever added. What cannot is named, and never made up.
"""

from collections.abc import Iterator

from django.db.models import Q

from campaigns_app import contact_gates
from campaigns_app.models import Cooldown
from campaigns_app.standing_gates import Question, held_out
from consent_app import past
from offers_app.models import Offer
from people_app.models import ContactPoint
from upsell_project.lib.gates import Code, Gate, failed

NOT_KNOWN = [
    "Caps, open tickets, invoices, what the account owned, prices and the offer's own rules are not kept as they were"
    " then.",
    "Pauses and suppressions that were ended or lengthened since, and earlier addresses, are not known any more.",
    "Roles, limits, traits, segments, scores, the country and its contact law are taken as they are now.",
]
"""What an answer about the past leaves out, as sentences."""


def of(question: Question) -> Iterator[Gate]:
    """Contact, as it was; then the cooldown and the control group."""
    yield from _contact(question)
    rests = Cooldown.objects.filter(
        person=question.person, set_at__lte=question.at, until__gt=question.at
    ).filter(Q(lifted_at=None) | Q(lifted_at__gt=question.at))
    if rest := rests.order_by("-until").first():
        after = rest.outcome.replace("_", " ")
        text = f"Left in peace until {rest.until:%Y-%m-%d} after {after}."
        yield failed(Code.COOLDOWN, text, rest.outcome, rest.until.isoformat(), rest.until)
    if question.person.erased_at:
        yield contact_gates.erased(question.person)
    yield held_out(question)


def _contact(question: Question) -> Iterator[Gate]:
    assert question.step is not None
    channel, at = str(question.step.config.get("channel", "")), question.at
    offers = [question.offer] if question.offer else list(question.step.config.get("offers", ()))
    topic = next(iter(Offer.objects.filter(slug__in=offers).order_by("-priority")), Offer()).topic
    country = question.person.country or question.account.country
    standing = past.of(question.person.pk, at)
    yield from standing.words_say(channel, topic, country, at)
    yield from (gate for gate in standing.resting(at) if not gate.passed)
    contact = ContactPoint.objects.filter(person=question.person, channel=channel).order_by("pk").first()
    yield from past.barred(contact, at)
