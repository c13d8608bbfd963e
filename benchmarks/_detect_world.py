"""What there is before a round: definitions, and a past of everybody's in the months before."""

from collections.abc import Sequence

from benchmarks import _detect_definitions as definitions
from benchmarks import _rows as rows

PAST_DAYS = 63
PAST_EVENTS = 60
"""Of each person."""
RENEWED = 10
"""Of so many people one is found anew in each round."""


def define(made: Sequence[definitions.Definition]) -> None:
    """These, not live yet, and no others."""
    from signals_app.detectors import settings  # noqa: PLC0415  Django must be set up first
    from signals_app.models import SignalDefinition  # noqa: PLC0415

    SignalDefinition.objects.update(live=False)
    for one in made:
        problems = settings.problems(one["detector"], one["config"])
        assert not problems, problems
    SignalDefinition.objects.bulk_create(SignalDefinition(**one) for one in made)


def go_live(prefix: str) -> None:
    """Those whose slug begins so; all others sleep. Empty: all sleep."""
    with rows.connect() as connection:
        connection.execute(
            "UPDATE signals_app_signaldefinition SET live = slug LIKE %s",
            [f"{prefix}%" if prefix else ""],
        )


def restore(turn: int, *, renew: bool) -> int:
    """Nobody has done anything but what they did before the first round; some people are found anew, if `renew`. The
    events."""
    with rows.connect() as connection:
        connection.execute("TRUNCATE signals_app_event")
        for whose in ("person_id", "account_id") if renew else ():
            connection.execute(
                f"DELETE FROM signals_app_detectorstate WHERE {whose} %% {RENEWED} = %s", [turn % RENEWED]
            )
        count = connection.execute(_PAST, [list(definitions.NAMES), PAST_EVENTS, PAST_DAYS]).rowcount
    with rows.connect(autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) signals_app_event")
        connection.execute("VACUUM (ANALYZE) signals_app_detectorstate")
    return count


def make_room() -> None:
    """Partitions for the last months: housekeeping makes those for which there are events."""
    from signals_app import partitions  # noqa: PLC0415  Django must be set up first

    with rows.connect() as connection:
        connection.execute(_ONE_A_DAY, [PAST_DAYS + 14])
    kept = partitions.keep_house(60)
    assert kept is not None and not kept.failed
    with rows.connect() as connection:
        connection.execute("TRUNCATE signals_app_event")


# Evenly over the days, at other hours, each of another name.
_PAST = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, person_id, account_id, properties, occurred_at,
    received_at)
SELECT 1, md5(random()::text), 'track', names[1 + (p.id + n) %% 3], p.id, m.account_id,
    '{"module": "reports", "feature": "Cohorts", "tier": "premium", "rows": 1200}', at, at
FROM (SELECT %s::text[] AS names, %s AS many, %s AS days) set
CROSS JOIN people_app_person p JOIN people_app_membership m ON m.person_id = p.id
CROSS JOIN LATERAL generate_series(1, many) n
CROSS JOIN LATERAL (SELECT now() - make_interval(mins => 600 + days * 1440 * n / many + (p.id %% 600)::int) AS at) t
"""
_ONE_A_DAY = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, properties, occurred_at, received_at)
SELECT 1, md5(n::text), 'track', 'Nothing', '{}', now() - make_interval(days => n), now() FROM generate_series(0, %s) n
"""
