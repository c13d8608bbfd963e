"""What somebody permitted at a moment that has passed: words from the records, which are only ever added. Reads only.

Of pauses and suppressions only what still stands is known, since those that were ended are deleted.
"""

from collections.abc import Iterator
from datetime import datetime

from consent_app.models import ConsentRecord, Pause, Suppression
from consent_app.permission import MARKETING, Rest, Standing, Word, address_hash, weight
from people_app.models import ContactPoint
from upsell_project.lib.gates import Code, Gate, failed


def of(person_id: int, at: datetime) -> Standing:
    """Their words as they were on record at that moment, and the pauses that held then and were not touched since. Of
    who was merged into them since, too: records do not keep whose they were."""
    words: dict[tuple[str, str], Word] = {}
    records = ConsentRecord.objects.filter(person=person_id, purpose=MARKETING, recorded_at__lte=at)
    for record in records.order_by("pk"):
        word = _word(record)
        old = words.get((word.channel, word.topic))
        if old is None or weight(word) > weight(old):
            words[word.channel, word.topic] = word
    rows = Pause.objects.filter(person=person_id, set_at__lte=at, until__gt=at)
    return Standing(person_id, [*words.values()], {row.kind: Rest(row.until, row.reason) for row in rows})


def barred(contact: ContactPoint | None, at: datetime) -> Iterator[Gate]:
    """Why this address could not be written to then, as far as it was theirs already."""
    if contact is None or contact.changed_at > at:
        return
    if contact.dead_at and contact.dead_at <= at:
        text = f"The {contact.channel} address was dead since {contact.dead_at:%Y-%m-%d}."
        yield failed(Code.NO_CONTACT_POINT, text, {"dead_at": contact.dead_at.isoformat()})
    digest = address_hash(contact.channel, contact.address)
    row = Suppression.objects.filter(channel=contact.channel, address_hash=digest, at__lte=at).first()
    if contact.address and row:
        text = f"This address must not be written to since {row.at:%Y-%m-%d}: {row.reason}."
        yield failed(Code.SUPPRESSED, text, {"reason": row.reason})


def _word(record: ConsentRecord) -> Word:
    return Word(
        record.channel,
        record.topic,
        record.granted,
        record.basis,
        record.pk,
        record.collected_at,
        record.expires_at,
    )
