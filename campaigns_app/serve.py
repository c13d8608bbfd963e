"""The offers that are ready for a person in the app, with the gates met again: one statement, nothing decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from consent_app.models import Pause
from consent_app.permission import Rest, Standing, Word
from people_app.models import Channel, ContactPoint
from upsell_project.lib import bulk

POLL_SECONDS = 60
Row = Sequence[Any]


def offers(
    user_id: str, account: str | None, placement: str | None, limit: int, now: datetime
) -> list[dict[str, Any]]:
    """The contract's offer objects, oldest first; empty is a normal answer. `account`: only offers to this group id."""
    wanted = {"user": user_id, "account": account, "now": now, "placement": placement}
    rows = (_decode(row) for (row,) in bulk.prepared(_READY, wanted))
    return [_shown(row) for row in rows if _may_see(row, now)][:limit]


def _shown(row: Row) -> dict[str, Any]:
    proposition, _, offer, placement, format_, content, expires_at = row[:7]
    return {
        "proposition_id": proposition,
        "offer": offer,
        "placement": placement,
        "format": format_,
        **content,
        "expires_at": expires_at,
    }


def _may_see(row: Row, now: datetime) -> bool:
    """The contact gates of the app as they stand at this moment."""
    topic, (person_id, country, blocked, words, pauses) = row[1], row[7:]
    if blocked:
        return False
    standing = Standing(person_id, [_word(word) for word in words], _rests(pauses))
    return standing.check(Channel.IN_APP, topic, _HERE, country, now)[-1].passed


def _word(row: Row) -> Word:
    channel, topic, granted, basis, record, since, expires = row
    ends = datetime.fromisoformat(expires) if expires else None
    return Word(channel, topic, granted, basis, record, datetime.fromisoformat(since), ends)


def _rests(rows: Sequence[Row]) -> dict[str, Rest]:
    return {Pause.Kind(kind).value: Rest(datetime.fromisoformat(until), "") for kind, until in rows}


# Who asks is in the app.
_HERE = ContactPoint(pk=0, channel=Channel.IN_APP)
_decode = msgspec.json.Decoder(list[Any]).decode

# The one place that says which offers an account has no use for; `o` is the offer, `a` the account.
_OWNED = """EXISTS (SELECT 1 FROM (SELECT o.product_id AS id UNION ALL
            SELECT b.to_product_id FROM offers_app_product_parts b WHERE b.from_product_id = o.product_id) s
        JOIN offers_app_product g ON g.id = s.id WHERE g.code <> ''
        AND CASE g.kind WHEN 'plan' THEN lower(g.code) = lower(a.plan)
                OR g.rank IS NOT NULL AND g.rank <= (SELECT max(h.rank) FROM offers_app_product h
                    WHERE h.kind = 'plan' AND h.rank IS NOT NULL AND h.code <> '' AND lower(h.code) = lower(a.plan))
            ELSE lower(a.addons::text)::jsonb ? lower(g.code) END)"""

# Whoever was merged may still be called by their former id (`u`). What bars one of a person's accounts bars all.
# One JSON text a row: to take apart a dozen columns costs the driver more than the statement. A plan is made once a
# connection, perhaps while tables are small: the person is found first, and nothing may be turned into a look at all
# accounts, or (without OFFSET 0) at all open tickets.
_READY = f"""
SELECT json_build_array(pr.id, pr.topic, o.slug, pr.placement, pl.format, pr.content, pr.expires_at, p.id,
    coalesce(nullif(p.country, ''), a.country, ''),
    {_OWNED}
        OR EXISTS (SELECT 1 FROM (SELECT pr.account_id AS id
                UNION ALL SELECT m.account_id FROM people_app_membership m WHERE m.person_id = p.id) s
            WHERE (SELECT b.cancelling OR b.invoice_status = 'past_due'
                    OR b.subscription_status IN ('past_due', 'unpaid') FROM people_app_account b WHERE b.id = s.id)
                OR EXISTS (SELECT 1 FROM offers_app_holdoutassignment h
                    WHERE h.account_id = s.id AND h.held_out OFFSET 0)
                OR EXISTS (SELECT 1 FROM signals_app_ticket t WHERE t.problem AND t.solved_at IS NULL
                    AND t.account_id = s.id OFFSET 0))
        OR EXISTS (SELECT 1 FROM signals_app_ticket t WHERE t.problem AND t.solved_at IS NULL AND t.person_id = p.id),
    (SELECT coalesce(json_agg(json_build_array(w.channel, w.topic, w.granted, w.basis, w.record_id, w.since,
        w.expires_at)), '[]') FROM consent_app_permission w WHERE w.person_id = p.id AND w.purpose = 'marketing'),
    (SELECT coalesce(json_agg(json_build_array(z.kind, z.until)), '[]') FROM consent_app_pause z
        WHERE z.person_id = p.id AND z.until > %(now)s))::text
FROM offers_app_proposition pr
JOIN people_app_person p ON p.id = pr.person_id
JOIN offers_app_offer o ON o.id = pr.offer_id AND o.live AND (o.valid_until IS NULL OR o.valid_until > %(now)s)
JOIN offers_app_placement pl ON pl.slug = pr.placement
LEFT JOIN people_app_account a ON a.id = pr.account_id
WHERE pr.person_id = (SELECT coalesce(u.merged_into_id, u.id) FROM people_app_person u WHERE u.user_id = %(user)s)
    AND pr.channel = 'in_app' AND pr.state = 'live' AND p.erased_at IS NULL AND pr.expires_at > %(now)s
    AND (%(account)s::text IS NULL OR a.group_id = %(account)s::text)
    AND (%(placement)s::text IS NULL OR pr.placement = %(placement)s::text)
ORDER BY pr.ready_at
"""
