"""Imported into workers on purpose broken: what a dead worker was sending is sent once more."""

from campaigns_app import outbox
from upsell_project.lib import bulk, clock


def resend() -> None:
    bulk.select(
        "UPDATE campaigns_app_delivery SET state = 'intended', lease_until = NULL"
        " WHERE state IN ('claimed', 'sending') AND lease_until < %s RETURNING 1",
        clock.real(),
    )


outbox._recover = resend
